// XState's own core suite with its actors behind a boundary, by `hostEverything`. Each test that fails then has to stand in
// `conformance/failures.json` under its reason; a run fails for one that does not, and for one that stands there and passes.
//
//   node scripts/conformance.mjs --suite DIR [--hosts roots,children] [--mode sync,async,thread] [--markdown FILE] [--list FILE] [NAME OF A TEST FILE…]
//
// `DIR` is `packages/core` of a checkout of XState. `--markdown` writes what came of all runs. `--list` writes what failed, and how, as JSON.
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { MODES, toMarkdown } from './conformance/markdown.mjs';
import { compare, describeRun, readFailures, REASONS } from './conformance/reasons.mjs';
import { runSuite, versions } from './conformance/suite.mjs';

const HOSTS = ['roots', 'children'];

const { values, positionals: files } = readArguments();
const suite = suiteIn(values.suite);
const hostsToRun = listOf('hosts', values.hosts, HOSTS);
const modesToRun = listOf('mode', values.mode, Object.keys(MODES));
const { suite: suiteVersion, installed } = versions(suite);
console.log(`The suite of xstate ${suiteVersion} against xstate ${installed}`);

const known = readFailures();
const baseline = await runSuite(suite, { files });
if (baseline.length === 0) refuse(`it has no test in a file named ${files.join(' or ') || 'test/*.test.ts'}`);
const broken = baseline.filter(({ error }) => error !== undefined);
report('not hosted', baseline, []);
let isAsListed = broken.length === 0;

const runs = [];
for (const mode of modesToRun) {
  for (const hosts of hostsToRun) {
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
if (values.markdown !== undefined)
  writeFileSync(values.markdown, toMarkdown({ suiteVersion, installed, baseline, runs, reasons: REASONS }));
// the suite leaves timers behind
process.exit(isAsListed ? 0 : 1);

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        suite: { type: 'string' },
        hosts: { type: 'string', default: HOSTS.join() },
        mode: { type: 'string', default: Object.keys(MODES).join() },
        markdown: { type: 'string' },
        list: { type: 'string' },
      },
    });
  } catch (error) {
    return refuse(error.message.split(/\.(?:\s|$)/)[0]);
  }
}

function suiteIn(folder) {
  if (folder === undefined)
    refuse('no suite is given. Give --suite DIR, where DIR is packages/core of a checkout of XState');
  const found = resolve(folder);
  for (const part of ['package.json', 'src', 'test'])
    if (!existsSync(join(found, part)))
      refuse(`'${folder}' has no ${part}. Give packages/core of a checkout of XState as --suite`);
  return found;
}

function listOf(option, given, possible) {
  const wanted = given.split(',');
  for (const one of wanted)
    if (!possible.includes(one)) refuse(`--${option} has '${one}'. Give one or more of ${possible.join(',')}`);
  return wanted;
}

function refuse(why) {
  console.error(`Cannot run the suite: ${why}. See CONTRIBUTING.md.`);
  process.exit(2);
}

function report(name, tests, complaints) {
  const failed = tests.filter(({ error }) => error !== undefined).length;
  console.log(`${name}: ${tests.length - failed} of ${tests.length} passed`);
  for (const complaint of complaints) console.log(`  ${complaint}`);
}
