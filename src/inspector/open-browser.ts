// Opens an address in the user's browser, by what the platform has for it. It never throws: many machines have no browser, and then the address is told.
import { spawn } from 'node:child_process';

/** Asks the platform to open an address; `failed` is called once if it could not, or if the environment says that there is no browser. It keeps no process alive. */
export function openBrowser(url: string, failed: () => void): void {
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  let hasFailed = false;
  const fail = () => {
    if (!hasFailed) failed();
    hasFailed = true;
  };
  if (process.env['BROWSER'] === 'none') {
    fail();
    return;
  }
  try {
    const opener = spawn(command as string, [...args, url], { detached: true, stdio: 'ignore' });
    opener.once('error', fail);
    opener.once('exit', (code) => code !== 0 && fail());
    opener.unref();
  } catch {
    fail();
  }
}

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  // the empty text is the title of a window
  win32: ['cmd', '/c', 'start', ''],
};
