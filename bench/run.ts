// The benchmarks: runs each workload in processes of its own, one after the other, and shows their rows. It fails if a workload fails, which includes that a receiver counted other than what was sent; a missed target is shown and is no failure.
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { keepAwake } from './awake.ts';
import { NAMES, SCALES, WORKLOAD_TIMEOUT, type Scale, type WorkloadName } from './constants.ts';
import { formatMarkdown, formatTable, type Row } from './rows.ts';
import { rowsOf, type Measured } from './workload.ts';

const USAGE = `npm run bench -- [--only NAME]... [--json FILE] [--markdown FILE] [--seed DIRECTORY] [--smoke]
  --only      one of ${NAMES.join(', ')}
  --seed      the folder of the Python originals of the demos; TROUPE_SEED if not given
  --smoke     does next to nothing, prints its rows as JSON, and writes no file`;

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 1;
});

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [...NAMES] },
      json: { type: 'string' },
      markdown: { type: 'string' },
      seed: { type: 'string', default: process.env['TROUPE_SEED'] ?? '' },
      smoke: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { only, json, markdown, seed, smoke, help } = values;
  if (help) {
    console.log(USAGE);
    return 0;
  }
  const unknown = only.filter((name) => !isName(name));
  if (unknown.length > 0) throw new Error(`There is no workload '${unknown.join("', '")}'.\n${USAGE}`);
  if (smoke && (json ?? markdown) !== undefined)
    throw new Error('A smoke run measures nothing, so it writes no results.');

  const options = [...(smoke ? ['--smoke'] : []), ...(seed === '' ? [] : ['--seed', seed])];
  const rows: Row[] = [];
  const failures: unknown[] = [];
  for (const name of only.filter(isName)) {
    if (!smoke) console.error(`measuring ${name} …`);
    try {
      rows.push(...(await runWorkload(name, smoke ? {} : SCALES[name], options)));
    } catch (error) {
      failures.push(error);
    }
  }
  if (smoke) console.log(JSON.stringify(rows));
  else console.log(`${formatTable(rows)}\n\n${describeEnvironment()}`);
  if (failures.length > 0) throw new AggregateError(failures, `${failures.join('\n')}\nNo results were written.`);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(rows, undefined, 2)}\n`);
  if (markdown !== undefined) writeFileSync(markdown, formatMarkdown(rows, describeEnvironment()));
  return 0;
}

function isName(name: string): name is WorkloadName {
  return (NAMES as readonly string[]).includes(name);
}

async function runWorkload(
  name: WorkloadName,
  { processes = 1, awake = false }: Partial<Scale>,
  options: readonly string[],
): Promise<readonly Row[]> {
  await using spinners = awake ? await keepAwake() : undefined;
  const first = await runProcess(name, options);
  const others: Measured[] = [];
  while (others.length + 1 < processes) others.push(await runProcess(name, options));
  const notes = [
    ...(processes > 1 ? [`${processes} processes, whose rounds count together.`] : []),
    ...(spinners ? [spinners.note] : []),
  ];
  return rowsOf([first, ...others]).map((row) => ({ ...row, meaning: [row.meaning, ...notes].join(' ') }));
}

function runProcess(name: WorkloadName, options: readonly string[]): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./measure.js', import.meta.url), [`./workloads/${name}.js`, ...options], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      timeout: WORKLOAD_TIMEOUT,
    });
    let measured: Measured | undefined;
    child.on('message', (message) => {
      measured = message as unknown as Measured; // `measure.ts` says nothing else
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (measured && code === 0) resolve(measured);
      else reject(new Error(`The workload '${name}' failed (${signal ?? `exit code ${code}`}); it has no rows.`));
    });
  });
}

function describeEnvironment(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `Node ${process.version}, ${process.platform} ${process.arch}, ${availableParallelism()} × ${model}.`;
}
