// Reads a recording from a file, as far as it is whole.
import { readFileSync } from 'node:fs';
import { readRecording } from '../inspector/recording.ts';
import type { InspectorRecord, RecordingHeader } from '../inspector/records.ts';

/** What the file holds, and what is wrong with the rest of it; or why it cannot be read. */
export function readFile(
  file: string,
):
  | { readonly header: RecordingHeader; readonly records: readonly InspectorRecord[]; readonly problem?: string }
  | string {
  const text = textOf(file);
  if (text instanceof Error) {
    const { code, message } = text as NodeJS.ErrnoException;
    return code === 'ENOENT'
      ? `There is no recording '${file}' in ${process.cwd()}.`
      : `Cannot read the recording '${file}': ${message}.`;
  }
  const { header, records, problem } = readRecording(text);
  if (!header) return `Cannot read the recording '${file}'. ${problem}`;
  return { header, records, ...(problem === undefined ? {} : { problem }) };
}

function textOf(file: string): string | Error {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return error as Error; // of the file system, which throws nothing else
  }
}
