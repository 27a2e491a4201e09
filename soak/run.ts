// The soak: breaks things at random, by a seed, and fails if anything hangs or is lost silently. It prints what was done, and what was violated.
import { parseArgs } from 'node:util';
import { flood, growByActors, growByThreads } from './growth.ts';
import { runOnMemory } from './memory.ts';
import { soakThreads, type Outcome } from './threads.ts';

const USAGE = `npm run soak -- [--seconds N] [--seed N] [--runs N] [--only PART]... [--growth] [--json]
  --seconds   how long threads are killed; 60
  --seed      what is drawn by it happens again; of threads nearly, on memory links exactly
  --runs      how many runs on memory links, each with a seed one higher; 3000
  --only      threads, memory, actors, started-threads, flood or overflow; the first two if not given
  --growth    all of it: 10,000 actors, 500 threads and a million events, too
  --quick     growth by a tenth or less
  --json      prints the outcome of each part as a line of JSON`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    runs: { type: 'string', default: '3000' },
    only: { type: 'string', multiple: true, default: ['threads', 'memory'] },
    growth: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const { growth, quick, json } = values;
const [seconds, seed, runs] = [values.seconds, values.seed, values.runs].map(readNumber) as [number, number, number];
const scale = quick ? 0.1 : 1;

const PARTS: Readonly<Record<string, () => Promise<Outcome>>> = {
  threads: () => soakThreads({ seed, seconds }),
  memory: soakMemory,
  actors: () => growByActors(10_000 * scale),
  'started-threads': () => growByThreads(500 * (quick ? 0.06 : 1)),
  // by default there is room for all of them
  flood: () => flood(1_000_000 * scale, { events: 2 ** 20, bytes: 64 * 2 ** 20 }),
  overflow: () => flood(1_000_000 * scale, { events: 50_000 * scale, bytes: 64 * 2 ** 20 }),
};

if (values.help) console.log(USAGE);
else process.exitCode = await main(growth ? Object.keys(PARTS) : values.only);

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !(name in PARTS));
  if (unknown.length > 0) throw new Error(`There is no part '${unknown.join("', '")}'.\n${USAGE}`);
  if (!json) console.log(`seed ${seed}`);
  let failed = false;
  for (const name of names) {
    const part = PARTS[name];
    if (!part) continue;
    const { violations, figures } = await part();
    failed ||= violations.length > 0;
    if (json) console.log(JSON.stringify({ part: name, seed, violations, figures }));
    else {
      console.log(`\n${name}`);
      for (const [what, figure] of Object.entries(figures)) console.log(`  ${what}: ${figure}`);
      for (const violation of violations) console.error(`  VIOLATED: ${violation}`);
    }
  }
  if (failed && !json) console.error(`\nThe soak failed. Its seed was ${seed}.`);
  return failed ? 1 : 0;
}

/** Ends with the first run that fails. */
async function soakMemory(): Promise<Outcome> {
  const begin = performance.now();
  for (let run = 0; run < runs; run += 1) {
    const violations = await runOnMemory(seed + run);
    if (violations.length === 0) continue;
    const again = `run ${seed + run}; alone: npm run soak -- --only memory --runs 1 --seed ${seed + run}`;
    return { violations: [again, ...violations], figures: { runs: run + 1 } };
  }
  return { violations: [], figures: { runs, 'ms a run': Math.round((performance.now() - begin) / runs) } };
}

function readNumber(text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(number) && number >= 0) return number;
  throw new Error(`'${text}' is no whole number.\n${USAGE}`);
}
