// What the inspector's page costs in a real browser, fed by the inspector's own server with a made-up recording (`school.ts`). Each figure is printed only if the page
// shows what it was given to its last message; it ends with 1 if one does not, and a missed target is shown and is no failure.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { createJournal, type JournalLimits } from '../src/inspector/journal.ts';
import type { Show } from '../src/inspector/page-session.ts';
import type { InspectorRecord } from '../src/inspector/records.ts';
import { startServer } from '../src/inspector/server.ts';
import { launchChromium } from './chromium.ts';
import { quantileOf } from './quantiles.ts';
import { createSchool, HEADER, LAST } from './school.ts';

interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: 'KiB' | 'ms' | 'MiB' | '×';
  readonly most?: number;
  readonly note?: string;
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: ['size', 'paint', 'adding', 'memory'] },
    messages: { type: 'string', default: '3600000' },
    json: { type: 'boolean', default: false },
  },
});

const school = createSchool();
const measures: Readonly<Record<string, (browser: Browser) => Promise<readonly Figure[]>>> = {
  size: async () => [measureSize()],
  paint: measurePaint,
  adding: measureAdding,
  memory: measureMemory,
};

function format({ what, value, unit, most, note }: Figure): string {
  const target = most === undefined ? '' : `, target ≤ ${most} ${unit}: ${value <= most ? 'reached' : 'MISSED'}`;
  return `${what}: ${value.toPrecision(3)} ${unit}${target}${note === undefined ? '' : ` (${note})`}`;
}

function measureSize(): Figure {
  const script = readFileSync(new URL('../src/inspector/page/app.js', import.meta.url));
  return { what: 'app.js, gzipped', value: gzipSync(script, { level: 9 }).length / 1024, unit: 'KiB', most: 60 };
}

async function measurePaint(of: Browser): Promise<readonly Figure[]> {
  const history = 10_000;
  const rounds = 7;
  const drawn: number[] = [];
  const first: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    await using stage = await openStage(of);
    stage.push([...school.opening, ...school.messages(0, history, { last: true })]);
    await stage.page.goto(stage.url);
    await stage.shows(LAST);
    // the first is the cold one
    if (round === 0) continue;
    drawn.push(await stage.page.evaluate<number>('__bench.drawn'));
    first.push(
      await stage.page.evaluate<number>("performance.getEntriesByName('first-contentful-paint')[0].startTime"),
    );
  }
  const note = `median of ${rounds}, from the navigation's start; slowest ${Math.max(...drawn).toFixed(0)} ms; its first paint of anything ${quantileOf(first, 0.5).toFixed(0)} ms`;
  return [
    { what: `painted with ${history} messages of history`, value: quantileOf(drawn, 0.5), unit: 'ms', most: 500, note },
  ];
}

async function measureAdding(of: Browser): Promise<readonly Figure[]> {
  const messages = 100_000;
  await using stage = await openStage(of, { records: Infinity, size: Infinity });
  stage.push(school.opening);
  await stage.page.goto(stage.url);
  await stage.shows('student-0');
  const before = await stage.costs();
  const begin = performance.now();
  stage.push(school.messages(0, messages, { last: true }));
  await stage.shows(LAST);
  const took = performance.now() - begin;
  const after = await stage.costs();
  const task = after.task - before.task;
  const parsing = after.parsing - before.parsing;
  const rest = (after.script - before.script - parsing).toFixed(0);
  const longest = Math.max(0, ...(await stage.page.evaluate<number[]>('__bench.long')));
  return [
    {
      what: `main thread, ${messages} messages added`,
      value: task - parsing,
      unit: 'ms',
      most: 200,
      note: `the parsing of their JSON apart, which takes ${parsing.toFixed(0)} ms; scripts ${rest} ms, layout ${(after.layout - before.layout).toFixed(0)} ms, longest task ${longest.toFixed(0)} ms; ${took.toFixed(0)} ms by the clock`,
    },
  ];
}

/** As many messages as come in an hour at a thousand a second, faster than they would come. */
async function measureMemory(of: Browser): Promise<readonly Figure[]> {
  const messages = Number(values.messages);
  await using stage = await openStage(of);
  stage.push(school.opening);
  await stage.page.goto(stage.url);
  await stage.shows('student-0');
  const heaps: number[] = [];
  const shares = [0, 0.1, 0.5, 1];
  for (const [index, share] of shares.entries()) {
    const from = Math.floor(messages * (shares[index - 1] ?? 0));
    await stage.feed(from, Math.floor(messages * share), share === 1);
    if (share === 1) await stage.shows(LAST);
    heaps.push(await stage.heap());
    if (!values.json) console.error(`  ${share * 100} %: ${heaps.at(-1)?.toFixed(1)} MiB`);
  }
  const [, early = 1, middle = 1, end = 1] = heaps;
  const note = `${early.toFixed(0)}, ${middle.toFixed(0)} and ${end.toFixed(0)} MiB after a collection at 10, 50 and 100 %`;
  return [
    { what: `heap after ${messages} messages to that at a tenth`, value: end / early, unit: '×', most: 1.2, note },
  ];
}

interface Costs {
  readonly task: number;
  readonly script: number;
  readonly layout: number;
  readonly parsing: number;
}

