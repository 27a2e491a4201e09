// A caller has the types of a machine that runs elsewhere, and never its implementation: what a compiler makes of a caller's file imports
// the machine's module nowhere.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

/** It needs what no browser has, and must not be run twice. */
const MACHINE = `
import { readFileSync } from 'node:fs';
import { assign, setup } from 'xstate';

console.log('the implementation was loaded');
export const till = setup({
  types: {
    context: {} as { readonly total: number; readonly receipt: string },
    events: {} as { readonly type: 'PAY'; readonly amount: number },
    input: {} as { readonly template: string },
    emitted: {} as { readonly type: 'PAID'; readonly total: number },
  },
}).createMachine({
  context: ({ input }) => ({ total: 0, receipt: readFileSync(input.template, 'utf8') }),
  initial: 'open',
  states: { open: { initial: 'empty', states: { empty: {}, busy: {} } } },
  on: { PAY: { actions: assign({ total: ({ context, event }) => context.total + event.amount }) } },
});
`;

const caller = (source: string, imports = '') => `
${imports}
import { createActor } from 'xstate';
import { createThreads, inThread } from 'troupe';

const { till } = ${source};
export const actor = createActor(till, { input: { template: 'receipt.txt' } });
actor.on('PAID', ({ total }) => console.log(total satisfies number));
actor.subscribe(({ context, matches }) => console.log(context.receipt satisfies string, matches({ open: 'busy' })));
export const pay = () => actor.send({ type: 'PAY', amount: 1 });
`;
const url = `new URL('./till.js', import.meta.url)`;

/** Compiles callers beside the machine; gives what they were made of, and what the compiler says. */
function compile(texts: readonly string[], compilerOptions: object = {}) {
  // where `troupe` is found by its name, and what a build clears away
  mkdirSync('dist', { recursive: true });
  const folder = mkdtempSync('dist/caller-');
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const options = {
    target: 'es2023',
    lib: ['es2023'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    skipLibCheck: true,
    rootDir: '.',
    outDir: 'out',
    ...compilerOptions,
  };
  const files = texts.map((_, index) => `caller-${index}.ts`);
  writeFileSync(join(folder, 'till.ts'), MACHINE);
  for (const [index, text] of texts.entries()) writeFileSync(join(folder, `caller-${index}.ts`), text);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files }));
  const { stdout } = spawnSync(
    process.execPath,
    [resolve('node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false'],
    { encoding: 'utf8' },
  );
  const scripts = files.map((file) => readFileSync(join(folder, 'out', file.replace('.ts', '.js')), 'utf8'));
  return { errors: stdout.trim(), scripts };
}

/** All that a script imports, in whatever way. */
const importsOf = (script: string) =>
  [...script.matchAll(/(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"]([^'"]+)['"]/g)].map(([, specifier]) => specifier);

const inThread = caller(`inThread<typeof import('./till.js')>(${url})`);
const callers = [
  inThread,
  caller(`createThreads({ size: 1 }).import<typeof import('./till.js')>(${url})`),
  caller(`inThread<typeof tills>(${url})`, `import type * as tills from './till.js';`),
  caller(`inThread<{ till: typeof machine }>(${url})`, `import type { till as machine } from './till.js';`),
];

describe("a caller's file", { timeout: 60_000 }, () => {
  it.each([{}, { verbatimModuleSyntax: true }, { isolatedModules: true }])(
    'imports no machine for its types, with %o',
    (options) => {
      const { errors, scripts } = compile(callers, options);
      expect(errors).toBe('');
      expect(scripts).toHaveLength(callers.length);
      for (const script of scripts) {
        expect(importsOf(script)).toEqual(['xstate', 'troupe']);
        // the place where it is, and nothing else of it
        expect(script.match(/till\.js/g)).toHaveLength(1);
      }
    },
  );

  it('is checked against the machine all the same', () => {
    const wrong = [
      ['amount: 1 }', "amount: 'one' }"],
      ["template: 'receipt.txt'", 'template: 1'],
      ["on('PAID'", "on('SOLD'"],
      ["matches({ open: 'busy' })", "matches({ open: 'idle' })"],
      ['context.receipt satisfies', 'context.receipts satisfies'],
      ['{ till }', '{ tills }'],
    ] as const;
    const { errors } = compile(wrong.map(([right, instead]) => inThread.replace(right, instead)));
    const found = [...errors.matchAll(/caller-(\d)\.ts/g)].map(([, index]) => Number(index));
    expect([...new Set(found)].toSorted((a, b) => a - b)).toEqual([...wrong.keys()]);
  });
});
