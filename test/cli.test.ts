// `troupe` as a user types it: real processes, and pages that look at them.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from 'troupe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeRecording } from '../dist/src/inspector/recording.js';
import type { InspectorRecord, RecordingHeader } from '../dist/src/inspector/records.js';
import { launch, troupe } from './support/command.ts';
import { lookAt, openPage, type TestPage } from './support/inspecting-page.ts';
import { urlOf } from './support/places.ts';
import { disagreements } from './support/transcript.ts';

/** Each is a process or several, which mostly wait: several at once. */
const RUNS = { timeout: 30_000, concurrent: true };
const { version } = (await import('../package.json', { with: { type: 'json' } })).default;
const program = fileURLToPath(urlOf('programs/looked-at'));
const { typescript } = process.features as { readonly typescript?: string | false };

/** It is called like a recording, and is none. */
const FOLDER = join(tmpdir(), `troupe-cli-${process.pid}.ndjson`);
beforeAll(() => mkdirSync(FOLDER));
afterAll(() => rmSync(FOLDER, { recursive: true }));

/** What a program does without the command. */
const bare = (...args: string[]) =>
  new Promise<{ code: number | null; stdout: string }>((resolve) => {
    const child = execFile(process.execPath, [program, ...args], (_, stdout) =>
      resolve({ code: child.exitCode, stdout }),
    );
  });

function folder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'troupe-cli-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

const actorsOf = (page: TestPage) =>
  [...page.bases.flat(), ...page.records.values()].flatMap((record) => (record.type === 'actor' ? [record.id] : []));

