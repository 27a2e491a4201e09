// Runs one workload, in a process of its own, and gives what it measured to the parent process, or prints the rows if there is none:
// `node --cpu-prof dist/bench/measure.js ./workloads/round-trip.js`.
import { parseArgs } from 'node:util';
import { SCALES, SMOKE, SMOKE_ONCE } from './constants.ts';
import { formatTable } from './rows.ts';
import { measure, rowsOf, type Workload } from './workload.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { smoke: { type: 'boolean', default: false }, seed: { type: 'string' } },
});

const [file = ''] = positionals;
const { workload } = (await import(file)) as { readonly workload: Workload };
const full = SCALES[workload.name];
const smoke = full.size === 1 ? SMOKE_ONCE : SMOKE;
const measured = await measure(workload, values.smoke ? smoke : full, { smoke: values.smoke, seed: values.seed });
if (process.send) process.send(measured);
else console.log(formatTable(rowsOf([measured])));
