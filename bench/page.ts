// What the inspector's page costs in a real browser, fed by the inspector's own server with a made-up recording (`school.ts`). Each figure is printed only if the page
// shows what it was given to its last message; it ends with 1 if one does not, and a missed target is shown and is no failure.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { createJournal, type JournalLimits } from '../src/inspector/journal.ts';
import { INSPECTOR_VERSION, SUBPROTOCOL, TOKEN_PREFIX } from '../src/inspector/protocol.ts';
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
    await using stage = await openStage(of, { frames: true });
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

/** The page's own work is what it does beyond a page that only receives and parses the same frames, in the same run. */
async function measureAdding(of: Browser): Promise<readonly Figure[]> {
  const messages = 100_000;
  const rounds = 5;
  const floors: Costs[] = [];
  const pages: Costs[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // in turn, so that what else the machine does meets both
    floors.push(await addTo(of, messages, true));
    pages.push(await addTo(of, messages, false));
  }
  const median = (costs: readonly Costs[], what: keyof Costs) =>
    quantileOf(
      costs.map((each) => each[what]),
      0.5,
    ).toFixed(0);
  const own = pages.map(({ task }, round) => task - (floors[round] as Costs).task);
  const how = `main thread, ${messages} messages added`;
  return [
    {
      what: `${how}, receipt and parsing`,
      value: quantileOf(
        floors.map(({ task }) => task),
        0.5,
      ),
      unit: 'ms',
      note: `an empty page that keeps nothing; JSON.parse ${median(floors, 'parsing')} ms of it`,
    },
    {
      what: `${how}, the page's own work`,
      value: quantileOf(own, 0.5),
      unit: 'ms',
      most: 200,
      note: `CPU time beyond that, median of ${rounds}, ${Math.min(...own).toFixed(0)} to ${Math.max(...own).toFixed(0)} ms; in all ${median(pages, 'task')} ms, of which scripts ${median(pages, 'script')}, JSON.parse ${median(pages, 'parsing')}, styles and layout ${median(pages, 'layout')}; longest task ${median(pages, 'longest')} ms, ${median(pages, 'took')} ms by the clock`,
    },
  ];
}

/** What it costs to take messages in until the last is shown. */
async function addTo(of: Browser, messages: number, empty: boolean): Promise<Costs> {
  await using stage = await openStage(of, { limits: { records: Infinity, size: Infinity }, empty });
  stage.push(school.opening);
  await stage.page.goto(stage.url);
  await stage.shows(empty ? 'connected' : 'student-0');
  const before = await stage.costs();
  const begin = performance.now();
  stage.push(school.messages(0, messages, { last: true }));
  await stage.shows(LAST);
  const took = performance.now() - begin;
  const after = await stage.costs();
  return {
    task: after.task - before.task,
    script: after.script - before.script,
    layout: after.layout - before.layout,
    parsing: after.parsing - before.parsing,
    longest: after.longest,
    took,
  };
}

/** As many messages as come in an hour at a thousand a second, faster than they would come. */
async function measureMemory(of: Browser): Promise<readonly Figure[]> {
  const messages = Number(values.messages);
  await using stage = await openStage(of);
  stage.push(school.opening);
  await stage.page.goto(stage.url);
  await stage.shows('student-0');
  const heaps: number[] = [];
  let fed = 0;
  const feed = async (to: number) => {
    await stage.feed(fed, to, to === messages);
    fed = to;
  };
  // at a tenth the page is past what it keeps, or that would say nothing
  const shares = [0, 0.1, 0.25, 0.5, 0.75, 1];
  for (const share of shares) {
    const end = Math.floor(messages * share);
    const samples: number[] = [];
    // what the page keeps grows until its beginning is folded, again and again: a mean over that says whether more stays each time
    for (let rest = share === 0 ? 0 : SAMPLES - 1; rest >= 0; rest -= 1) {
      await feed(Math.max(fed, end - rest * CHUNK));
      if (fed === messages) await stage.shows(LAST);
      samples.push(await stage.heap());
    }
    heaps.push(samples.reduce((sum, heap) => sum + heap, 0) / samples.length);
    if (!values.json) {
      console.error(`  ${share * 100} %: ${samples.map((heap) => heap.toFixed(0)).join(', ')} MiB`);
    }
  }
  const [, early = 1] = heaps;
  const end = heaps.at(-1) ?? Number.NaN;
  const note = `${heaps
    .slice(1)
    .map((heap) => heap.toFixed(1))
    .join(', ')} MiB after a collection at 10, 25, 50, 75 and 100 %, each a mean of ${SAMPLES}`;
  return [
    { what: `heap after ${messages} messages to that at a tenth`, value: end / early, unit: '×', most: 1.2, note },
  ];
}

