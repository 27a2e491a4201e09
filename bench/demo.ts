// A demo as a whole program, from start to exit, beside the Python program that it grew from. The originals are not part of this
// repository: they are taken from the notebooks of a folder, whose cells begin with `%%writefile demos/…`. A program has done its
// work if it exits without error and prints as many lines as the transcript has. The originals wait for a fifth of a second and hope,
// so on a busy machine they may exit before all was said: such a run is done again, and only the complete one is timed.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DEMO_LINES, PYTHON_ATTEMPTS, TARGETS } from './constants.ts';
import { timed, type Arm, type Opened, type Workload, type WorkloadOptions } from './workload.ts';

const run = promisify(execFile);

interface Original {
  readonly python: string;
  readonly original: string;
}

export function createDemo(name: keyof typeof DEMO_LINES, program: string, original: string): Workload {
  return {
    name,
    unit: 'ms',
    meaning: `the program examples/${program}, from its start to its exit.`,
    comparisons: [
      { arm: 'python', floor: 'python' },
      { arm: 'troupe', floor: 'python', target: TARGETS.demo },
    ],
    open: (options) => open(options, program, original, DEMO_LINES[name]),
  };
}

async function open({ seed }: WorkloadOptions, program: string, original: string, lines: number): Promise<Opened> {
  const missing: Record<string, string> = {};
  const arms: Arm[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'troupe-bench-'));
  try {
    const { python, original: source } = await findOriginal(seed, original, folder);
    await run(python, [source]);
    arms.push(programArm('python', python, [source], lines, PYTHON_ATTEMPTS));
  } catch (error) {
    missing['python'] = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  }

  const file = fileURLToPath(new URL(`../examples/${program}.js`, import.meta.url));
  if (existsSync(file)) arms.push(programArm('troupe', process.execPath, [file], lines, 1));
  else missing['troupe'] = `there is no ${file}`;

  const close = async () => rmSync(folder, { recursive: true, force: true });
  if (arms.length === 0) await close();
  return { arms: arms.map((arm, index) => (index === 0 ? { ...arm, close } : arm)), missing };
}

/** One unit of work is a run that prints as many lines as expected. */
function programArm(name: string, command: string, args: readonly string[], lines: number, attempts: number): Arm {
  return {
    name,
    async run() {
      let printed = 0;
      let seconds = 0;
      for (let attempt = 0; attempt < attempts && printed !== lines; attempt += 1) {
        seconds = await timed(async () => {
          const { stdout } = await run(command, [...args]);
          printed = stdout.trimEnd().split('\n').length;
        });
      }
      return { seconds, counted: Number(printed === lines) };
    },
  };
}

async function findOriginal(seed: string | undefined, original: string, folder: string): Promise<Original> {
  if (seed === undefined) throw new Error('no --seed with the Python originals was given');
  const file = join(folder, `${original}.py`);
  const heading = `%%writefile demos/${original}.py\n`;
  for (const name of readdirSync(seed)) {
    if (!name.endsWith('.md')) continue;
    const [, cell] = readFileSync(join(seed, name), 'utf8').split(heading);
    // the notebook's own word about the cell follows it
    if (cell !== undefined) writeFileSync(file, cell.split(/^(?:Overwriting|Writing) /m)[0] ?? '');
  }
  if (!existsSync(file)) throw new Error(`no page in ${seed} writes demos/${original}.py`);
  return { python: await findPython(), original: file };
}

/** The interpreter itself, for a version manager's shim takes its own time. */
async function findPython(): Promise<string> {
  for (const candidate of ['python3', '/usr/bin/python3']) {
    try {
      const { stdout } = await run(candidate, ['-c', 'import sys, numpy; print(sys.executable)']);
      return stdout.trim();
    } catch {
      // the next one may have it
    }
  }
  throw new Error('there is no python3 with numpy');
}
