// `troupe/shared`: named memory that the threads of one process share.
export { createCell, openCell } from './cell.ts';
export type { Cell, CellOptions } from './cell.ts';

export { createSegment, openSegment } from './segment.ts';
export type { Segment } from './segment.ts';