interface Costs {
  readonly task: number;
  readonly script: number;
  readonly layout: number;
  readonly parsing: number;
  readonly longest: number;
  readonly took: number;
}

interface Stage extends AsyncDisposable {
  readonly page: Page;
  readonly url: string;
  push(records: readonly InspectorRecord[]): void;
  /** Pushes messages no faster than the page takes them in. */
  feed(from: number, to: number, last: boolean): Promise<void>;
  /** Goes on when the page has drawn a text. */
  shows(text: string): Promise<void>;
  /** What the page's main thread has done so far, in milliseconds of its own time, whatever else the machine does. */
  costs(): Promise<Omit<Costs, 'took'>>;
  /** The heap after a collection, in MiB. */
  heap(): Promise<number>;
}

/** How many messages are pushed before the page is waited for: fewer than the server keeps. */
const CHUNK = 10_000;
/** So many chunks are more records than the page folds at once. */
const SAMPLES = 4;
const LIMITS: JournalLimits = { records: 100_000, size: 32 * 1024 * 1024 };

interface StageOptions {
  readonly limits?: JournalLimits;
  /** Whether its page is one that only receives. */
  readonly empty?: boolean;
  /** Whether the page asks for each frame, to tell when it has drawn. */
  readonly frames?: boolean;
}

async function openStage(of: Browser, options: StageOptions = {}): Promise<Stage> {
  const { limits = LIMITS, empty = false, frames = false } = options;
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
  await context.addInitScript(`(${counting})(${JSON.stringify(LAST)}, ${frames})`);
  if (empty) {
    await context.route('**/app.js', (route) => route.fulfill({ contentType: 'text/javascript', body: RECEIVING }));
  }
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  const session: CDPSession = await context.newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });

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
      const longest = Math.max(0, ...(await page.evaluate<number[]>('__bench.long')));
      const layout = of_('LayoutDuration') + of_('RecalcStyleDuration');
      return { task: of_('TaskDuration'), script: of_('ScriptDuration'), layout, parsing, longest };
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

/**
 * Counts in the page, before its own script runs: how far the records have come, what their parsing took, and when a text was drawn. Only where `frames` is set does it ask
 * for frames to tell that: to ask for each would make one each, also where the page draws none.
 */
const counting = `(last, frames) => {
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
    if (bench.drawn === 0 && document.body?.textContent.includes(last)) {
      bench.drawn = -1;
      setTimeout(() => (bench.drawn = performance.now()));
    }
    if (bench.drawn <= 0) frames && performance.now() < 2000 ? requestAnimationFrame(draw) : setTimeout(draw, 50);
  };
  draw();
  bench.reach = (next) => new Promise((resolve) => {
    const look = () => (bench.next >= next ? resolve() : setTimeout(look, 5));
    look();
  });
  bench.await = (text) => new Promise((resolve, reject) => {
    const deadline = performance.now() + 60_000;
    const look = () => {
      if (text === last ? bench.drawn > 0 : document.body.textContent.includes(text)) resolve();
      else if (performance.now() > deadline) reject(new Error('The page never showed ' + text));
      else setTimeout(look, 50);
    };
    look();
  });
}`;

/** The script of a page that takes in what the inspector's own does, as far as JSON goes, and keeps nothing. */
const RECEIVING = `(() => {
  const { token } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  const socket = new WebSocket('ws://' + location.host + '/', ['${SUBPROTOCOL}', '${TOKEN_PREFIX}' + token]);
  const show = (text) => document.body.append(text);
  socket.onopen = () => socket.send('{"type":"hello","version":${INSPECTOR_VERSION}}');
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.type === 'welcome') show('connected');
    else if (frame.records?.at(-1)?.event === '${LAST}' || frame.records?.at(-2)?.event === '${LAST}') show('${LAST}');
  };
})();`;

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
