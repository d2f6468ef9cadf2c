// Runs the GraphQL-over-HTTP audits one after another: all at once would be refused as overload.
// Environment: AUDIT_URL, AUDIT_TOKEN, AUDIT_MODULES (the folder that npm installed into).
import { createRequire } from 'node:module';

const { AUDIT_URL, AUDIT_TOKEN, AUDIT_MODULES } = process.env;
const { serverAudits } = createRequire(`${AUDIT_MODULES}/`)('graphql-http');
const EXPECTED = 61;

const fetchFn = (url, init = {}) =>
  fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${AUDIT_TOKEN}` } });

const audits = serverAudits({ url: AUDIT_URL, fetchFn });
const failures = [];
for (const audit of audits) {
  const result = await audit.fn();
  if (result.status !== 'ok') failures.push(`${result.status} ${audit.id} ${audit.name}: ${result.reason}`);
}
failures.forEach((failure) => console.error(failure));
console.log(`${audits.length - failures.length} of ${audits.length} audits pass`);
process.exit(failures.length === 0 && audits.length === EXPECTED ? 0 : 1);
