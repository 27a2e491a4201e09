// A recording as text: a header, then a record a line (NDJSON), so that it can be made while it happens, be read by any tool, and be opened as far as it is whole when it
// was cut. What is read comes from anywhere, and is checked here.
import { RECORDING_VERSION, type InspectorRecord, type RecordingHeader } from './records.ts';

/** What was read of a text, and why there is no more of it. */
export interface Recording {
  /** Absent if the text is no recording that can be read here. */
  readonly header?: RecordingHeader;
  /** Those before the first that is not whole. */
  readonly records: readonly InspectorRecord[];
  /** What is wrong with the rest, for people. */
  readonly problem?: string;
}

/** The lines of a recording, each with its end. */
export function writeRecording(header: RecordingHeader, records: readonly InspectorRecord[]): string[] {
  return [header, ...records].map((each) => `${JSON.stringify(each)}\n`);
}

/**
 * Reads a recording that the inspector's page has saved.
 *
 * @param text - The whole of the file: a header, then a record a line, in JSON.
 * @returns Its header and its records, as far as they are whole: of one that was cut, what came before. It never throws: what is wrong is told as `problem`. Records of types that
 * are not known here are kept.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { readRecording } from 'troupe/inspector';
 *
 * const { records, problem } = readRecording(readFileSync('lesson.ndjson', 'utf8'));
 * console.log(records.filter(({ type }) => type === 'sent').length, 'messages', problem ?? '');
 * ```
 */
export function readRecording(text: string): Recording {
  const lines = text.split('\n');
  const header = parse(lines[0] ?? '');
  if (!isHeader(header)) {
    return { records: [], problem: 'This is no recording of troupe: its first line is not the header of one.' };
  }
  const { version } = header as { readonly version: unknown };
  if (version !== RECORDING_VERSION) {
    return {
      records: [],
      problem: `This recording has version ${String(version)}, and version ${RECORDING_VERSION} is what is read here: open it with the troupe that made it.`,
    };
  }
  const records: InspectorRecord[] = [];
  for (let number = 1; number < lines.length; number += 1) {
    const line = lines[number] as string;
    if (line === '') continue;
    const record = parse(line);
    if (!isRecord(record)) {
      const problem =
        number === lines.length - 1
          ? `The recording was cut in its line ${number + 1}: what came before is shown.`
          : `Line ${number + 1} of the recording is no record: what came before is shown.`;
      return { header, records, problem };
    }
    records.push(record);
  }
  return { header, records };
}

/** Whether something has the fields that each record of its type must have. Types that are not known are of a later version, and pass. */
export function isRecord(value: unknown): value is InspectorRecord {
  if (typeof value !== 'object' || value === null) return false;
  // by type and by name, for this is asked of each of a flood, and a table of names would cost five times as much
  const record = value as Loose<InspectorRecord>;
  if (typeof record.at !== 'number') return false;
  switch (record.type) {
    case 'node':
      return isText(record.node) && typeof record.up === 'boolean' && isTextOrNone(record.error);
    case 'machine':
      return isText(record.machine) && isObject(record.definition);
    case 'actor':
      return (
        isText(record.actor) &&
        isText(record.id) &&
        isText(record.node) &&
        isText(record.kind) &&
        isTextOrNone(record.parent) &&
        isTextOrNone(record.systemId) &&
        isTextOrNone(record.src)
      );
    case 'sent':
      return (
        typeof record.message === 'number' &&
        isText(record.from) &&
        isText(record.to) &&
        isText(record.event) &&
        isTextOrNone(record.body)
      );
    case 'received':
      return typeof record.message === 'number';
    case 'step':
      return (
        isText(record.actor) && isText(record.event) && isListOrNone(record.transitions) && isListOrNone(record.actions)
      );
    case 'snapshot':
      return isText(record.actor) && isText(record.snapshot);
    case 'life':
      return isText(record.actor) && typeof record.life === 'number' && isText(record.error);
    case 'ended':
      return isText(record.actor) && isText(record.how) && isTextOrNone(record.error);
    case 'dead-letter':
      return (
        isText(record.reason) && isText(record.to) && typeof record.count === 'number' && isTextOrNone(record.error)
      );
    case 'mailbox':
      return isText(record.actor) && typeof record.waiting === 'number';
    case 'cell':
      return isText(record.cell);
    case 'gauges':
      return (
        isText(record.node) &&
        isObject(record.delay) &&
        typeof record.busy === 'number' &&
        typeof record.heap === 'number'
      );
    case 'gap':
      return isText(record.reason) && typeof record.since === 'number';
    default:
      return typeof (record as { readonly type: unknown }).type === 'string';
  }
}

/** A record of which nothing is known but that its type names what should be there. */
type Loose<TRecord> = TRecord extends { readonly type: string }
  ? { readonly [Key in keyof TRecord]?: Key extends 'type' ? TRecord[Key] : unknown }
  : never;

const isText = (value: unknown) => typeof value === 'string';
const isTextOrNone = (value: unknown) => value === undefined || typeof value === 'string';
const isListOrNone = (value: unknown) => value === undefined || Array.isArray(value);
const isObject = (value: unknown) => typeof value === 'object' && value !== null;

function isHeader(value: unknown): value is RecordingHeader {
  const header = value as Partial<RecordingHeader> | null | undefined;
  return (
    typeof header === 'object' &&
    header?.troupe === 'recording' &&
    typeof header.epoch === 'number' &&
    typeof header.node === 'string' &&
    typeof header.title === 'string'
  );
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
