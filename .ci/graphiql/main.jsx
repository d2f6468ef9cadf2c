import './workers.js';
import { useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './page.css';
import { fetcherTo, lacksToken } from './fetcher.js';
import { storageFor } from './storage.js';

const config = JSON.parse(document.getElementById('config').textContent);
const { url, headers, tabs } = config;
const storage = storageFor(config);
const plugins = [HISTORY_PLUGIN, explorerPlugin({ showAttribution: false })];

function Page() {
  const [fetcher, setFetcher] = useState(() => fetcherTo(url, headers));
  const hasSchema = useRef(false);
  const typing = useRef(0);

  // Once a token was typed in, the schema can be had: a new fetcher makes GraphiQL ask for it.
  const onEditHeaders = text => {
    clearTimeout(typing.current);
    if (hasSchema.current || lacksToken(text)) return;
    typing.current = setTimeout(() => setFetcher(() => fetcherTo(url, text)), 600);
  };

  // The tab that is open at the start takes its headers from `initialHeaders` and nowhere else.
  return (
    <GraphiQL
      fetcher={fetcher}
      storage={storage}
      plugins={plugins}
      defaultTabs={tabs.map(tab => ({ ...tab, headers }))}
      defaultHeaders={headers}
      initialHeaders={headers}
      onEditHeaders={onEditHeaders}
      onSchemaChange={() => { hasSchema.current = true; }}
      defaultEditorToolsVisibility={lacksToken(headers) ? 'headers' : 'variables'}
      isHeadersEditorEnabled
      shouldPersistHeaders={false}
      inputValueDeprecation
      schemaDescription
    >
      <GraphiQL.Logo>pipeline-gql</GraphiQL.Logo>
    </GraphiQL>
  );
}

createRoot(document.getElementById('root')).render(<Page />);
