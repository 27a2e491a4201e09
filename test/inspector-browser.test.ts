// The inspector's page in a real browser: what a reader sees of made-up recordings, of programs that run, and of what goes wrong. Each page is watched: an error on its
// console, or a request that would leave this machine, fails the test (support/browser.ts).
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import axe from 'axe-core';
import type { FileChooser } from 'playwright-core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createActor } from 'xstate';
import { createThreads, inThread } from 'troupe';
import { createInspector, type InspectorRecord } from 'troupe/inspector';
import { createSchool } from '../dist/bench/school.js';
import { createTimeline } from '../dist/src/inspector/timeline.js';
import { latest } from '../dist/src/inspector/readings.js';
import { RECORDED, recordClass, recordClassAsText } from '../dist/test/fixtures/recordings.js';
import type * as inspected from './fixtures/inspected.ts';
import { useBrowser } from './support/browser.ts';
import { launch } from './support/command.ts';
import { CLASS, serveRecording, viewOf, type View } from './support/inspector-view.ts';
import { urlOf } from './support/places.ts';

vi.setConfig({ testTimeout: 30_000 });

const browser = useBrowser();
/** What is waited for comes soon, but on a busy machine. */
const SOON = { timeout: 10_000, interval: 20 };

const PAGE = new URL('../dist/src/inspector/page/index.html', import.meta.url).href;
const START = fileURLToPath(new URL('../dist/examples/start.js', import.meta.url));

async function openClass(records?: readonly InspectorRecord[], options?: Parameters<typeof browser.open>[1]) {
  const shown = await serveRecording(records);
  const opened = await browser.open(shown.url, options);
  const view = viewOf(opened.page);
  // all of it is there
  await expect.poll(() => view.scrubber.getAttribute('max'), SOON).toBe(String(shown.records.at(-1)?.at));
  await view.row('Alice').waitFor();
  return { ...shown, ...opened, view };
}

