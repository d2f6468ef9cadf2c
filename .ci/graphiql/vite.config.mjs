// What rarely changes is apart from what may, so that a rebuild replaces little.
const groups = [
  { name: 'monaco', test: /node_modules\/(monaco-editor|monaco-graphql)\// },
  { name: 'libraries', test: /node_modules\/(?!prettier)|vite\/|rolldown/ },
];

// Relative addresses throughout: the page works behind a proxy that adds a prefix.
export default {
  base: './',
  logLevel: 'error',
  build: {
    assetsDir: 'graphiql/assets',
    target: 'es2022',
    license: { fileName: 'licenses.md' },
    chunkSizeWarningLimit: 9000,
    rolldownOptions: { output: { codeSplitting: { groups } } },
  },
  oxc: { jsx: { runtime: 'automatic' } },
  worker: { format: 'es' },
};
