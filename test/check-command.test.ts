// `troupe check` as a user types it: real processes that explore the models of a module, and end with a code that says what came of it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readRecording } from 'troupe/inspector';
import { until } from 'troupe/testing';
import { describe, expect, it } from 'vitest';
import { createProgressLine } from '../dist/src/cli/progress-line.js';
import { troupe } from './support/command.ts';
import { lookAt } from './support/inspecting-page.ts';
import { urlOf } from './support/places.ts';

/** Each is a process, which mostly waits to be loaded. */
const RUNS = { timeout: 30_000, concurrent: true };
const lamps = fileURLToPath(urlOf('models/lamps'));
const pair = fileURLToPath(urlOf('models/pair'));
const { typescript } = process.features as { readonly typescript?: string | false };

function folder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'troupe-check-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

const check = (name: string, ...args: string[]) => troupe(['check', lamps, '--export', name, ...args]);

describe('troupe check', RUNS, () => {
  it('ends with 0 where all holds and all was explored', async () => {
    const { code, stdout, stderr } = await check('lit').ended;
    expect(stdout).toContain('every order of what may happen.\nNothing is violated.\n✓ ');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('ends with 1 where something is violated, and shows the way there and a test of it', async () => {
    const { code, stdout } = await check('dark').ended;
    expect(stdout).toContain("✗ always 'the lamp is off': it does not hold after 1 step");
    expect(stdout).toContain('1. hand → lamp  PRESS');
    expect(stdout).toContain('schedule: hand>lamp');
    expect(stdout).toContain("const trace = dark.replay('hand>lamp');");
    expect(code).toBe(1);
  });

  it.each([
    [['--max-states', '300'], 'NOT exhaustive (maxStates)'],
    [['--max-depth', '5'], 'NOT exhaustive (maxDepth)'],
    [['--seconds', '0.2'], 'NOT exhaustive (seconds)'],
  ])('ends with 3 where nothing is violated, but a limit has ended it: %j', async (limit, why) => {
    const { code, stdout } = await check('endless', ...limit).ended;
    expect(stdout).toContain(why);
    expect(code).toBe(3);
  });

  it('ends with 2 where a model cannot be explored, and says why', async () => {
    const { code, stdout } = await check('unmodelled').ended;
    expect(stdout).toContain("Cannot explore 'clerk/lookup': it is a promise, which a model does not run.");
    expect(code).toBe(2);
  });

  it('takes all models of a module in turn, and ends as the worst', async () => {
    const { code, stdout } = await troupe(['check', pair]).ended;
    expect(stdout).toMatch(/^dark: explored 2 states[^]*^lit: explored 2 states/m);
    expect(code).toBe(1);
  });

  it.each([
    ['drop=1', 'PRESS from hand to lamp was lost'],
    ['crash=1,drop=0', 'crashed in step 1'],
    ['drop=Infinity', 'was lost'],
  ])('lets go wrong what the model does not: %s', async (fault, what) => {
    const { code, stdout } = await check('lit', '--fault', fault).ended;
    expect(stdout).toContain(what);
    expect(code).toBe(1);
  });

  it('walks at random by a seed, which says nothing of what was not walked', async () => {
    const walk = ['--simulate', '20', '--seed', '4'];
    const [found, nothing] = await Promise.all([check('dark', ...walk).ended, check('lit', ...walk).ended]);
    expect(found.stdout).toContain('walked 20 runs at random');
    expect(found.stdout).toContain('seed 4, NOT exhaustive');
    expect(found.stdout).toContain('schedule: hand>lamp');
    expect([found.code, nothing.code]).toEqual([1, 3]);
  });

  it('writes the first counterexample as a recording', async () => {
    using here = folder();
    const out = join(here.path, 'dark.ndjson');
    const { code, stderr } = await check('dark', '--out', out).ended;
    const { header, records, problem } = readRecording(readFileSync(out, 'utf8'));
    const told = `Written: ${out}. Show it with \`npx troupe inspect ${out}\`.\n`;
    expect({ code, stderr, problem }).toEqual({ code: 1, stderr: told, problem: undefined });
    expect(header).toBeDefined();
    expect(records.some((record) => record.type === 'sent' && record.event === 'PRESS')).toBe(true);
    const unwritten = join(here.path, 'lit.ndjson');
    const nothing = await check('lit', '--out', unwritten).ended;
    const untold = `There is no counterexample to show: ${unwritten} is not written.\n`;
    expect(nothing).toMatchObject({ code: 0, stderr: untold });
    const nowhere = await check('dark', '--out', join(here.path, 'none', 'dark.ndjson')).ended;
    expect(nowhere.stderr).toContain('Cannot write ');
    expect(nowhere.code).toBe(2);
  });

  it('shows the first counterexample on the page until Ctrl-C', async () => {
    await using command = check('dark', '--open');
    using page = await lookAt(await command.url());
    await until(() => [...page.records.values()].some((record) => record.type === 'sent' && record.event === 'PRESS'));
    command.kill('SIGINT');
    expect(await command.ended).toMatchObject({ code: 1 });
  });

  it.each([
    ['endless', 3, 'Nothing was violated there'],
    ['growing', 1, "✗ always 'it counts to nine'"],
  ])('tells at Ctrl-C what is known so far: of %s', async (name, code, what) => {
    await using command = check(name, '--max-states', '1000000000');
    await until(() => command.stderr.includes(`${name}: `), { timeout: 10_000 });
    command.kill('SIGINT');
    const ended = await command.ended;
    expect(ended.stderr).toMatch(/states.*, depth .* a second, 1 to explore/);
    expect(ended.stdout).toContain('NOT exhaustive (aborted)');
    expect(ended.stdout).toContain(what);
    expect(ended.code).toBe(code);
  });

  it('explores nothing more after Ctrl-C', async () => {
    await using command = troupe(['check', lamps, '--max-states', '1000000000']);
    await until(() => command.stderr.includes('endless: '), { timeout: 10_000 });
    command.kill('SIGINT');
    const { code, stdout } = await command.ended;
    expect(stdout).toContain('lit: NOT explored.');
    // of the first that was explored
    expect(code).toBe(1);
  });

  it('ends at once at a second Ctrl-C', async () => {
    await using command = check('stuck', '--max-states', '1000000000');
    await until(() => command.stderr.includes('stuck: '), { timeout: 10_000 });
    command.kill('SIGINT');
    await until(() => command.stderr.includes('Press Ctrl-C again to end at once.'));
    command.kill('SIGINT');
    expect(await command.ended).toMatchObject({ code: null, stdout: '' });
    expect(command.signal).toBe('SIGINT');
  });

  it('may be of a TypeScript file where Node strips types or tsx is installed', async () => {
    using here = folder();
    const path = join(here.path, 'typed.ts');
    writeFileSync(
      path,
      `import { lit } from ${JSON.stringify(urlOf('models/lamps').href)};\nexport const mine: object = lit;`,
    );
    const { code, stdout, stderr } = await troupe(['check', path]).ended;
    expect(code).toBe(typescript ? 0 : 2);
    expect(typescript ? stdout : stderr).toContain(
      typescript ? 'Nothing is violated.' : 'this Node does not strip types and tsx is not installed',
    );
  });

  it.each([
    [[], 'There is nothing to check: give a module that exports a model.'],
    [[lamps, pair], `Cannot check more than one module at a time: '${pair}' is too much.`],
    [[lamps, '--slowly'], "Unknown option '--slowly'"],
    [[lamps, '--seconds', '0'], "Cannot take '0' for --seconds: it must be a number above 0."],
    [[lamps, '--seconds', ''], "Cannot take '' for --seconds"],
    [[lamps, '--max-states', '1.5'], "Cannot take '1.5' for --max-states: it must be a whole number from 1 up."],
    [[lamps, '--max-depth', 'deep'], "Cannot take 'deep' for --max-depth: it must be a whole number from 0 up."],
    [
      [lamps, '--fault', 'delay=1'],
      "Cannot take 'delay=1' for --fault: say drop=1,duplicate=1,crash=1, or some of them.",
    ],
    [[lamps, '--fault', 'drop'], "Cannot take 'drop=' for --fault"],
    [
      [lamps, '--fault', 'drop=-1'],
      "Cannot take '-1' for drop of --fault: it must be a whole number from 0 up, or Infinity.",
    ],
    [[lamps, '--simulate', '0'], "Cannot take '0' for --simulate: it must be a whole number from 1 up."],
    [[lamps, '--seed', '4'], 'Cannot take --seed without --simulate.'],
    [[lamps, '--simulate', '4', '--max-states', '4'], 'Cannot take --max-states with --simulate: it explores nothing.'],
  ])('refuses %j, says why and how, and explores nothing', async (args, why) => {
    const { code, stdout, stderr } = await troupe(['check', ...args]).ended;
    expect(stderr).toContain(why);
    expect(stderr).toContain('troupe check <module>');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it.each([
    ['nothing-here.js', [], 'Cannot check nothing-here.js: there is no such file in '],
    [
      lamps,
      ['--export', 'lamp'],
      "it exports no 'lamp'. It exports dark, endless, growing, lit, stuck, unmodelled, wattage.",
    ],
    [lamps, ['--export', 'wattage'], "'wattage' is no model. Export what model() of troupe/testing returns."],
    [fileURLToPath(urlOf('counter')), [], 'it exports no model, but counter, doubled,'],
    [fileURLToPath(urlOf('throws-on-import')), [], 'Cannot import file:'],
  ])('says of %s with %j why there is no model', async (file, args, why) => {
    const { code, stdout, stderr } = await troupe(['check', file, ...args]).ended;
    expect(stderr).toContain(why);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

describe('the progress of an exploration', () => {
  const progress = {
    states: 12_345,
    generated: 50_000,
    depth: 9,
    waiting: 321,
    seconds: 1,
    rate: 270_000.4,
    violations: 1,
  };
  const text = 'room: 12,345 states, 1 violated, depth 9, 270,000 a second, 321 to explore';
  const written: string[] = [];
  let now = 0;
  const lineOf = (isTTY: boolean, columns = 80) => {
    written.length = now = 0;
    return createProgressLine({ isTTY, columns, write: (each: string) => written.push(each) }, () => now);
  };

  it('is one line that is written over, where a person looks', () => {
    const line = lineOf(true);
    line.tell('room', progress);
    expect(written).toEqual([]);
    for (now = 250; now < 760; now += 10) line.tell('room', progress);
    line.end();
    const one = `\r\u001B[K${text}`;
    expect(written).toEqual([one, one, one, '\r\u001B[K']);
  });

  it('is cut where it would be broken', () => {
    const line = lineOf(true, 20);
    now = 250;
    line.tell('room', { ...progress, states: 1_234_567_890 });
    expect(written).toEqual(['\r\u001B[Kroom: 1,234,567,890']);
  });

  it('is a line ever more seldom, where it is kept', () => {
    const line = lineOf(false);
    for (now = 0; now <= 100_000; now += 50) line.tell('room', progress);
    line.end();
    // at 0.25 s, and then after 0.5, 1, 2, 4, 8, 16, 30 and 30 s more
    expect(written).toEqual(Array.from({ length: 9 }, () => `${text}\n`));
  });
});
