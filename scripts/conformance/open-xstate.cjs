// Runs before all else in each process that tests. XState's suite reaches into sources that the package keeps to itself, so its chunks are opened:
// their top-level functions are exported too, under their own names. And the one that reports unhandled errors, which
// two files of the suite replace, can be replaced. Nothing that XState does is changed.
const Module = require('node:module');

const compile = Module.prototype._compile;
Module.prototype._compile = function compileOpened(source, path) {
  if (!/[\\/]xstate[\\/]dist[\\/][^\\/]+\.cjs\.js$/.test(path)) return compile.call(this, source, path);
  const names = [...source.matchAll(/^function (\w+)\(/gm)].map(([, name]) => name);
  const opened = names.map((name) => `exports.${name} ??= ${name};`).join('\n');
  const replaceable = names.includes('reportUnhandledError')
    ? 'exports.replaceReport = (report) => { exports.reportUnhandledError = reportUnhandledError = report; };'
    : '';
  return compile.call(this, `${source}\n${opened}\n${replaceable}\n`, path);
};
