import type { ModelOptions, Logics } from './options.ts';
import type { Report } from './report.ts';
import type { Progress, SimulateOptions } from './system.ts';
export interface Walk {
  run(milliseconds?: number): boolean;
  abort(): void;
  progress(): Progress;
  report(): Report<Logics, unknown>;
}
export function createWalk(_: ModelOptions<Logics, unknown>, __: SimulateOptions): Walk {
  throw new Error('TODO');
}
