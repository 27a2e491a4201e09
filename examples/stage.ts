// What the demos were started with. This file alone reads flags: what cannot be right is told on standard error and ends the program.
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { createInspector } from 'troupe/inspector';

const usage = `
npm start                           the three demos in turn
npm start -- 2                      one of them
npm start -- 2 --fire-drill         the lesson breaks off: everyone is thanked all the same
npm start -- 3 --without-barrier    nobody waits for the others: sooner or later a number is overwritten
npm start -- --threads 2            the students share 2 threads, instead of one each
npm start -- 3 --inspect            a page in the browser shows what happens`;

/** More would do nothing in a demo of three students but take time and memory. */
const MOST_THREADS = 16;

const { values, positionals } = read();

/** The demos to give, by their numbers. One that is started by itself gives itself. */
export const demos = programme();

/** Whether the students are to share threads, instead of having one each. */
export const shared = values.threads !== undefined;

/** How many threads there are for the three students. */
export const threads = numberOfThreads(values.threads ?? '3');

/** Demo 2: the lesson breaks off. */
export const fireDrill = flagOf('2', 'fire-drill');

/** Demo 3: nobody waits for the others. */
export const withoutBarrier = flagOf('3', 'without-barrier');

if (withoutBarrier && threads === 1)
  refuse('--without-barrier is a race, and in a single thread there is none: leave out --threads 1.');

/** What each actor of a demo is given: nothing, or an inspector that shows it. */
export const watched = values.inspect ? await beWatched() : {};

function read() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        threads: { type: 'string' },
        'fire-drill': { type: 'boolean', default: false },
        'without-barrier': { type: 'boolean', default: false },
        inspect: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return refuse((error as Error).message); // of parseArgs, which throws nothing else
  }
}

function programme(): readonly string[] {
  const alone = /^\d/.exec(basename(process.argv[1] ?? ''));
  if (alone && positionals.length > 0) refuse(`This is demo ${alone[0]} alone, and takes no '${positionals[0]}'.`);
  for (const each of positionals)
    if (!/^[123]$/.test(each)) refuse(`There is no demo '${each}': there are 1, 2 and 3.`);
  const repeated = positionals.find((each, index) => positionals.indexOf(each) < index);
  if (repeated !== undefined) refuse(`Demo ${repeated} was asked for twice: it is given once.`);
  if (alone) return alone;
  return positionals.length > 0 ? positionals : ['1', '2', '3'];
}

function numberOfThreads(text: string): number {
  if (!/^[1-9]\d?$/.test(text) || Number(text) > MOST_THREADS)
    refuse(`Cannot share '${text}' threads: give --threads a whole number from 1 to ${MOST_THREADS}.`);
  return Number(text);
}

function flagOf(demo: string, flag: 'fire-drill' | 'without-barrier'): boolean {
  if (values[flag] && !demos.includes(demo)) refuse(`--${flag} belongs to demo ${demo}.`);
  return values[flag];
}

/** The demos begin when the page is open, and the program ends when it is closed. */
async function beWatched() {
  const inspector = await createInspector({ title: `troupe: demo ${demos.join(', ')}` });
  console.error(`Inspector: ${inspector.url}\nIt ends when its page is closed, or with Ctrl-C.`);
  await inspector.looked();
  process.once('beforeExit', () => void inspector.left());
  return { inspect: inspector.inspect };
}

function refuse(why: string): never {
  console.error(`${why}\n${usage}`);
  process.exit(2);
}
