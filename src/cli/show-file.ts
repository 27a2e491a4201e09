// Shows a recording on the page, until Ctrl-C.
import { DEFAULT_PORT } from '../inspector/create-inspector.ts';
import { openBrowser } from '../inspector/open-browser.ts';
import { startServer } from '../inspector/server.ts';
import { showRecording } from '../inspector/shows.ts';
import type { InspectorRecord, RecordingHeader } from '../inspector/records.ts';
import type { LookSettings } from './look-on.ts';
import { readFile } from './recording-file.ts';
import { refuse } from './usage.ts';

/** Serves it; resolves with the exit code. */
export async function showFile(file: string, settings: LookSettings): Promise<number> {
  const recording = readFile(file);
  if (typeof recording === 'string') return refuse(recording);
  if (recording.problem !== undefined) console.error(recording.problem);
  await showRecorded(recording, settings);
  return 0;
}

/** Serves what a recording holds, until Ctrl-C. */
export async function showRecorded(
  recording: { readonly header: RecordingHeader; readonly records: readonly InspectorRecord[] },
  { port = DEFAULT_PORT, open }: Pick<LookSettings, 'port' | 'open'>,
): Promise<void> {
  const show = showRecording(recording.header, recording.records);
  const server = await startServer({ show, port, tell: (sentence) => console.error(sentence) });
  console.error(`Inspector: ${server.url}\nPress Ctrl-C to end.`);
  if (open) openBrowser(server.url, () => console.error('No browser could be opened: open this address in one.'));
  const awake = setInterval(() => {}, 2 ** 31 - 1);
  await new Promise((end) => {
    process.once('SIGINT', end).once('SIGTERM', end);
  });
  clearInterval(awake);
  await server.close();
}
