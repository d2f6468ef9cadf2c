// Relative addresses throughout: the page works behind a proxy that adds a prefix.
export default {
  base: './',
  logLevel: 'error',
  build: {
    assetsDir: 'graphiql/assets',
    target: 'es2022',
    license: { fileName: 'licenses.md' },
    chunkSizeWarningLimit: 9000,
  },
  oxc: { jsx: { runtime: 'automatic' } },
  worker: { format: 'es' },
};
