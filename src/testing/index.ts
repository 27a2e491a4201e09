// `troupe/testing`: for the tests of programs whose actors are to move, and of what they say to each other.

// systems of machines, explored
export { model } from './model/model.ts';
export {
  assertAlways,
  assertDeadlockFree,
  assertEventually,
  assertEveryEventHandled,
  assertHolds,
  assertReachable,
} from './model/assertions.ts';
export type { Limits } from './model/verdicts.ts';
export type {
  ArmedTimer,
  Claim,
  Claims,
  CrashOptions,
  Entry,
  Given,
  HistoryOptions,
  InputScope,
  Invoked,
  Logics,
  Message,
  ModelOptions,
  Name,
  NetworkOptions,
  Outcome,
  Scene,
  TimerOrder,
  World,
} from './model/options.ts';
export type { ExploreOptions, LiveRun, Progress, SimulateOptions, SystemModel } from './model/system.ts';
export type { Coverage, Report, Violation } from './model/trace/report.ts';
export type { Change, Trace, TraceStep } from './model/trace/trace.ts';
export type { Action } from './model/space/space.ts';

// programs under test, elsewhere and at fault
export { hostEverything } from './host-everything.ts';
export type { HostEverythingOptions, Hosting } from './host-everything.ts';
export { injectFaults } from './inject-faults.ts';
export type { FaultOptions, Faults, FaultTarget } from './inject-faults.ts';
export type { FaultClock } from './lane.ts';
export { createSimulation } from './simulation/create-simulation.ts';
export type { Simulation, SimulationClock, SimulationOptions } from './simulation/create-simulation.ts';
export type { RunOptions } from './simulation/driver.ts';
export { until } from './until.ts';
export type { Truthy, UntilOptions } from './until.ts';
export type { CloseOptions } from '../closing.ts';
