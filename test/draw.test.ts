// `troupe draw` as it is called, from the built files: elk runs from what a browser loads, too.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// by path alone: their types are those of the sources, and these import what the build puts beside them
const { draw } = (await import(
  new URL('../dist/src/cli/draw.js', import.meta.url).href
)) as typeof import('../src/cli/draw.ts');
const { writePictures } = (await import(new URL('../scripts/pictures.mjs', import.meta.url).href)) as {
  writePictures(folder: string): Promise<number>;
};

const STUDENT = 'dist/actors/index.js#student';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'troupe-draw-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What the command printed, and its exit code. */
async function run(
  ...args: string[]
): Promise<{ readonly code: number; readonly out: string; readonly error: string }> {
  let [out, error] = ['', ''];
  const stdout = { write: (text: string) => (out += text) };
  const stderr = { write: (text: string) => (error += text) };
  return { code: await draw(args, { stdout, stderr }), out, error };
}

const module = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe('troupe draw', () => {
  it('draws the pictures of the docs as they are', async () => {
    const pictures = join(folder, 'pictures');
    expect(await writePictures(pictures)).toBe(0);
    const names = readdirSync('docs/pictures').filter((name) => name.endsWith('.svg'));
    expect(readdirSync(pictures).toSorted()).toEqual(names.toSorted());
    for (const name of names) {
      // if it is right that they differ: npm run pictures
      expect(readFileSync(join(pictures, name), 'utf8')).toBe(readFileSync(`docs/pictures/${name}`, 'utf8'));
    }
  });

  it('writes a picture that stands alone to its output', async () => {
    const { code, out } = await run(STUDENT, '--svg', '--direction', 'right');
    expect(code).toBe(0);
    expect(out).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"[^>]*><style>/);
    expect(out).toContain('@media (prefers-color-scheme:dark)');
    expect(out).toContain('<title>Statechart of student</title>');
    expect(out).not.toMatch(/var\(|light-dark|undefined|NaN|\[object/);
    expect(out.trimEnd()).toMatch(/<\/svg>$/);
  });

  it('escapes what a machine is called by', async () => {
    const path = module(
      'odd.mjs',
      `import { createMachine } from ${JSON.stringify(import.meta.resolve('xstate'))};
       export const odd = createMachine({ id: '<&"odd">', initial: '</svg>', states: { '</svg>': { on: { '<b>&': { actions: ']]>' } } } } });`,
    );
    const { code, out } = await run(`${path}#odd`);
    expect(code).toBe(0);
    expect(out).toContain('&lt;/svg>');
    expect(out.match(/<\/svg>/g)).toHaveLength(1);
    expect(out).not.toContain('<b>');
  });

  it("writes Mermaid's text", async () => {
    const { code, out } = await run(STUDENT, '--mermaid');
    expect(code).toBe(0);
    expect(out).toMatch(/^stateDiagram-v2\n/);
    expect(out).toContain('s1 --> s2 : HOLD_THIS / say, accept, hold');
  });

  it('writes the messages of a recording, as far as it is whole', async () => {
    const lines = [
      { troupe: 'recording', version: 1, epoch: 0, node: 'main@1', title: 'a lesson' },
      { type: 'actor', at: 0, actor: 'x:0', id: 'Alice', node: 'thread-1@2', kind: 'machine' },
      { type: 'sent', at: 1, message: 1, from: 'main@1', to: 'x:0', event: 'HOLD_THIS' },
      { type: 'received', at: 3, message: 1 },
    ].map((line) => JSON.stringify(line));
    const path = module('lesson.ndjson', `${lines.join('\n')}\n{"type":"se`);
    const { code, out, error } = await run(path);
    expect({ code, error }).toEqual({
      code: 0,
      error: 'The recording was cut in its line 5: what came before is shown.\n',
    });
    expect(out).toMatch(/^sequenceDiagram\n/);
    expect(out).toContain('p1->>p2: HOLD_THIS (2 ms)');
  });

  it('says what it cannot draw, and why', async () => {
    const cases: [args: string[], code: number, text: RegExp][] = [
      [[], 2, /Say what to draw.*\n\ntroupe draw/],
      [['dist/actors/index.js'], 2, /Say what to draw/],
      [[STUDENT, 'more#x'], 2, /more than one/],
      [[STUDENT, '--svg', '--mermaid'], 2, /either --svg or --mermaid/],
      [[STUDENT, '--direction', 'up'], 2, /'up'.*down or right/],
      [[STUDENT, '--colour'], 2, /--colour/],
      [['nowhere.js#x'], 1, /^Cannot draw nowhere\.js#x: there is no such file in \/.*\.\n$/],
      [
        ['dist/actors/index.js#pupil'],
        1,
        /#pupil: there is no such export. It exports arrive, arriving, barrier, student\./,
      ],
      [['dist/actors/index.js#arrive'], 1, /#arrive: it is no state machine/],
      [[`${module('throws.mjs', 'throw new Error("broken within")')}#x`], 1, /broken within/],
      [['lesson.ndjson', '--svg'], 2, /leave out --svg/],
      [['nowhere.ndjson'], 1, /There is no recording 'nowhere\.ndjson' in/],
      [[module('none.ndjson', 'nothing')], 1, /This is no recording of troupe/],
      [[STUDENT, '--out', join(folder, 'no', 'such', 'folder.svg')], 1, /Cannot write .*folder\.svg/],
    ];
    for (const [args, code, text] of cases) {
      const ended = await run(...args);
      expect(ended.error).toMatch(text);
      expect([ended.code, ended.out]).toEqual([code, '']);
    }
  });
});
