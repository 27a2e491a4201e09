// The soak: breaks things at random, by a seed, and fails if anything hangs or is lost silently.
import { parseArgs } from 'node:util';
import { runOnMemory } from './memory.ts';
import { soakThreads, type Outcome } from './threads.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    only: { type: 'string' },
    runs: { type: 'string', default: '2000' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);
if (values.only !== 'memory') {
  const outcome: Outcome = await soakThreads({ seed, seconds: Number(values.seconds) });
  console.log(outcome.figures);
  for (const violation of outcome.violations) console.error(violation);
  process.exitCode = outcome.violations.length > 0 ? 1 : 0;
}
if (values.only !== 'threads') {
  const start = performance.now();
  let failed = 0;
  for (let run = 0; run < Number(values.runs); run += 1) {
    const violations = await runOnMemory(seed + run);
    if (violations.length === 0) continue;
    failed += 1;
    console.error(`run ${seed + run}: ${violations.join('\n  ')}`);
    process.exitCode = 1;
    if (failed > 9) break;
  }
  console.log(`${values.runs} runs in ${Math.round(performance.now() - start)} ms`);
}
