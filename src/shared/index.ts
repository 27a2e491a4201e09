// `troupe/shared`: named memory that the threads of one process share, and what keeps them apart there.
export { createCell, openCell } from './cell.ts';
export type { Cell, CellOptions } from './cell.ts';

export { createLock, openLock } from './lock.ts';
export type { AcquireOptions, AcquireSyncOptions, Held, Lock } from './lock.ts';

export { createSegment, openSegment } from './segment.ts';
export type { Segment } from './segment.ts';
