// XState's own core suite, run by Vitest against the installed package: what a test imports from the suite's `src` comes from the
// package instead, the very modules that troupe uses. A run tells of each test by name whether it passed.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startVitest } from 'vitest/node';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const require = createRequire(import.meta.url);
const packageFolder = dirname(require.resolve('xstate/package.json'));

/** Of no meaning for hosting: types alone, the translation of SCXML, and the JSON schema. */
const LEFT_OUT = ['test/*types.test.ts', 'test/scxml.test.ts', 'test/json.test.ts'];

/** The versions of the suite and of the installed package. */
export function versions(suite) {
  return { suite: versionIn(suite), installed: versionIn(packageFolder) };
}

function versionIn(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
}

/**
 * Runs the suite; `hosting` is what `hostEverything` is called with, or undefined for the baseline.
 * Gives for each test that ran its file, its full name and what it failed with, if it did.
 */
export async function runSuite(suite, { hosting, files = [], testTimeout = 5000 }) {
  const vitest = await startVitest(
    'test',
    files,
    // an unhandled error outside a test is of no interest: the tests tell what they expect
    { config: false, root: suite, watch: false, reporters: [{}], silent: true, dangerouslyIgnoreUnhandledErrors: true },
    {
      plugins: [packageInsteadOfSource(suite)],
      test: {
        include: ['test/**/*.test.ts'],
        exclude: LEFT_OUT,
        globals: true,
        // the suite was written for a Vitest whose spies are made anew in each test
        restoreMocks: true,
        pool: 'forks',
        execArgv: ['--conditions=development', '--require', join(here, 'open-xstate.cjs')],
        testTimeout,
        hookTimeout: testTimeout,
        setupFiles: [join(here, 'setup.mjs')],
        provide: { hosting },
        server: { deps: { external: [/[\\/]dist[\\/]/, /[\\/]node_modules[\\/]/] } },
      },
    },
  );
  const tests = [];
  for (const module of vitest.state.getTestModules()) {
    const file = relative(suite, module.moduleId).split(sep).join('/');
    for (const error of module.errors()) tests.push({ file, name: '(the file)', error: error.message });
    for (const test of module.children.allTests()) {
      const { state, errors: failures = [] } = test.result();
      if (state === 'skipped' || state === 'pending') continue;
      tests.push({
        file,
        name: test.fullName,
        ...(state === 'passed'
          ? {}
          : { error: failures.map(({ message, stack, diff }) => `${message}\n${diff ?? ''}\n${stack}`).join('\n') }),
      });
    }
  }
  await vitest.close();
  return tests.toSorted((left, right) => left.file.localeCompare(right.file) || left.name.localeCompare(right.name));
}

const VIRTUAL = '\0xstate-opened';

/** Resolves what the suite's tests import from its sources, and from packages, as this repository has them. */
function packageInsteadOfSource(suite) {
  const source = join(suite, 'src') + sep;
  const reporter = join(source, 'reportUnhandledError.ts');
  const names = namesOfChunks();
  return {
    name: 'package-instead-of-source',
    enforce: 'pre',
    async resolveId(specifier, importer) {
      if (importer === undefined || importer.startsWith(root)) return null;
      if (specifier.startsWith('.')) {
        const target = resolve(dirname(importer), specifier);
        // the one source of the suite that its tests replace
        if (target === reporter) return reporter;
        return `${target}${sep}`.startsWith(source) ? VIRTUAL : null;
      }
      if (importer === VIRTUAL || specifier.startsWith('node:') || specifier.startsWith(sep)) return null;
      return this.resolve(specifier, join(root, 'package.json'), { skipSelf: true });
    },
    load(id) {
      if (id !== VIRTUAL) return null;
      return `
        import { createRequire } from 'node:module';
        import { reportUnhandledError as report } from ${JSON.stringify(reporter)};
        const require = createRequire(${JSON.stringify(join(root, 'package.json'))});
        const opened = Object.assign({}, ...${JSON.stringify(chunks())}.map((file) => require(file)));
        opened.replaceReport(report);
        export const { ${names.join(', ')} } = opened;`;
    },
  };
}

function chunks() {
  return readdirSync(join(packageFolder, 'dist'))
    .filter((file) => file.endsWith('.development.cjs.js'))
    .map((file) => join(packageFolder, 'dist', file));
}

/** All that the chunks export, and their top-level functions. */
function namesOfChunks() {
  const names = new Set();
  for (const file of chunks()) {
    for (const name of Object.keys(require(file))) names.add(name);
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/^function (\w+)\(/gm)) names.add(name);
  }
  names.delete('reportUnhandledError');
  return [...names].filter((name) => name !== 'default' && name !== '__esModule');
}
