// Loaded by `troupe inspect` before the user's program, in the same process, so that the program runs as it would without. Threads of the program load this file too, for
// they have its flags: it does nothing there, and is small. What the program starts with its own flags and environment finds no trace of it.
import { isMainThread } from 'node:worker_threads';

const { TROUPE_INSPECT: settings } = process.env;

if (isMainThread && settings !== undefined) {
  delete process.env['TROUPE_INSPECT'];
  const flag = process.execArgv.findIndex(
    (each, index, all) => each === '--import' && all[index + 1] === import.meta.url,
  );
  if (flag >= 0) process.execArgv.splice(flag, 2);
  const { lookOn } = await import('./look-on.ts');
  await lookOn(settings);
}
