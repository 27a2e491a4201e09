// The demos as a user meets them: real programs, many times, also while the processor has other things to do.
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { disagreements } from './support/transcript.ts';

const demos = ['1-queue', '2-context', '3-shared-memory'] as const;
const RUNS = 8; // idle, and as many busy
const TIMEOUT = 150_000;

describe('the demos', { timeout: TIMEOUT }, () => {
  for (const demo of demos) {
    it(`${demo} agrees with its transcript, and ends by itself`, async () => {
      expect(await disagreeingRuns(demo)).toEqual([]);
    });

    it(`${demo} does so while all processors are busy`, async () => {
      using _load = keepBusy();
      expect(await disagreeingRuns(demo, { abreast: 4 })).toEqual([]);
    });

    it(`${demo} has a thread for each student, or as many as it is told`, async () => {
      expect(await threadsOf(demo)).toBe(3);
      expect(await threadsOf(demo, '--threads', '2')).toBe(2);
      expect(await threadsOf(demo, '--threads', '1')).toBe(1);
    });
  }

  it('2-context thanks everyone when the lesson breaks off, waits until they have gone home, and fails with the error', async () => {
    for (const threads of ['1', '2', '3']) {
      const { code, stdout, stderr } = await run('2-context', '--fire-drill', '--threads', threads);
      expect(disagreements(stdout, transcript('2-fire-drill'))).toEqual([]);
      expect(stderr).toContain('Error: Fire drill!');
      expect(code).toBe(1);
    }
  });

  it('3-shared-memory leaves these numbers in the hands after each round', async () => {
    const { stdout } = await run('3-shared-memory');
    expect(handsAfterRounds(stdout)).toEqual([
      { Alice: null, Bob: 4, Charlie: 5 },
      { Alice: 5, Bob: null, Charlie: 4 },
    ]);
  });

  it('3-shared-memory loses a number without the barrier, and says so as it is', async () => {
    const lost = await times(5, async () => {
      const { code, stdout, stderr } = await run('3-shared-memory', '--without-barrier');
      expect(code).toBe(0);
      const held = Object.values(handsAfterRounds(stdout).at(-1) ?? {});
      const missing = [4, 5].filter((number) => !held.includes(number));
      const verdict =
        missing.length > 0 ? `Overwritten: ${missing.join(' and ')}` : 'Nothing was overwritten this time.';
      expect(stderr.trim()).toBe(verdict);
      return missing.length > 0;
    });
    expect(lost).toContain(true);
  });
});

