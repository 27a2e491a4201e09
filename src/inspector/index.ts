// The public surface of `troupe/inspector`.
export type { InspectorRecord, RecordingHeader } from './records.ts';