interface Stage extends AsyncDisposable {
  readonly page: Page;
  readonly url: string;
  push(records: readonly InspectorRecord[]): void;
  /** Pushes messages no faster than the page takes them in. */
  feed(from: number, to: number, last: boolean): Promise<void>;
  /** Goes on when the page has drawn a text. */
  shows(text: string): Promise<void>;
  /** What the page's main thread has done so far, in milliseconds. */
  costs(): Promise<Costs>;
  /** The heap after a collection, in MiB. */
  heap(): Promise<number>;
}

/** How many messages are pushed before the page is waited for: fewer than the server keeps. */
const CHUNK = 10_000;
const LIMITS: JournalLimits = { records: 100_000, size: 32 * 1024 * 1024 };

async function openStage(of: Browser, limits: JournalLimits = LIMITS): Promise<Stage> {
  const journal = createJournal(limits);
  const looking = new Set<() => void>();
  const show: Show = {
    session: 'bench',
    header: HEADER,
    journal,
    look(told) {
      looking.add(told);
      return () => looking.delete(told);
    },
  };
  const server = await startServer({ show, port: 0, tell: console.error });
  const context = await of.newContext({ viewport: { width: 1400, height: 900 } });
  await context.addInitScript(COUNTING);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  const session: CDPSession = await context.newCDPSession(page);
  await session.send('Performance.enable');

  const stage: Stage = {
    page,
    url: server.url,
    push(records) {
      journal.push(records);
      for (const told of looking) told();
    },
    async feed(from, to, last) {
      for (let next = from; next < to; next += CHUNK) {
        const end = Math.min(to, next + CHUNK);
        stage.push(school.messages(next, end, { last: last && end === to }));
        await page.evaluate(`__bench.reach(${journal.next})`);
      }
    },
    async shows(text) {
      await page.evaluate(`__bench.await(${JSON.stringify(text)})`);
      if (problems.length > 0) throw new Error(`The page has problems: ${problems.join('; ')}`);
    },
    async costs() {
      const { metrics } = await session.send('Performance.getMetrics');
      const of_ = (name: string) => 1000 * (metrics.find((metric) => metric.name === name)?.value ?? Number.NaN);
      const parsing = await page.evaluate<number>('__bench.parsing');
      return { task: of_('TaskDuration'), script: of_('ScriptDuration'), layout: of_('LayoutDuration'), parsing };
    },
    async heap() {
      await session.send('HeapProfiler.collectGarbage');
      await session.send('HeapProfiler.collectGarbage');
      const { usedSize } = await session.send('Runtime.getHeapUsage');
      return usedSize / 1024 / 1024;
    },
    async [Symbol.asyncDispose]() {
      await context.close();
      await server.close();
    },
  };
  return stage;
}

/** Counts in the page, before its own script runs: how far the records have come, what their parsing took, and when a text was drawn. */
const COUNTING = `(() => {
  const { parse } = JSON;
  const bench = globalThis.__bench = { next: 0, parsing: 0, drawn: 0, long: [] };
  JSON.parse = (text, reviver) => {
    const begin = performance.now();
    const value = parse(text, reviver);
    bench.parsing += performance.now() - begin;
    if (value?.type === 'records') bench.next = value.first + value.records.length;
    return value;
  };
  new PerformanceObserver((list) => bench.long.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
  // what is drawn was there when the frame was made, and is seen a moment after
  const draw = () => {
    if (bench.drawn === 0 && document.body?.textContent.includes('${LAST}')) {
      bench.drawn = -1;
      setTimeout(() => (bench.drawn = performance.now()));
    }
    if (bench.drawn <= 0) performance.now() < 2000 ? requestAnimationFrame(draw) : setTimeout(draw, 50);
  };
  requestAnimationFrame(draw);
  bench.reach = (next) => new Promise((resolve) => {
    const look = () => (bench.next >= next ? resolve() : setTimeout(look, 5));
    look();
  });
  bench.await = (text) => new Promise((resolve, reject) => {
    const deadline = performance.now() + 60_000;
    const look = () => {
      // to ask for each frame would make one each, also where the page draws none
      const again = performance.now() < deadline - 59_000 ? requestAnimationFrame : (next) => setTimeout(next, 100);
      if (document.body.textContent.includes(text) && (text !== '${LAST}' || bench.drawn > 0)) resolve();
      else if (performance.now() > deadline) reject(new Error('The page never showed ' + text));
      else again(look);
    };
    look();
  });
})()`;

// last, for all that it uses is above
const browser = await launchChromium();
try {
  const figures: Figure[] = [];
  for (const name of values.only) {
    const measure = measures[name];
    if (!measure) throw new Error(`There is no measure '${name}': there are ${Object.keys(measures).join(', ')}.`);
    if (!values.json) console.error(`measuring ${name} …`);
    figures.push(...(await measure(browser)));
  }
  console.log(values.json ? JSON.stringify(figures, undefined, 2) : figures.map(format).join('\n'));
  if (!values.json)
    console.log(`\nNode ${process.version}, Chromium ${browser.version()}, ${cpus()[0]?.model.trim()}.`);
} finally {
  await browser.close();
}
