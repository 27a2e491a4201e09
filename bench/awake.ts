// Keeps the processor's cores from sleeping: a core that sleeps takes longer to wake than a message to travel, so a measured round trip
// would be the system's and not the code's. A process per core spins at the lowest priority there is, and gives way to all others.
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, constants, setPriority } from 'node:os';

export interface Awake extends AsyncDisposable {
  /** What was done, for whoever reads the figures. */
  readonly note: string;
  /** The processes that spin. */
  readonly pids: readonly number[];
}

/** Resolves when all spin, each until it is disposed of, or until this process has ended. */
export async function keepAwake(): Promise<Awake> {
  const cores = availableParallelism();
  const spinners = Array.from({ length: cores }, () =>
    fork(new URL('./spinner.js', import.meta.url), { execArgv: [] }),
  );
  const ended = spinners.map((spinner) => once(spinner, 'exit'));
  await Promise.all(spinners.map((spinner) => once(spinner, 'message')));
  const pids = spinners.flatMap(({ pid }) => pid ?? []);
  const priorities = new Set(pids.map(giveWay));
  for (const spinner of spinners) spinner.send('spin');
  return {
    note: `Meanwhile ${cores} spinning processes of the lowest priority (${[...priorities].join(', ')}) keep the ${cores} cores awake, for all arms alike.`,
    pids,
    async [Symbol.asyncDispose]() {
      for (const spinner of spinners) spinner.kill('SIGKILL');
      await Promise.all(ended);
    },
  };
}

/** Linux has a policy for what runs only where nothing else would; elsewhere the lowest priority is the nearest to it. */
function giveWay(pid: number): string {
  try {
    execFileSync('chrt', ['--idle', '--pid', '0', `${pid}`], { stdio: 'ignore' });
    return 'SCHED_IDLE';
  } catch {
    setPriority(pid, constants.priority.PRIORITY_LOW);
    return `nice ${constants.priority.PRIORITY_LOW}`;
  }
}