describe('npm start', { timeout: TIMEOUT }, () => {
  const all = demos.map(transcript).join('');

  it.each([
    { args: [], prints: all },
    { args: ['--threads', '1'], prints: all },
    { args: ['--threads', '2'], prints: all },
    { args: ['2'], prints: transcript('2-context') },
    { args: ['3', '--threads', '5'], prints: transcript('3-shared-memory') },
  ])('gives, with $args, the lines of its demos and no other', async ({ args, prints }) => {
    const { code, stdout, stderr } = await run('start', ...args);
    expect(disagreements(stdout, prints)).toEqual([]);
    expect(stderr).toMatch(/^(\nDemo \d: .+\n\n?)+$/);
    expect(code).toBe(0);
  });

  it.each([
    { args: ['4'], why: "There is no demo '4'" },
    { args: ['one'], why: "There is no demo 'one'" },
    { args: ['--faster'], why: "Unknown option '--faster'" },
    { args: ['--threads'], why: "'--threads <value>' argument missing" },
    { args: ['--threads', '0'], why: "Cannot share '0' threads" },
    { args: ['--threads', '1.5'], why: "Cannot share '1.5' threads" },
    { args: ['--threads', 'many'], why: "Cannot share 'many' threads" },
    { args: ['--threads', '17'], why: "Cannot share '17' threads: give --threads a whole number from 1 to 16." },
    { args: ['2', '2'], why: 'Demo 2 was asked for twice' },
    { args: ['1', '2', '1'], why: 'Demo 1 was asked for twice' },
    { args: ['3', '--threads', '1', '--without-barrier'], why: '--without-barrier is a race' },
    { args: ['1', '--without-barrier'], why: '--without-barrier belongs to demo 3' },
    { args: ['3', '--fire-drill'], why: '--fire-drill belongs to demo 2' },
  ])('refuses $args, says why and how, and prints nothing', async ({ args, why }) => {
    const { code, stdout, stderr } = await run('start', ...args);
    expect(stderr).toContain(why);
    expect(stderr).toContain('npm start -- --threads 2');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('is for choosing: a demo that is started by itself takes no other', async () => {
    const { code, stderr } = await run('2-context', '3');
    expect(stderr).toContain("takes no '3'");
    expect(code).toBe(2);
  });
});

describe('the rules of a transcript', () => {
  const queue = transcript('1-queue');
  const memory = transcript('3-shared-memory');

  it.each(demos)('has %s agree with itself', (demo) => {
    expect(disagreements(transcript(demo), transcript(demo))).toEqual([]);
  });

  it.each([
    {
      rule: 1,
      what: 'the teacher out of order',
      of: queue,
      put: '[Teacher]  Bob, HOLD_THIS 5',
      before: '[Teacher]  Alice, HOLD_THIS 4',
    },
    { rule: 2, what: 'a student out of order', of: memory, put: '[Charlie]  ...', before: '[Charlie]  Go!' },
    {
      rule: 3,
      what: 'an answer before its question',
      of: queue,
      put: '[Bob]  A 5? Got it.',
      before: '[Teacher]  Bob, HOLD_THIS 5',
    },
    {
      rule: 4,
      what: 'a teacher who does not wait',
      of: queue,
      put: '[Teacher]  Alice, HOLD_THIS 3',
      before: '[Bob]  A 5? Got it.',
    },
    { rule: 5, what: 'a Go! before a Ready!', of: memory, put: '[Alice]  Go!', before: '[Bob]  Ready!' },
  ])('$rule finds $what', ({ rule, of, put, before }) => {
    expect(rulesBroken(moved(of, put, before), of)).toEqual([rule]);
  });

  it('4 finds that all of the teacher’s lines come first', () => {
    for (const each of demos.map(transcript)) {
      const lines = each.trimEnd().split('\n');
      const teacherFirst = [
        ...lines.filter((line) => line.startsWith('[Teacher]')),
        ...lines.filter((line) => !line.startsWith('[Teacher]')),
      ];
      expect(rulesBroken(`${teacherFirst.join('\n')}\n`, each)).toEqual([4]);
    }
  });

  it('5 finds a Go! of the second round before a Ready! of it', () => {
    const second = memory.lastIndexOf('[Charlie]  Ready!');
    const doctored = memory.slice(0, second) + moved(memory.slice(second), '[Charlie]  Go!', '[Bob]  Ready!');
    expect(rulesBroken(doctored, memory)).toEqual([5]);
  });

  it.each([
    ['a line in another', queue.replace('Got it.\n[Bob]', 'Got it.[Bob]')],
    ['half a line', queue.replace('A 4? Got it.', 'A 4?')],
    ['a lost trailing blank', queue.replace('NUMBER \n', 'NUMBER\n')],
    ['a line that nobody says', `${queue}done\n`],
    ['an empty line', queue.replace('\n', '\n\n')],
    ['a last line without its end', queue.trimEnd()],
    ['silence', ''],
  ])('6 finds %s', (_, doctored) => {
    expect(rulesBroken(doctored, queue)).toEqual([6]);
  });

  it('finds a line too few, and one too many', () => {
    expect(rulesBroken(queue.replace("[Bob]  You're welcome!\n", ''), queue)).toEqual([2]);
    expect(rulesBroken(`${queue}[Charlie]  You're welcome!\n`, queue)).toEqual([2]);
    expect(rulesBroken(queue.replace("[Teacher]  And that's about it!\n", ''), queue)).toEqual([1]);
  });

  it('leave to chance who of several speaks first', () => {
    expect(rulesBroken(moved(queue, "[Charlie]  I'm not holding anything.", '[Alice]  A 4? Got it.'), queue)).toEqual(
      [],
    );
    expect(rulesBroken(moved(queue, '[Alice]  A 4? Got it.', '[Teacher]  Bob, HOLD_THIS 5'), queue)).toEqual([]);
  });
});

function transcript(demo: string): string {
  return readFileSync(new URL(`./fixtures/transcripts/${demo}.txt`, import.meta.url), 'utf8');
}

interface Ending {
  /** Null if it had to be killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(program: string, ...args: readonly string[]): Promise<Ending> {
  return runNode(programPath(program), ...args);
}

function programPath(program: string): string {
  return fileURLToPath(new URL(`../dist/examples/${program}.js`, import.meta.url));
}

function runNode(...args: readonly string[]): Promise<Ending> {
  return new Promise((resolve) => {
    const limits = { timeout: 60_000, killSignal: 'SIGKILL' } as const;
    const child = execFile(process.execPath, args, limits, (_, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

/** Runs it many times; what was wrong in those that did not agree. */
async function disagreeingRuns(demo: string, { abreast = 2 } = {}): Promise<readonly unknown[]> {
  const endings = await times(RUNS, () => run(demo), abreast);
  return endings.flatMap(({ code, stdout, stderr }) => {
    const broken = disagreements(stdout, transcript(demo));
    return code === 0 && stderr === '' && broken.length === 0 ? [] : [{ broken, code, stdout, stderr }];
  });
}

/** How many threads a demo started. */
async function threadsOf(demo: string, ...args: readonly string[]): Promise<number> {
  const counting = `import { isMainThread } from 'node:worker_threads';
    let count = 0;
    process.on('worker', () => (count += 1));
    if (isMainThread) process.on('exit', () => console.error('threads:', count));`;
  const preload = `--import=data:text/javascript,${encodeURIComponent(counting)}`;
  const { stderr } = await runNode(preload, programPath(demo), ...args);
  return Number(/^threads: (\d+)$/m.exec(stderr)?.[1]);
}

/** Does it so often, a few at a time. */
async function times<T>(count: number, work: () => Promise<T>, abreast = 2): Promise<readonly T[]> {
  const results: T[] = [];
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      results.push(await work());
    }
  };
  await Promise.all(Array.from({ length: abreast }, worker));
  return results;
}

/** Keeps every processor busy until it is disposed of; for `TIMEOUT` at most, whatever happens here. */
function keepBusy(): Disposable {
  const loop = `const end = Date.now() + ${TIMEOUT}; while (Date.now() < end);`;
  const loops = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ['-e', loop], { stdio: 'ignore' }),
  );
  return {
    [Symbol.dispose]() {
      for (const each of loops) each.kill('SIGKILL');
    },
  };
}

/** What each said to have in hand, whenever all were asked. */
function handsAfterRounds(output: string): readonly Readonly<Record<string, number | null>>[] {
  const rounds = output.split('[Teacher]  Everyone, WHATS_YOUR_NUMBER \n').slice(1);
  return rounds.map((said) => {
    const hands: Record<string, number | null> = {};
    for (const [, name = '', number] of said.matchAll(
      /^\[(\w+)\] {2}(?:I have a (\d+)|I'm not holding anything\.)$/gm,
    )) {
      hands[name] = number === undefined ? null : Number(number);
    }
    return hands;
  });
}

function rulesBroken(output: string, of: string): readonly number[] {
  return [...new Set(disagreements(output, of).map(({ rule }) => rule))];
}

/** A transcript in which the first such line stands before the first such other. */
function moved(text: string, line: string, before: string): string {
  const lines = text.split('\n');
  const [taken] = lines.splice(lines.indexOf(line), 1);
  expect(taken).toBe(line);
  expect(lines).toContain(before);
  return lines.toSpliced(lines.indexOf(before), 0, line).join('\n');
}