describe('the page of the inspector', () => {
  it('loads its own files alone, under a policy that lets it load and reach nothing else', async () => {
    const { page, requests, problems, url } = await openClass();
    const { origin } = new URL(url);
    expect(requests.filter((each) => new URL(each).host !== new URL(url).host)).toEqual([]);
    const answer = await page.request.get(origin);
    expect(answer.headers()['content-security-policy']).toContain("default-src 'none'");
    expect(problems).toEqual([]);
    // another port of this machine would do no harm to anybody, and is out of reach all the same
    const reached = await page.evaluate(`fetch('http://127.0.0.1:1/').then(() => 'reached', () => 'refused')`);
    expect(reached).toBe('refused');
    expect(problems.splice(0).join()).toContain('Content Security Policy');
  });

  it('weighs at most 60 KiB, gzipped, without its layout', () => {
    expect(gzipSync(readFileSync(new URL('app.js', PAGE)), { level: 9 }).length).toBeLessThanOrEqual(60 * 1024);
  });

  it('shows the actors of each thread with their states, mailboxes and restarts, and the cells with their values', async () => {
    const { view, records } = await openClass();
    const { actors, cells } = createTimeline(RECORDED, records);
    for (const node of ['main', 'thread-1', 'thread-2', 'thread-3']) await view.row(node).waitFor();
    for (const name of ['Alice', 'Dave', 'Karl']) {
      const { steps = [], mailbox = [] } = actors.get(name) ?? {};
      await expect.poll(() => view.row(name).innerText(), SOON).toContain(latest(steps)?.value);
      const waiting = latest(mailbox)?.waiting ?? 0;
      expect(await view.row(name).locator('.tree-waiting').count()).toBe(waiting > 0 ? 1 : 0);
    }
    expect(await view.row('Alice').locator('.tree-restarts').innerText()).toBe('2');
    expect(await view.row("Bob's hand").innerText()).toContain(String(latest(cells.get("Bob's hand") ?? [])?.value));
  });

  it('dims the actors of a thread that died, and says why it did', async () => {
    const { view } = await openClass();
    expect(await view.row('thread-3').innerText()).toContain('The thread ended with exit code 1.');
    expect(await view.row('Carol').locator('.tree-over').count()).toBe(1);
    expect(await view.row('Karl').locator('.tree-over').count()).toBe(0);
  });

  it('draws the statechart of the chosen actor, with its state and its last transition lit', async () => {
    const { view, records } = await openClass();
    await view.choose('Karl');
    const step = latest(createTimeline(RECORDED, records).actors.get('Karl')?.steps ?? []);
    await expect.poll(() => view.activeStates(), SOON).toContain(step?.value);
    for (const state of ['idle', 'holding', 'ready', 'passing'])
      expect(await view.chart.textContent()).toContain(state);
    expect(await view.chart.locator('.chart-lit').count()).toBeGreaterThan(0);
  });

  it('filters the log and the diagram by words', async () => {
    const { view, records } = await openClass();
    const wanted = records.filter(
      (record) => record.type === 'sent' && record.event === 'YOU_PASS_TO' && record.to === 'Karl',
    );
    await view.filter.fill('YOU_PASS_TO to:Karl is:message');
    await expect.poll(() => view.hits.innerText(), SOON).toMatch(new RegExp(`^${wanted.length} of `));
    const lines = await view.log.locator('.log-what').allInnerTexts();
    expect(new Set(lines)).toEqual(new Set(['YOU_PASS_TO']));
    const labels = await view.diagram.locator('.sequence-label').allTextContents();
    expect(labels.length).toBeGreaterThan(0);
    for (const label of labels) expect(label).toContain('YOU_PASS_TO');
  });

  it('shows its log to the end', async () => {
    const { view, records } = await openClass(recordClass({ ...CLASS, trouble: false }));
    const last = records.findLast((record) => record.type === 'sent');
    const time = String(Math.floor(last?.at ?? 0) / 1000);
    await expect.poll(() => view.log.innerText(), SOON).toContain(time);
  });

  it('looks back: tree, statechart, snapshot and diagram show what was, and then what is again', async () => {
    const { page, view, records } = await openClass();
    await view.choose('Karl');
    const { actors } = createTimeline(RECORDED, records);
    const { steps = [], snapshots = [] } = actors.get('Karl') ?? {};
    const now = latest(steps);
    // a moment when its state was another, in the middle of all
    const then = steps.find(({ at, value }) => at > 1000 && value !== now?.value);
    await expect.poll(() => view.activeStates(), SOON).toContain(now?.value);
    await view.scrubber.fill(String((then?.at ?? 0) + 0.02));
    await expect.poll(() => view.row('Karl').innerText(), SOON).toContain(then?.value);
    await expect.poll(() => view.activeStates(), SOON).toContain(then?.value);
    await expect.poll(() => view.activeStates(), SOON).not.toContain(now?.value);
    const { held } = (
      JSON.parse(latest(snapshots, (then?.at ?? 0) + 0.02)?.snapshot ?? '') as {
        readonly context: { readonly held: unknown };
      }
    ).context;
    await expect.poll(() => view.snapshot.innerText(), SOON).toMatch(new RegExp(`held:?\\s*${String(held)}`));
    await expect.poll(() => view.log.locator('.is-later').count(), SOON).toBeGreaterThan(0);
    // a cell, too
    await expect.poll(() => view.row('thread-3').innerText(), SOON).not.toContain('exit code');
    await view.button(/^Live/).click();
    await expect.poll(() => view.activeStates(), SOON).toContain(now?.value);
    await expect.poll(() => view.row('Karl').innerText(), SOON).toContain(now?.value);
    await expect.poll(() => page.url(), SOON).not.toContain('at=');
  });

  it('opens at the moment and the actor that its address names', async () => {
    const { page, view, records, url } = await openClass();
    const { steps = [] } = createTimeline(RECORDED, records).actors.get('Karl') ?? {};
    const then = steps.find(({ at, value }) => at > 1000 && value !== latest(steps)?.value);
    await view.choose('Karl');
    await view.scrubber.fill(String((then?.at ?? 0) + 0.02));
    await expect.poll(() => page.url(), SOON).toMatch(/at=.*actor=Karl|actor=Karl.*at=/);
    const other = await browser.open(page.url());
    expect(new URL(other.page.url()).origin).toBe(new URL(url).origin);
    const second = viewOf(other.page);
    await expect.poll(() => second.row('Karl').innerText(), SOON).toContain(then?.value);
    await expect.poll(() => second.activeStates(), SOON).toEqual(await view.activeStates());
  });

  it('saves what is recorded, and a page that was opened from a folder shows the file without any server', async () => {
    const { page, view } = await openClass();
    const [download] = await Promise.all([page.waitForEvent('download'), view.button('Save').click()]);
    expect(download.suggestedFilename()).toMatch(/^classroom-.*\.ndjson$/);
    const path = await download.path();
    expect(readFileSync(path, 'utf8').split('\n')[0]).toContain('"troupe":"recording"');

    const fromFile = await browser.open(PAGE);
    await expect.poll(() => fromFile.page.innerText('body'), SOON).toContain('opened from a folder');
    const second = viewOf(fromFile.page);
    await openFile(second, 'Open a recording', path);
    await second.row('Alice').waitFor();
    // there is a line above it, and so less room
    expect(await view.tree.innerText()).toContain((await second.tree.innerText()).trim());
    expect(await second.hits.innerText()).toBe(await view.hits.innerText());
    await second.choose('Karl');
    await expect.poll(() => second.activeStates(), SOON).not.toEqual([]);
  });

  it('shows a recording that was cut as far as it is whole, and says where it was cut', async () => {
    const text = recordClassAsText(CLASS);
    const { page } = await browser.open(PAGE);
    const view = viewOf(page);
    await openFile(view, 'Open a recording', {
      name: 'cut.ndjson',
      mimeType: 'application/x-ndjson',
      buffer: Buffer.from(text.slice(0, text.length - 20)),
    });
    await view.row('Alice').waitFor();
    await expect
      .poll(() => page.getByRole('status').allInnerTexts(), SOON)
      .toContainEqual(expect.stringMatching(/cut\.ndjson.*was cut in its line \d+/s));
  });

  it('says what is wrong with a file that is no recording', async () => {
    const { page } = await browser.open(PAGE);
    const view = viewOf(page);
    const nothing = { name: 'shopping.txt', mimeType: 'text/plain', buffer: Buffer.from('eggs, milk') };
    await openFile(view, 'Open a recording', nothing);
    await expect.poll(() => page.getByRole('alert').innerText(), SOON).toMatch(/shopping\.txt.*no recording/s);
  });

  it('says what to do with an address without its token, or with a wrong one', async () => {
    const { url } = await serveRecording();
    const bare = await browser.open(new URL(url).origin);
    await expect.poll(() => bare.page.innerText('body'), SOON).toContain('This address lacks its key');
    const wrong = await browser.open(url.replace(/token=.*/, 'token=wrong'));
    await expect.poll(() => wrong.page.innerText('body'), SOON).toContain('refuses this page');
    // the browser tells of each socket that was turned away
    expect(wrong.problems.splice(0).every((each) => each.includes('WebSocket'))).toBe(true);
  });

  it('lists a machine that cannot be drawn', async () => {
    const { page, view } = await openClass();
    // as elk's own worker answers then
    const body =
      "onmessage = ({ data: { id, cmd } }) => postMessage(cmd === 'layout' ? { id, error: { message: 'too entangled' } } : { id })";
    await page.route('**/layout.js', (route) => route.fulfill({ contentType: 'text/javascript', body }));
    await view.choose('Karl');
    await expect
      .poll(() => page.locator('.chart-problem').innerText(), SOON)
      .toContain('could not be drawn: too entangled');
    expect(await page.getByRole('list', { name: 'States of student' }).innerText()).toContain('idle');
  });

  it(
    'draws only what is in view of a thousand actors and a hundred thousand messages',
    { timeout: 60_000 },
    async () => {
      const school = createSchool(1000);
      const { url } = await serveRecording([...school.opening, ...school.messages(0, 100_000, { last: true })]);
      const { page } = await browser.open(url);
      const view = viewOf(page);
      // each message is a line with the step that it led to, each actor has one
      await expect.poll(() => view.hits.innerText(), { ...SOON, timeout: 30_000 }).toMatch(/^101,000 entries/);
      expect(await page.evaluate<number>("document.querySelectorAll('*').length")).toBeLessThan(2500);
      await page.getByRole('searchbox', { name: /^Find actors/ }).fill('student-847');
      await expect.poll(() => view.tree.locator('.tree-row-actor').count(), SOON).toBeLessThan(5);
      await view.choose('student-847');
      await expect.poll(() => view.activeStates(), SOON).not.toEqual([]);
    },
  );

  describe('for whoever uses keys alone', () => {
    it('goes by the tree, the filter, the messages and back', async () => {
      const { page, view } = await openClass();
      const focused = () => page.evaluate<string>("document.activeElement.getAttribute('aria-label') ?? ''");
      await page.keyboard.press('1');
      await expect.poll(focused, SOON).toBe('Actors by node');
      await page.keyboard.press('Home');
      for (let presses = 0; presses < 30 && (await view.actor.innerText()).split('\n')[0] !== 'Alice'; presses += 1)
        await page.keyboard.press('ArrowDown');
      await expect.poll(() => view.actor.innerText(), SOON).toMatch(/^Alice/);
      await page.keyboard.press('f');
      await expect.poll(focused, SOON).toBe('Filter the log and the diagram');
      await page.keyboard.type('ALL_CAME');
      await expect.poll(() => view.hits.innerText(), SOON).toMatch(/ of /);
      await page.keyboard.press('Escape');
      await page.keyboard.press('k');
      await expect.poll(() => page.url(), SOON).toContain('at=');
      await page.keyboard.press(' ');
      await expect.poll(() => page.url(), SOON).not.toContain('at=');
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    });

    it('is reached in each of its parts by Tab, which never gets stuck', async () => {
      const { page, view } = await openClass();
      await view.choose('Karl');
      const reached = new Set<string>();
      for (let presses = 0; presses < 80; presses += 1) {
        await page.keyboard.press('Tab');
        reached.add(
          await page.evaluate<string>(
            "(() => { const it = document.activeElement; return it.getAttribute('aria-label') ?? it.innerText ?? it.tagName; })()",
          ),
        );
      }
      for (const part of ['Actors by node', 'Snapshot of the actor', 'Filter the log and the diagram', 'Log', 'Save'])
        expect([...reached]).toContain(part);
      expect([...reached].some((part) => part.startsWith('Moment looked at'))).toBe(true);
    });
  });

  describe.each(['light', 'dark'] as const)('on a %s system', (colorScheme) => {
    it('is drawn in its colours, and in the others for whoever wants them', async () => {
      const { page, view } = await openClass(undefined, { colorScheme });
      expect(await brightness(view)).toBe(colorScheme);
      // as the system has it, then light, then dark
      await page.getByRole('button', { name: /^Colours/ }).click();
      await expect.poll(() => brightness(view), SOON).toBe('light');
      await page.getByRole('button', { name: /^Colours/ }).click();
      await expect.poll(() => brightness(view), SOON).toBe('dark');
    });

    it('has no serious fault of accessibility', async () => {
      const { page, view } = await openClass(undefined, { colorScheme });
      await view.choose('Karl');
      await expect.poll(() => view.activeStates(), SOON).not.toEqual([]);
      expect(await faultsOf(view)).toEqual([]);
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      expect(await faultsOf(view)).toEqual([]);
    });
  });
});

