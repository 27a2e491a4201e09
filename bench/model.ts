// What the model checker costs. Each workload runs in a process of its own, with one core's time as the processor counts it; a figure is printed only if what was counted is known to be right, and it
// ends with 1 if one is not. A missed target is shown and is no failure. `npm run bench:model [-- --only paxos] [--json]`
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ModelFigure } from './model-figures.ts';
import { medianOf } from './quantiles.ts';

const WORKLOADS = ['students', 'walk', 'cold', 'paxos', 'commit', 'lesson'] as const;

/** The first call of a process is slower or faster by its luck. */
const COLD_PROCESSES = 7;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [...WORKLOADS] },
    json: { type: 'boolean', default: false },
  },
});

const figures: ModelFigure[] = [];
for (const workload of values.only) {
  const processes = workload === 'cold' ? COLD_PROCESSES : 1;
  const found = Array.from({ length: processes }, () => runAlone(workload));
  for (const [index, figure] of (found[0] ?? []).entries()) {
    const value = medianOf(found.map((each) => each[index]?.value ?? Number.NaN));
    figures.push({ ...figure, value });
    if (!values.json) console.log(lineOf({ ...figure, value }));
  }
}
if (values.json) console.log(JSON.stringify({ figures, node: process.version, processor: cpus()[0]?.model }, null, 2));
else console.log(`\nNode ${process.version}, one core of ${cpus()[0]?.model ?? 'an unknown processor'}`);

function runAlone(workload: string): ModelFigure[] {
  const file = fileURLToPath(new URL('./model-figures.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', '--max-old-space-size=4096', file, workload],
    { encoding: 'utf8', maxBuffer: 2 ** 24 },
  );
  if (status !== 0) {
    process.exitCode = 1;
    console.error(`${workload}: ${stderr.trim()}`);
    return [];
  }
  return JSON.parse(stdout) as ModelFigure[];
}

function lineOf({ what, value, unit, least, most, note }: ModelFigure): string {
  const wanted = least === undefined ? (most === undefined ? '' : `at most ${text(most)}`) : `at least ${text(least)}`;
  const isMissed = (least !== undefined && value < least) || (most !== undefined && value > most);
  const target = wanted === '' ? '' : `  (${wanted}${isMissed ? ': MISSED' : ''})`;
  return `${what.padEnd(58)} ${`${text(value)} ${unit}`.padStart(22)}${target}${note ? `  ${note}` : ''}`;
}

function text(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 1 : 0 });
}
