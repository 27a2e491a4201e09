// `troupe/testing`: for the tests of programs whose actors are to move.
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
