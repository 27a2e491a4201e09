// The public surface of `troupe`.

/* Hosts: places that run actors for others */
export { inThread, createThreads } from './threads.ts';
export type { ThreadOptions, ThreadsOptions } from './threads.ts';
export { createMemoryHost } from './memory-host.ts';
export type { MemoryHost, MemoryHostOptions } from './memory-host.ts';
export { serve } from './serve.ts';
export type { Host, HostOptions } from './hosts.ts';
export type { CloseOptions } from './closing.ts';
export type { Hosted, HostedModule, ImportOptions } from './hosted.ts';
export type { Source, WorkerLike } from './source.ts';
export type { MailboxOptions } from './mailbox-limits.ts';
export type { PersistMode, SnapshotMode } from './wire.ts';

/* Waiting */
export { settled } from './settled.ts';
export type { SettledOptions, SnapshotsOf } from './settled.ts';
export { drained } from './drained.ts';
export { feed } from './feed.ts';
export type { DrainedOptions } from './drained.ts';
export { started } from './started.ts';
export { persist } from './persist.ts';
export type { PersistOptions } from './persist.ts';
export { ask } from './ask.ts';
export type { AnyRecipient, AskOptions, Question, ReplyTo } from './ask.ts';
export { watch } from './watch.ts';
export type { Down } from './watch.ts';
export { watching } from './watching.ts';
export type { WatchedDown, WatchingInput } from './watching.ts';

/* Supervision */
export { supervise } from './supervise.ts';
export type { Backoff, FailureAction, FailureReport, RestartLimit, Strategy, SuperviseOptions } from './supervise.ts';
export { superviseGroup } from './supervise-group.ts';
export type { GroupInput, GroupLogic, GroupOptions, GroupSnapshot } from './supervise-group.ts';

/* Topics, and refs as data */
export { topic } from './topic.ts';
export type { Topic } from './topic.ts';
export type { Recipient } from './recipient.ts';

/* Errors */
export { TroupeError, isTroupeError } from './errors.ts';
export type { TroupeErrorCode, TroupeErrorDetails } from './errors.ts';

/* For tests and integrators */
export { createBus } from './refs.ts';
export { currentBus, replaceBus } from './realm.ts';
export type { Bus, DeadLetter, Joining, NodeChange, Route, RouteWatcher } from './bus.ts';
export type { Address, NodeAddress } from './address.ts';
export type { Codec, Encoded, Extension, Tagged } from './codec.ts';
export type {
  ChannelFrame,
  ControlFrame,
  Delivery,
  Frame,
  Outgoing,
  Output,
  Packet,
  PacketObject,
  StartFrame,
  StepFrame,
} from './wire.ts';
export type { Link } from './links/link.ts';
export { createMemoryLink } from './links/memory.ts';
export type { MemoryLinkOptions } from './links/memory.ts';
export { createPortLink } from './links/port.ts';
export type { PortLike } from './links/port.ts';
