// XState's own core suite with its actors behind a boundary, by `hostEverything`. Each test that fails then has to stand in
// `conformance/failures.json` under its reason; a run fails for one that does not, and for one that stands there and passes.
//
//   node scripts/conformance.mjs --suite DIR [--hosts roots,children] [--mode sync,async,thread] [--markdown FILE] [--list FILE] [NAME OF A TEST FILE…]
//
// `DIR` is `packages/core` of a checkout of XState. `--markdown` writes what came of all runs. `--list` writes what failed, and how, as JSON.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { compare, describeRun, readFailures, REASONS } from './conformance/reasons.mjs';
import { runSuite, versions } from './conformance/suite.mjs';

const { values, positionals: files } = parseArgs({
  allowPositionals: true,
  options: {
    suite: { type: 'string' },
    hosts: { type: 'string', default: 'roots,children' },
    mode: { type: 'string', default: 'sync,async,thread' },
    markdown: { type: 'string' },
    list: { type: 'string' },
  },
});
if (values.suite === undefined) {
  console.error(
    'Give the suite: --suite DIR, where DIR is packages/core of a checkout of XState. See CONTRIBUTING.md.',
  );
  process.exit(2);
}
const suite = resolve(values.suite);
const { suite: suiteVersion, installed } = versions(suite);
console.log(`The suite of xstate ${suiteVersion} against xstate ${installed}`);

const known = readFailures();
const baseline = await runSuite(suite, { files });
const broken = baseline.filter(({ error }) => error !== undefined);
report('not hosted', baseline, []);
let isAsListed = broken.length === 0;

const runs = [];
for (const mode of values.mode.split(',')) {
  for (const hosts of values.hosts.split(',')) {
    const name = describeRun(hosts, mode);
    // what never comes need not be waited for as long as what may be slow
    const options = { hosting: { [hosts]: true, mode }, testTimeout: mode === 'sync' ? 5000 : 2000 };
    let tests = await runSuite(suite, { ...options, files });
    const judge = () => compare(tests, known[name] ?? {}, files.length > 0);
    // some tests leave a few milliseconds between two timers: what is not as listed in a busy moment gets one more
    const doubtful = [...judge().unlisted, ...judge().passing].map((test) => `test/${test.split(': ')[0]}`);
    if (doubtful.length > 0) {
      const again = await runSuite(suite, { ...options, files: doubtful });
      tests = [...tests.filter(({ file }) => !doubtful.includes(file)), ...again];
    }
    const { unlisted, passing, byReason } = judge();
    report(name, tests, [
      ...unlisted.map((test) => `without a reason: ${test}`),
      ...passing.map((test) => `listed, and passes: ${test}`),
    ]);
    isAsListed &&= unlisted.length === 0 && passing.length === 0;
    runs.push({ name, hosts, mode, tests, byReason });
  }
}

if (values.list !== undefined) {
  const failed = runs.map(({ name, tests }) => [name, tests.filter(({ error }) => error !== undefined)]);
  writeFileSync(values.list, JSON.stringify(Object.fromEntries(failed), null, 1));
}
if (values.markdown !== undefined) {
  const { toMarkdown } = await import('./conformance/markdown.mjs');
  writeFileSync(values.markdown, toMarkdown({ suiteVersion, installed, baseline, runs, reasons: REASONS }));
}
// the suite leaves timers behind
process.exit(isAsListed ? 0 : 1);

function report(name, tests, complaints) {
  const failed = tests.filter(({ error }) => error !== undefined).length;
  console.log(`${name}: ${tests.length - failed} of ${tests.length} passed`);
  for (const complaint of complaints) console.log(`  ${complaint}`);
}
