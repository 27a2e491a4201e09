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
  const record = value as Readonly<Record<string, unknown>>;
  if (typeof record['at'] !== 'number' || typeof record['type'] !== 'string') return false;
  const fields = FIELDS.get(record['type']);
  if (!fields) return true;
  // a loop, for this is asked of each of a flood
  for (const [name, type] of fields) if (typeof record[name] !== type || record[name] === null) return false;
  for (const name of TEXTS) if (record[name] !== undefined && typeof record[name] !== 'string') return false;
  for (const name of LISTS) if (record[name] !== undefined && !Array.isArray(record[name])) return false;
  return true;
}

/** What a record need not have, of whatever type it is; it is text, or a list, if it is there. */
const TEXTS = ['body', 'error', 'parent', 'systemId', 'src'] as const;
const LISTS = ['transitions', 'actions'] as const;

const FIELDS_OF: Readonly<Record<InspectorRecord['type'], readonly (readonly [name: string, type: string])[]>> = {
  node: [
    ['node', 'string'],
    ['up', 'boolean'],
  ],
  machine: [
    ['machine', 'string'],
    ['definition', 'object'],
  ],
  actor: [
    ['actor', 'string'],
    ['id', 'string'],
    ['node', 'string'],
    ['kind', 'string'],
  ],
  sent: [
    ['message', 'number'],
    ['from', 'string'],
    ['to', 'string'],
    ['event', 'string'],
  ],
  received: [['message', 'number']],
  step: [
    ['actor', 'string'],
    ['event', 'string'],
  ],
  snapshot: [
    ['actor', 'string'],
    ['snapshot', 'string'],
  ],
  life: [
    ['actor', 'string'],
    ['life', 'number'],
    ['error', 'string'],
  ],
  ended: [
    ['actor', 'string'],
    ['how', 'string'],
  ],
  'dead-letter': [
    ['reason', 'string'],
    ['to', 'string'],
    ['count', 'number'],
  ],
  mailbox: [
    ['actor', 'string'],
    ['waiting', 'number'],
  ],
  cell: [['cell', 'string']],
  gauges: [
    ['node', 'string'],
    ['delay', 'object'],
    ['busy', 'number'],
    ['heap', 'number'],
  ],
  gap: [
    ['reason', 'string'],
    ['since', 'number'],
  ],
};

const FIELDS = new Map<string, readonly (readonly [name: string, type: string])[]>(Object.entries(FIELDS_OF));

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
