// Whole programs: what keeps one alive, what it waits for, and that none starts threads without end.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { urlOf } from './support/places.ts';
import { runProgram, startProgram } from './support/programs.ts';

const { typescript } = process.features as { readonly typescript?: string | false };

describe('a program that waits for an actor which cannot start', () => {
  it.each([
    ['missing', 'IMPORT_FAILED'],
    ['throws', 'IMPORT_FAILED'],
    ['nobody', 'NO_SUCH_EXPORT'],
    ['answer', 'NOT_ACTOR_LOGIC'],
    // which of the two depends on the Node that runs this
    ['typescript', typescript ? 'active' : 'SOURCE_NOT_LOADABLE'],
  ])('is told: %s is %s', async (how, code) => {
    expect((await runProgram('fails-to-start', how)).lines).toEqual([code]);
  });
});

describe('a program that hosts what would run itself again', () => {
  const refusal = (file: string, why: string) =>
    new RegExp(
      `^OWN_PROGRAM: Cannot host a machine from file:.*${file}: ${why}\\. Move the machine to a module of its own\\.$`,
    );
  const itsOwn = refusal(
    String.raw`own-program\.js`,
    "it is this program's own file, which each thread would run again",
  );

  it('is refused its own file', async () => {
    const { lines } = await runProgram('own-program');
    expect(lines).toEqual(['the program runs', expect.stringMatching(itsOwn)]);
  });

  it('is refused it too when it was started without its extension', async () => {
    const file = fileURLToPath(urlOf('programs/own-program')).replace(/\.js$/, '');
    const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 10_000 });
    expect(stdout.trimEnd().split('\n')).toEqual(['the program runs', expect.stringMatching(itsOwn)]);
  });

  it('is refused it also in its threads', async () => {
    expect((await runProgram('entry')).lines).toEqual(['OWN_PROGRAM']);
  });

  it('is refused a file that hosts its own exports while it is imported', async () => {
    const { lines } = await runProgram('imports-host');
    const why = 'it is asked for while that file is being imported, and each thread that imports it would ask again';
    expect(lines).toEqual([
      'the program runs with itself',
      expect.stringMatching(refusal(String.raw`hosts-itself\.js`, why)),
    ]);
  });

  it('may have modules that host others, and themselves once they are loaded', async () => {
    expect((await runProgram('hosts-others')).lines).toEqual(['5', '3', '1']);
  });
});

describe('a program that only waits', () => {
  it.each(['started', 'settled', 'ask'])('stays for the answer of a daemon thread: %s', async (what) => {
    expect((await runProgram('only-waits', what)).lines).toEqual(['answered']);
  });

  it('is not kept by a timeout that no timer can reach, nor does it pass at once', async () => {
    expect((await runProgram('long-timeouts')).lines).toEqual(['waiting']);
  });
});

describe('a program that stops an actor which does not answer', () => {
  it('ends when the thread was given its time', async () => {
    const begin = performance.now();
    expect((await runProgram('stops-stuck')).lines).toEqual(['stopped', 'ended']);
    expect(performance.now() - begin).toBeGreaterThan(4900);
  }, 15_000);
});

describe('a program that runs for long', () => {
  it('keeps nothing of hosts and buses that are closed', async () => {
    expect((await runProgram('forgotten-hosts')).lines).toEqual(['forgotten']);
  });

  it('hears of what was thrown in a later task as an uncaught exception', async () => {
    expect((await runProgram('throws-soon')).lines.toSorted()).toEqual([
      'the next task runs',
      'uncaughtException too late',
    ]);
  });
});

describe('a program that closes what it opened', () => {
  it('is left with the threads, handles and listeners that it had before', async () => {
    const { lines } = await runProgram('closes');
    expect(lines.map((line) => line.replace(/^.*: /, ''))).toEqual(
      Array.from({ length: 8 }, () => '0 threads, 0 handles (), 0 listeners'),
    );
  });
});

describe('a program that closes nothing', () => {
  it('ends when its actors have ended by themselves', async () => {
    expect((await runProgram('outlives-main')).lines.toSorted()).toEqual(['ding', 'ding']);
  });

  // its threads run, block and load; nothing of troupe listens for the signal, or for the end
  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'ends at once by %s, and nothing of it is left',
    async (signal) => {
      for (const how of ['running', 'closing']) {
        await using program = await startProgram('signalled', how);
        expect(program.line).toBe('running, 0000');
        program.kill(signal);
        expect(await program.ended).toEqual({ code: null, signal });
        expect(() => process.kill(program.pid, 0)).toThrow(expect.objectContaining({ code: 'ESRCH' }));
      }
    },
  );

  it('ends at once by process.exit', async () => {
    await using program = await startProgram('signalled', 'exit');
    expect(await program.ended).toEqual({ code: 3, signal: null });
  });
});
