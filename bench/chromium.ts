// The Chromium that the tests of the inspector's page, its benchmarks and the screenshots of the docs run in: found where systems put it, and installed
// by Debian's package manager where this process may do so. It is started with an empty profile, and asks nothing of any network by itself.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

/** Time that the package manager has, in milliseconds. */
const PATIENCE = 300_000;

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'];

const FLAGS = [
  // a container has no room for the sandbox, and nothing is loaded here but what this repository built
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The path of a Chromium or Chrome; undefined if there is none. `CHROMIUM` in the environment goes first. */
function findChromium(): string | undefined {
  return places().find((path) => existsSync(path));
}

/** Installs a Chromium if there is none, where this process may; gives its path, or says on standard error why there is none. */
export function provideChromium(): string | undefined {
  const found = findChromium();
  if (found !== undefined) return found;
  if (
    process.env['CHROMIUM'] === undefined &&
    process.getuid?.() === 0 &&
    onPath('apt-get').some((path) => existsSync(path))
  ) {
    console.error('There is no Chromium here: installing it by apt-get, for the tests of the inspector …');
    for (const args of [['update'], ['install', '--yes', '--no-install-recommends', 'chromium']]) {
      const { status, error } = spawnSync('apt-get', ['--quiet', '--quiet', ...args], {
        stdio: ['ignore', 2, 2],
        timeout: PATIENCE,
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
      if (status === 0) continue;
      console.error(`apt-get ${args.join(' ')} failed: ${error?.message ?? `exit code ${status}`}`);
      break;
    }
  }
  const installed = findChromium();
  if (installed === undefined) console.error(missing());
  return installed;
}

/** Starts it, without a window; throws with the mend if there is none. */
export function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(missing());
  return chromium.launch({ executablePath, args: FLAGS });
}

function places(): readonly string[] {
  const { CHROMIUM, PROGRAMFILES, LOCALAPPDATA } = process.env;
  // whoever names one wants that one, and no other
  if (CHROMIUM !== undefined) return [CHROMIUM];
  return [
    ...NAMES.flatMap(onPath),
    ...NAMES.map((name) => join('/usr/bin', name)),
    '/snap/bin/chromium',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ...[PROGRAMFILES, LOCALAPPDATA].flatMap((folder) =>
      folder === undefined ? [] : [join(folder, 'Google/Chrome/Application/chrome.exe')],
    ),
    // what `npx playwright install chromium` brings
    chromium.executablePath(),
  ];
}

function onPath(name: string): readonly string[] {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name));
}

function missing(): string {
  const { CHROMIUM } = process.env;
  return CHROMIUM === undefined
    ? 'Cannot open a page: no Chromium or Chrome was found. Install one (Debian: apt-get install chromium; macOS: brew install --cask chromium; anywhere: npx playwright install chromium), or set CHROMIUM to its path.'
    : `Cannot open a page: there is no ${CHROMIUM}, which CHROMIUM names. Set it to the path of a Chromium or Chrome.`;
}
