// Takes the pictures of docs/inspect.md: demo 3 with its page in Chromium, in light and in dark, stopped in the middle of a round, and a round of its recording as text
// for Mermaid. Needs a build; `npm run screenshots` makes one first. They differ a little at each run, for threads do.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { readRecording, recordingToMermaid } from 'troupe/inspector';
import { launchChromium } from '../dist/bench/chromium.js';

const PAGE = 'docs/inspect.md';

const FOLDER = 'docs/pictures';
/** Pictures weigh on whoever clones this. */
const MOST = 250 * 1024;
const SIZE = { width: 1440, height: 900 };

const row = (page, name) => page.getByRole('treeitem').filter({ has: page.getByText(name, { exact: true }) });

const program = spawn(process.execPath, ['dist/examples/start.js', '3', '--inspect'], {
  stdio: ['ignore', 'ignore', 'pipe'],
  env: { ...process.env, BROWSER: 'none' },
});
const browser = await launchChromium();
try {
  const url = await addressOf(program);
  const page = await browser.newPage({ viewport: SIZE, colorScheme: 'light' });
  await page.goto(url);
  // the lesson is over when Charlie, who is thanked last, is
  const find = page.getByRole('searchbox', { name: /^Find actors/ });
  await find.fill('thanked');
  await row(page, 'Charlie').getByText('thanked').waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save' }).click();
  writeRound(readRecording(readFileSync(await (await download).path(), 'utf8')));
  // back to where Alice waits for the others, with the message that brought her there
  await row(page, 'Alice').click();
  await find.fill('');
  const filter = page.getByRole('searchbox', { name: /^Filter the log/ });
  await filter.fill('type:PASS_IT_ON to:Alice');
  await page.locator('.log-line').first().click();
  await filter.fill('');
  await page.keyboard.press('Escape');
  for (let step = 0; step < 6; step += 1) await page.keyboard.press('j');
  await page.locator('.chart .chart-active').first().waitFor();

  mkdirSync(FOLDER, { recursive: true });
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const path = `${FOLDER}/inspector-${colorScheme}.png`;
    await page.screenshot({ path, animations: 'disabled' });
    const { size } = statSync(path);
    console.log(`${path}: ${(size / 1024).toFixed(0)} KiB`);
    if (size > MOST) throw new Error(`${path} has more than ${MOST / 1024} KiB.`);
  }
} finally {
  await browser.close();
  program.kill();
}

/** The address of its inspector, as soon as it is told. */
function addressOf({ stderr }) {
  return new Promise((resolve, reject) => {
    let told = '';
    stderr.on('data', (chunk) => {
      told += String(chunk);
      const address = /^Inspector: (\S+)$/m.exec(told);
      if (address) resolve(address[1]);
    });
    stderr.once('end', () => reject(new Error(`The demo told no address: ${told}`)));
  });
}

/** Puts the first round of a recorded lesson into the page of the docs, from the command to the answers. */
function writeRound({ records }) {
  const begin = records.findIndex((each) => each.type === 'sent' && each.event === 'PASS_IT_ON');
  const end = records.findIndex((each) => each.type === 'sent' && each.event === 'WHATS_YOUR_NUMBER');
  const before = records.slice(0, begin).filter(({ type }) => type === 'actor' || type === 'node');
  const text = recordingToMermaid([...before, ...records.slice(begin, end)]);
  const found = /(<!-- npm run screenshots -->\n+```mermaid\n)[\s\S]*?(\n```)/;
  const docs = readFileSync(PAGE, 'utf8');
  if (!found.test(docs)) throw new Error(`${PAGE} has no place for a diagram.`);
  writeFileSync(
    PAGE,
    docs.replace(found, (_, head, tail) => `${head}${text.trimEnd()}${tail}`),
  );
}
