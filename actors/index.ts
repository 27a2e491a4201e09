// Machines to use and to read.

export { arrive, type ArriveOptions } from './arrive.ts';
export { arriving, type ArrivingInput, type ArrivingMachine } from './arriving.ts';
export {
  barrier,
  type BarrierContext,
  type BarrierEvent,
  type BarrierInput,
  type BarrierMachine,
  type Broken,
  type BrokenReason,
  type Party,
  type Ready,
  type Released,
} from './barrier.ts';
export { student, type Command, type Gift, type Said, type StudentContext, type StudentInput } from './student.ts';

/* From troupe, for the types of the above */
export type { Recipient } from '../src/recipient.ts';
