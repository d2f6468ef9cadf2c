import { createGraphiQLFetcher } from '@graphiql/toolkit';

/** Whether headers, as text, still hold the page's placeholder, or nothing at all. */
export const lacksToken = headers => !/bearer\s+[^<"\s]/i.test(headers);

/** A fetcher whose first introspection, sent before there is a header editor, has `headers` too. */
export function fetcherTo(url, headers) {
  const send = createGraphiQLFetcher({ url: new URL(url, location.href).toString() });
  return (request, options) => {
    const sent = options?.headers ?? (isIntrospection(request) ? JSON.parse(headers) : {});
    if (lacksToken(JSON.stringify(sent))) {
      throw new Error('Put your token under "Headers" below the document, in the place of <token>.');
    }
    return send(request, { ...options, headers: sent });
  };
}

const isIntrospection = request => request.operationName === 'IntrospectionQuery';
