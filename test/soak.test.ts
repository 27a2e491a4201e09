// A short soak, as `npm run soak` does for longer: things are broken at random, and nothing may hang or be lost silently.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const RANDOM_SEED = Math.floor(Math.random() * 2 ** 31);

interface Part {
  readonly violations: readonly string[];
  readonly figures: Readonly<Record<string, number>>;
}

/** In a process of its own, whose memory and threads nobody else's work changes. */
async function soak(part: string, ...options: readonly string[]): Promise<Part> {
  const args = ['dist/soak/run.js', '--json', '--quick', '--only', part, ...options];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 24 }).catch(
    (error: unknown) => error as { readonly stdout: string },
  );
  const line = stdout.split('\n').find((text) => text.startsWith('{'));
  if (line === undefined) throw new Error(`The soak told nothing: ${stdout}`);
  return JSON.parse(line) as Part;
}

describe('a hundred actors on four threads that are killed at random', { timeout: 60_000 }, () => {
  it(`end every wait, keep the order, and account for each event (seed ${RANDOM_SEED})`, async () => {
    const { violations, figures } = await soak('threads', '--seconds', '5', '--seed', String(RANDOM_SEED));
    expect(violations).toEqual([]);
    // it did what it is for
    expect(figures['events handled']).toBeGreaterThan(500);
    expect(figures['ask: answered']).toBeGreaterThan(10);
    expect(figures['ask: THREAD_DIED']).toBeGreaterThan(0);
  });
});

describe('nodes whose links lose, repeat, swap and delay packets', { timeout: 60_000 }, () => {
  it.each([
    ['the same each time', 1000],
    ['drawn at random', RANDOM_SEED],
  ])('end every wait and account for each event when the links are whole again: %s, seeds from %i', async (_, seed) => {
    const { violations } = await soak('memory', '--runs', '150', '--seed', String(seed));
    expect(violations).toEqual([]);
  });

  it.each([['a port to a node that dies before it has left', 500732778]])(
    'did not do so once: %s, seed %i',
    async (_, seed) => {
      const { violations } = await soak('memory', '--runs', '1', '--seed', String(seed));
      expect(violations).toEqual([]);
    },
  );
});

describe('growth', { timeout: 60_000 }, () => {
  it.each(['actors', 'started-threads', 'flood', 'overflow'])('is none: %s', async (part) => {
    const { violations } = await soak(part);
    expect(violations).toEqual([]);
  });
});
