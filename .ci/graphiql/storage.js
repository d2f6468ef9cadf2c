import { createLocalStorage } from '@graphiql/toolkit';

// GraphiQL keeps the headers of every executed document in its history, and with them the token.
// They are left out of what is stored, and those of the page are put in when it is read again.
const WITH_HEADERS = /:(queries|favorites)$/;

export function storageWithoutTokens(headers) {
  const plain = createLocalStorage({ namespace: 'pipeline-gql' });
  const rewritten = (value, replacement) =>
    JSON.stringify(JSON.parse(value), (key, member) => (key === 'headers' ? replacement : member));
  return {
    get length() { return plain.length; },
    clear: () => plain.clear(),
    removeItem: key => plain.removeItem(key),
    setItem: (key, value) =>
      plain.setItem(key, WITH_HEADERS.test(key) ? rewritten(value, '') : value),
    getItem: key => {
      const value = plain.getItem(key);
      return value && WITH_HEADERS.test(key) ? rewritten(value, headers) : value;
    },
  };
}