describe('the page of a program that runs', () => {
  it('shows demo 3 on three threads: its students, their states, and the release of the barrier', async () => {
    await using program = launch(START, ['3', '--inspect']);
    const { page } = await browser.open(await program.url());
    const view = viewOf(page);
    const find = page.getByRole('searchbox', { name: /^Find actors/ });
    // more is there than fits
    await find.fill('thanked');
    for (const name of ['Alice', 'Bob', 'Charlie'])
      await expect.poll(() => view.row(name).innerText(), SOON).toContain('thanked');
    expect(await view.tree.locator('.tree-row-node').count()).toBe(3);
    await view.filter.fill('RELEASED');
    // three students pass twice in each of two rounds
    await expect.poll(() => view.hits.innerText(), SOON).toMatch(/^(1[2-9]|2\d) of /);
    await view.filter.fill('');
    await find.fill('Alice');
    await view.choose('Alice');
    await expect.poll(() => view.activeStates(), SOON).toContain('thanked');
    // all that a student went through can be looked back at
    const seen = new Set<string>();
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press('k');
      for (const state of await view.activeStates()) seen.add(state);
    }
    for (const state of ['holding', 'ready', 'passing']) expect([...seen]).toContain(state);
    await page.close();
    expect((await program.ended).code).toBe(0);
  });

  it('names a root that was given no id by its machine', async () => {
    await using inspector = await createInspector({ port: 0, open: false });
    const { office } = inThread<typeof inspected>(urlOf('inspected'));
    const actor = createActor(office, { input: { name: 'Bob' }, inspect: inspector.inspect }).start();
    onTestFinished(() => void actor.stop());
    const view = viewOf((await browser.open(inspector.url)).page);
    await expect.poll(() => view.row('office').count(), SOON).toBe(1);
  });

  it('sends an event to an actor where that is allowed, and offers those that it can take', async () => {
    await using inspector = await createInspector({ port: 0, open: false, allowSend: true });
    const { office } = inThread<typeof inspected>(urlOf('inspected'));
    const actor = createActor(office, { id: 'office', input: { name: 'Bob' }, inspect: inspector.inspect }).start();
    onTestFinished(() => void actor.stop());
    const { page } = await browser.open(inspector.url);
    const view = viewOf(page);
    await view.choose('office');
    const form = page.getByRole('form', { name: 'Send an event to office' });
    await form.getByRole('button', { name: 'OPEN', exact: true }).click();
    await form.getByRole('button', { name: 'Send' }).click();
    await expect.poll(() => form.getByRole('status').innerText(), SOON).toBe('OPEN was sent.');
    await expect.poll(() => view.activeStates(), SOON).toContain('open');
    await form.getByRole('textbox', { name: 'Type of the event' }).fill('WRITE');
    await form.getByRole('textbox', { name: /^Further fields/ }).fill('{ "words": "Dear Sir" }');
    await form.getByRole('button', { name: 'Send' }).click();
    await expect.poll(() => view.row('scribe').innerText(), SOON).toContain('waiting');
    await expect.poll(() => view.log.innerText(), SOON).toContain('Dear Sir');
  });

  it('has nothing to send by where it is not allowed', async () => {
    await using inspector = await createInspector({ port: 0, open: false });
    const { office } = inThread<typeof inspected>(urlOf('inspected'));
    const actor = createActor(office, { id: 'office', input: { name: 'Bob' }, inspect: inspector.inspect }).start();
    onTestFinished(() => void actor.stop());
    const view = viewOf((await browser.open(inspector.url)).page);
    await view.choose('office');
    await expect.poll(() => view.activeStates(), SOON).toContain('closed');
    expect(await view.page.getByRole('form').count()).toBe(0);
  });

  it('shows the death of a thread while it looks', async () => {
    await using inspector = await createInspector({ port: 0, open: false });
    await using threads = createThreads({ size: 1, name: 'doomed' });
    const { failure } = threads.import<typeof inspected>(urlOf('inspected'));
    const actor = createActor(failure, { id: 'failure', inspect: inspector.inspect });
    actor.subscribe({ error: () => {} });
    actor.start();
    const view = viewOf((await browser.open(inspector.url)).page);
    await view.row('failure').waitFor();
    actor.send({ type: 'CRASH' });
    await expect.poll(() => view.row(/^doomed-1/).innerText(), SOON).toMatch(/exited with code 3/);
    expect(await view.row('failure').locator('.tree-over').count()).toBe(1);
  });

  it('finds a program again that was started anew at the same address', async () => {
    const token = 'the-same-at-each-start';
    const first = await createInspector({ port: 0, open: false, token });
    const port = Number(new URL(first.url).port);
    const { page, problems } = await browser.open(first.url);
    const view = viewOf(page);
    const { office } = inThread<typeof inspected>(urlOf('inspected'));
    const start = (id: string, { inspect }: Pick<typeof first, 'inspect'>) => {
      const actor = createActor(office, { id, input: { name: 'Bob' }, inspect }).start();
      onTestFinished(() => void actor.stop());
    };
    start('before', first);
    await view.row('before').waitFor();
    await first.close();
    await expect.poll(() => view.connection.innerText(), SOON).toMatch(/ended|lost/);
    await using second = await createInspector({ port, open: false, token });
    expect(second.url).toBe(first.url);
    start('after', second);
    await view.row('after').waitFor();
    expect(await view.row('before').count()).toBe(0);
    expect(await view.connection.innerText()).toBe('Connected');
    // the browser tells of each address that did not answer
    expect(problems.splice(0).filter((each) => !/ERR_CONNECTION_REFUSED|WebSocket/.test(each))).toEqual([]);
  });
});

async function openFile(view: View, button: string, file: Parameters<FileChooser['setFiles']>[0]): Promise<void> {
  const [chooser] = await Promise.all([view.page.waitForEvent('filechooser'), view.button(button).click()]);
  await chooser.setFiles(file);
}

async function brightness({ page }: View): Promise<'light' | 'dark'> {
  const colour = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return red + green + blue > 380 ? 'light' : 'dark';
}

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe finds that keeps somebody from using the page. */
async function faultsOf({ page }: View): Promise<readonly string[]> {
  // what flashes up is judged when it has settled
  await page.evaluate('Promise.allSettled(document.getAnimations().map(({ finished }) => finished))');
  await page.evaluate(axe.source);
  const violations = await page.evaluate<readonly Violation[]>('axe.run().then(({ violations }) => violations)');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}
