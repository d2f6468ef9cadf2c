// PostGraphile 5 with its Amber preset, as it is run in production. BENCH_ORG alone is served: with
// walls by pgSettings and row-level security, without them by a condition in the document. BENCH_ME
// is whose sight bounds the login bench_member; others do not ask for it.
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { makePgService } from "postgraphile/adaptors/pg";

const walls = process.env.BENCH_WALLS === "1";
const pgSettings = { "app.org_id": process.env.BENCH_ORG, ...sight() };

function sight() {
  return process.env.BENCH_ROLE === "member" ? { "bench.user_id": process.env.BENCH_ME } : {};
}

export default {
  extends: [PostGraphileAmberPreset],
  // Our indexes begin with the organisation, so that by them no other column could be asked for.
  disablePlugins: ["PgIndexBehaviorsPlugin"],
  pgServices: [
    makePgService({
      connectionString: process.env.BENCH_DSN,
      schemas: ["public", "bench"],
      poolConfig: { max: 8 },
    }),
  ],
  grafserv: { port: Number(process.env.BENCH_PORT), host: "127.0.0.1", graphiql: false, watch: false },
  grafast: {
    explain: false,
    context: () => (walls ? { pgSettings } : {}),
  },
};
