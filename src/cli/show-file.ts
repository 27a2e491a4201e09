// Shows a recording on the page, until Ctrl-C.
import { existsSync, readFileSync } from 'node:fs';
import { DEFAULT_PORT } from '../inspector/create-inspector.ts';
import { openBrowser } from '../inspector/open-browser.ts';
import { readRecording } from '../inspector/recording.ts';
import { startServer } from '../inspector/server.ts';
import { showRecording } from '../inspector/shows.ts';
import type { LookSettings } from './look-on.ts';
import { BAD_USE, refuse } from './usage.ts';

/** Serves it; resolves with the exit code. */
export async function showFile(file: string, { port = DEFAULT_PORT, open }: LookSettings): Promise<number> {
  if (!existsSync(file)) return refuse(`There is no recording '${file}' in ${process.cwd()}.`);
  const text = read(file);
  if (text instanceof Error) return refuse(`Cannot read the recording '${file}': ${text.message}.`);
  const recording = readRecording(text);
  if (recording.problem !== undefined) console.error(recording.problem);
  if (!recording.header) return BAD_USE;
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
  return 0;
}

function read(file: string): string | Error {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return error as Error; // of the file system, which throws nothing else
  }
}
