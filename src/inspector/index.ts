// The public surface of `troupe/inspector`.
export { createInspector } from './create-inspector.ts';
export type { Inspector, InspectorOptions } from './create-inspector.ts';

/* For other inspectors */
export { statelyAdapter } from './stately-adapter.ts';
export type { StatelyAdapter, StatelyAdapterOptions, StatelyMessage } from './stately-adapter.ts';

/* What a recording holds */
export { readRecording } from './recording.ts';
export type { Recording } from './recording.ts';
export { recordingToMermaid } from './sequence-mermaid.ts';
export type { MermaidOptions } from './sequence-mermaid.ts';
export type {
  ActorKey,
  ActorRecord,
  CellRecord,
  DeadLetterRecord,
  EndedRecord,
  GapRecord,
  GaugesRecord,
  InspectorRecord,
  LifeRecord,
  MachineDefinition,
  MachineRecord,
  MailboxRecord,
  NodeKey,
  NodeRecord,
  ReceivedRecord,
  RecordingHeader,
  Sender,
  SentRecord,
  SnapshotRecord,
  StateDefinition,
  StateValue,
  StepRecord,
  TakenTransition,
  TransitionDefinition,
} from './records.ts';
