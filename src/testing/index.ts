// `troupe/testing`: for the tests of programs whose actors are to move.
export { hostEverything } from './host-everything.ts';
export type { HostEverythingOptions, Hosting } from './host-everything.ts';
