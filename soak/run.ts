// The soak: breaks things at random, by a seed, and fails if anything hangs or is lost silently.
import { parseArgs } from 'node:util';
import { soakThreads, type Outcome } from './threads.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' }, json: { type: 'boolean', default: false } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);
const outcome: Outcome = await soakThreads({ seed, seconds: Number(values.seconds) });
console.log(outcome.figures);
for (const violation of outcome.violations) console.error(violation);
process.exitCode = outcome.violations.length > 0 ? 1 : 0;
