import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { keepAwake } from '../dist/bench/awake.js';
import { NAMES } from '../dist/bench/constants.js';
import { formatTable, isReached, type Row } from '../dist/bench/rows.js';
import { measure, rowsOf, type Arm, type Workload } from '../dist/bench/workload.js';

const bench = (...args: readonly string[]) =>
  promisify(execFile)(process.execPath, ['dist/bench/run.js', ...args], { maxBuffer: 2 ** 24 });

const scale = { size: 10, rounds: 3, warmUps: 1 };
const options = { smoke: true, seed: undefined };

/** Arms that take the given seconds a round, and count what they say. */
const workloadOf = (...arms: readonly Arm[]): Workload => ({
  name: 'machine',
  unit: 'ms',
  meaning: 'a test.',
  comparisons: [
    { arm: 'floor', floor: 'floor' },
    { arm: 'own', floor: 'floor', target: { of: 'ratio', most: 2 } },
  ],
  open: async () => ({ arms }),
});
const armOf = (name: string, seconds: number, count = (size: number) => size): Arm => ({
  name,
  run: async (size) => ({ seconds, counted: count(size) }),
});

/** Whether there is such a process. */
function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('benchmarks', () => {
  it('count at the receiver, in every workload, all the work that was given', async () => {
    const { stdout } = await bench('--smoke');
    const rows = JSON.parse(stdout) as readonly Row[];
    expect(new Set(rows.map(({ workload }) => workload))).toEqual(new Set(NAMES));
    for (const row of rows) {
      for (const text of [row.workload, row.arm, row.floor, row.meaning]) expect(text).toMatch(/./);
      expect(['µs', 'ms', 'events/s']).toContain(row.unit);
      // the Python originals are not part of this repository
      if (row.skipped !== undefined) continue;
      const { median, p10, p90, ratio, counted } = row;
      expect([median, p10, p90, ratio].every(Number.isFinite), `${row.workload}, ${row.arm}`).toBe(true);
      expect(counted).toBeGreaterThan(0);
    }
  }, 60_000);

  it('are not measured if a receiver counts less, or more, than was given', async () => {
    const floor = armOf('floor', 1);
    const loses = armOf('own', 1, (size) => size - 1);
    const repeats = armOf('own', 1, (size) => size + 1);
    await expect(measure(workloadOf(floor, loses), scale, options)).rejects.toThrow(
      'given 10 and its receiver counted 9',
    );
    await expect(measure(workloadOf(floor, repeats), scale, options)).rejects.toThrow(
      'given 10 and its receiver counted 11',
    );
  });

  it('run the arms in turns and compare within each round', async () => {
    const order: string[] = [];
    let disturbance = 1;
    const drifting = (name: string, factor: number): Arm => ({
      name,
      run: async (size) => {
        order.push(name);
        // whatever happens to the machine happens to both arms of a round
        const round = Math.floor((order.length - 1) / 2);
        disturbance = 1 + round;
        return { seconds: factor * disturbance, counted: size };
      },
    });
    const measured = await measure(workloadOf(drifting('floor', 1), drifting('own', 3)), scale, options);
    const [floor, own] = rowsOf([measured]);
    expect(order).toEqual(['floor', 'own', 'own', 'floor', 'floor', 'own', 'own', 'floor']);
    expect(floor?.ratio).toBe(1);
    expect(own).toMatchObject({ ratio: 3, ratioP10: 3, ratioP90: 3, median: 900, counted: 30 });
    expect(own && isReached(own)).toBe(false);
  });

  it('count the rounds of all processes together, each beside those of its own process', async () => {
    const processes = [1, 2, 3].map((slowness) =>
      measure(workloadOf(armOf('floor', slowness), armOf('own', slowness * slowness)), scale, options),
    );
    const [first, ...others] = await Promise.all(processes);
    const [, own] = rowsOf([first as NonNullable<typeof first>, ...others]);
    expect(own).toMatchObject({ ratio: 2, ratioP10: 1, ratioP90: 3, median: 400, counted: 90 });
  });

  it('keep the cores awake as long as they are told, or live', { timeout: 60_000 }, async () => {
    const awake = await keepAwake();
    expect(awake.note).toMatch(/lowest priority \((SCHED_IDLE|nice 19)\)/);
    expect(awake.pids.map(runs)).toEqual(Array.from({ length: availableParallelism() }, () => true));
    await awake[Symbol.asyncDispose]();
    expect(awake.pids.some(runs)).toBe(false);

    const dies = `import { keepAwake } from '${new URL('../dist/bench/awake.js', import.meta.url).href}';
      console.log(JSON.stringify((await keepAwake()).pids));
      process.kill(process.pid, 'SIGKILL');`;
    // the output ends when the last of them has closed it, which at their priority may take a while
    const told = await new Promise<string>((resolve) => {
      execFile(process.execPath, ['--input-type=module', '-e', dies], (_, stdout) => resolve(stdout));
    });
    expect(JSON.parse(told)).toHaveLength(availableParallelism());
  });

  it('say in the row why an arm could not run', async () => {
    const workload: Workload = {
      ...workloadOf(),
      open: async () => ({ arms: [armOf('own', 1)], missing: { floor: 'there is no python3' } }),
    };
    const rows = rowsOf([await measure(workload, scale, options)]);
    expect(rows).toMatchObject([
      { arm: 'floor', median: null, ratio: null, skipped: 'there is no python3', counted: 0 },
      { arm: 'own', median: 100, ratio: null, skipped: 'there is no python3' },
    ]);
    expect(formatTable(rows)).toContain('skipped: there is no python3');
  });

  it('write no results from a smoke run, and know their workloads', async () => {
    await expect(bench('--smoke', '--json', 'dist/smoke.json')).rejects.toMatchObject({ code: 1 });
    expect(existsSync('dist/smoke.json')).toBe(false);
    await expect(bench('--only', 'nothing')).rejects.toThrow('round-trip');
  });
});