describe('troupe', RUNS, () => {
  it('tells its version, and how it is used', async () => {
    expect(await troupe(['--version']).ended).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    const { code, stdout } = await troupe(['--help']).ended;
    expect(stdout).toContain('troupe inspect <script>');
    expect(code).toBe(0);
  });

  it.each(['inspect', 'draw', 'check'])('tells how %s is used', async (command) => {
    const { code, stdout, stderr } = await troupe([command, '--help']).ended;
    expect(stdout).toMatch(new RegExp(`^troupe ${command} <`));
    expect(stdout).not.toContain('troupe --version');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it.each([
    [[], 'Give a command.'],
    [['watch'], "There is no command 'watch'."],
    [['toString'], "There is no command 'toString'."],
    [['inspect'], 'There is nothing to inspect: give a program, or a recording.'],
    [['inspect', 'nothing-here.js'], "There is no program 'nothing-here.js' in "],
    [['inspect', 'nothing-here.ndjson'], "There is no recording 'nothing-here.ndjson' in "],
    [['inspect', FOLDER], `Cannot read the recording '${FOLDER}': EISDIR`],
    [['inspect', program, '--slowly'], "Unknown option '--slowly'"],
    [
      ['inspect', program, '--port', 'many'],
      "Cannot take 'many' for --port: it must be a whole number from 0 to 65535.",
    ],
    [['inspect', program, '--port', '65536'], "Cannot take '65536' for --port"],
  ])('refuses %j, says why and how, and runs nothing', async (args, why) => {
    const { code, stdout, stderr } = await troupe(args).ended;
    expect(stderr).toContain(why);
    expect(stderr).toContain('troupe inspect <script>');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

describe('a program that troupe inspects', RUNS, () => {
  it.each([
    ['comes to its end', 'end', 7],
    ['exits', 'exit', 8],
    ['throws', 'throw', 1],
    ['is killed', 'kill', 137],
  ])('runs as it does without, and %s with its own code', async (_, how, code) => {
    const args = [how, '--an-option', 'of its own'];
    const [ended, without] = await Promise.all([
      troupe(['inspect', program, '--no-open', '--no-wait', '--port', '0', '--', ...args]).ended,
      bare(...args),
    ]);
    expect(ended.stdout).toBe(without.stdout);
    expect(ended.stdout).toContain('Ada has 4');
    expect(ended.code).toBe(code);
    // one, and none in its threads and in the processes that it starts
    expect(ended.stderr.match(/Inspector:/g)).toHaveLength(1);
  });

  it('begins when its page is open, and is seen from its first event on', async () => {
    await using command = troupe(['inspect', program, '--port', '0']);
    const url = await command.url();
    await until(() => command.stderr.includes('The program begins when its page is open.'));
    expect(command.stderr).toContain('No browser could be opened.');
    using stranger = await openPage(url);
    expect(command.stdout).toBe('');
    using page = await lookAt(url);
    await until(() => actorsOf(page).includes('Ada'));
    await until(() => command.stdout.includes('Ada has 4'));
    stranger.socket.close();
  });

  it('is there as long as its page looks, and ends with its own code', async () => {
    await using command = troupe(['inspect', program, '--no-open', '--port', '0']);
    const page = await lookAt(await command.url());
    await until(() => command.stderr.includes('The program has ended.'), { timeout: 10_000 });
    expect(page.heard.at(-1)?.type).not.toBe('ended');
    await page.close();
    expect(await command.ended).toMatchObject({ code: 7 });
  });

  it('ends at Ctrl-C while its page looks, which is told', async () => {
    await using command = troupe(['inspect', program, '--no-open', '--port', '0']);
    const page = await lookAt(await command.url());
    await until(() => command.stderr.includes('The program has ended.'), { timeout: 10_000 });
    command.kill('SIGTERM');
    expect(await command.ended).toMatchObject({ code: 7 });
    await page.closed;
    expect(page.heard.at(-1)).toEqual({ type: 'ended' });
  });

  it('tells its page all that happened when it exits', async () => {
    await using command = troupe(['inspect', program, '--no-open', '--port', '0', '--', 'exit']);
    const page = await lookAt(await command.url());
    expect(await command.ended).toMatchObject({ code: 8 });
    await page.closed;
    expect(actorsOf(page)).toContain('Ada');
    expect(page.heard.at(-1)).toEqual({ type: 'ended' });
  });

  it.each([
    [[], false],
    [['--allow-send'], true],
  ])('lets pages send with %j: %s', async (flags, allowSend) => {
    await using command = troupe(['inspect', program, '--no-open', '--port', '0', ...flags]);
    using page = await lookAt(await command.url());
    expect(await page.hear('welcome')).toMatchObject({ allowSend, header: { title: 'looked-at.js' } });
  });

  it('may be a CommonJS file, found as Node finds it', async () => {
    using here = folder();
    writeFileSync(join(here.path, 'plain.cjs'), 'console.log(require.main === module, process.argv.length)');
    writeFileSync(join(here.path, 'package.json'), '{ "main": "./plain.cjs" }');
    for (const name of ['plain.cjs', '.']) {
      const path = join(here.path, name);
      const { code, stdout } = await troupe(['inspect', path, '--no-open', '--no-wait', '--port', '0', 'x']).ended;
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'true 3\n' });
    }
  });

  it('may be a TypeScript file where Node strips types or tsx is installed, and else is refused', async () => {
    using here = folder();
    const path = join(here.path, 'typed.ts');
    writeFileSync(path, 'const four: number = 4; console.log(four)');
    const { code, stdout, stderr } = await troupe(['inspect', path, '--no-open', '--no-wait', '--port', '0']).ended;
    expect({ code, stdout }).toEqual(typescript ? { code: 0, stdout: '4\n' } : { code: 2, stdout: '' });
    const refusal = 'this Node does not strip types and tsx is not installed. Compile it,';
    expect(stderr.includes(refusal)).toBe(!typescript);
  });
});

describe('a recording that troupe shows', RUNS, () => {
  const header: RecordingHeader = { troupe: 'recording', version: 1, epoch: 0, node: 'main@1', title: 'a test' };
  const records: InspectorRecord[] = [1, 2, 3].map((at) => ({ type: 'received', at, message: at }));

  it('is served until Ctrl-C, as far as it is whole', async () => {
    using here = folder();
    const path = join(here.path, 'cut.ndjson');
    writeFileSync(path, writeRecording(header, records).join('').slice(0, -5));
    await using command = troupe(['inspect', path, '--port', '0', '--no-open']);
    using page = await lookAt(await command.url());
    await until(() => page.records.size === 2);
    expect([...page.records.values()]).toEqual(records.slice(0, 2));
    expect(await page.hear('welcome')).toMatchObject({ header });
    expect(command.stderr).toContain('The recording was cut in its line 4: what came before is shown.');
    command.kill('SIGINT');
    expect(await command.ended).toMatchObject({ code: 0 });
    expect(page.heard.at(-1)).toEqual({ type: 'ended' });
  });

  it('is refused if it is none', async () => {
    using here = folder();
    const path = join(here.path, 'none.ndjson');
    writeFileSync(path, 'anything');
    const { code, stderr } = await troupe(['inspect', path, '--no-open']).ended;
    expect(stderr).toContain('This is no recording of troupe');
    expect(code).toBe(2);
  });
});

describe('the demos with --inspect', RUNS, () => {
  it('begin when their page is open, say what they say without it, and end when it is closed', async () => {
    const start = fileURLToPath(new URL('../dist/examples/start.js', import.meta.url));
    const transcript = readFileSync(new URL('fixtures/transcripts/3-shared-memory.txt', import.meta.url), 'utf8');
    await using command = launch(start, ['3', '--inspect']);
    const url = await command.url();
    expect(command.stdout).toBe('');
    const page = await lookAt(url);
    expect(await page.hear('welcome')).toMatchObject({ header: { title: 'troupe: demo 3' } });
    await until(() => disagreements(command.stdout, transcript).length === 0, { timeout: 10_000 });
    expect(actorsOf(page)).toEqual(expect.arrayContaining(['Alice', 'Bob', 'Charlie']));
    await page.close();
    expect(await command.ended).toMatchObject({ code: 0 });
  });
});
