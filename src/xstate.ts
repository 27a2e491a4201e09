// The one adapter to XState's private seams, for 5.33. Nothing else in troupe touches a member that XState does not document. `xstate/check.ts` tries
// them at first use.
export type { System } from './xstate/seams.ts';
export { assertSeams } from './xstate/check.ts';
export { currentSource, trackSources, viewSystem } from './xstate/senders.ts';
export { bookSessions, createIdle, createOwnActor, replaceLogic } from './xstate/own-actors.ts';
export { watchRoots } from './xstate/roots.ts';
export { createReceiver, createRootBeside, createStandIn } from './xstate/stand-ins.ts';
export { beforeStart, loggerOf, onEnd, parentOf, rootOf, statusOf, stopActor, undoReset } from './xstate/life.ts';
export {
  createErrorEvent,
  emit,
  enqueue,
  enqueueOwn,
  forward,
  governUpdates,
  hookUpdates,
  interceptMailbox,
  isInit,
  isReportOf,
  relay,
  setSnapshot,
} from './xstate/mailbox.ts';
export { isObserved, onListenersChange, onObserversChange } from './xstate/observers.ts';
export { hookNames, namedDuring, namesIn, setName, unsetName } from './xstate/names.ts';
export { steerSystem, type Delayed } from './xstate/steering.ts';
export { armDelay, cancelDelays, delaysIn } from './xstate/timers.ts';
export {
  hasInspectors,
  interceptInspection,
  onInspectorsChange,
  putToSleep,
  tellInspectors,
} from './xstate/inspectors.ts';
export { createModelledSystem, createRefMaker, madeWith, type ModelledRefs } from './xstate/modelled.ts';
