import { createLocalStorage } from '@graphiql/toolkit';

// GraphiQL keeps the headers of every executed document in its history, and with them the token.
// They are left out of what is stored, and those of the page are put in when it is read again.
const WITH_HEADERS = ['graphiql:queries', 'graphiql:favorites'];

// GraphiQL also keeps what the editors hold, apart from the tabs and at other moments. Where the
// two differ at the next visit it opens one more tab, so the open tab answers for its editors.
const EDITORS = { 'graphiql:query': 'query', 'graphiql:variables': 'variables' };

/** Storage of this page's own, that holds no token and agrees with itself. */
export function storageFor({ headers, tabs }) {
  const plain = createLocalStorage({ namespace: 'pipeline-gql' });
  const openTab = () => {
    const stored = JSON.parse(plain.getItem('graphiql:tabState'));
    return stored?.tabs[stored.activeTabIndex] ?? tabs[0];
  };
  return {
    get length() { return plain.length; },
    clear: () => plain.clear(),
    removeItem: key => plain.removeItem(key),
    setItem: (key, value) => {
      if (key in EDITORS) return;
      plain.setItem(key, WITH_HEADERS.includes(key) ? withHeaders(value, '') : value);
    },
    getItem: key => {
      if (key in EDITORS) return openTab()[EDITORS[key]];
      const value = plain.getItem(key);
      return value && WITH_HEADERS.includes(key) ? withHeaders(value, headers) : value;
    },
  };
}

const withHeaders = (value, headers) =>
  JSON.stringify(JSON.parse(value), (key, member) => (key === 'headers' ? headers : member));
