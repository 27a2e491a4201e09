// `troupe check`: explores the models that a module exports, tells meanwhile how far it is, and in the end what was found. Ctrl-C ends it with what is known by then; a second
// one ends the process.
import { writeFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { readRecording } from '../inspector/recording.ts';
import { insideOf, type Inside } from '../testing/model/inside.ts';
import type { Report } from '../testing/model/trace/report.ts';
import type { Trace } from '../testing/model/trace/trace.ts';
import { readCheck, type CheckSettings } from './check-arguments.ts';
import { loadModels } from './load-models.ts';
import { createProgressLine, type ProgressLine } from './progress-line.ts';
import { BAD_USE, CHECK_USAGE, refuse } from './usage.ts';

/** Runs the command; resolves with the exit code. */
export async function check(args: readonly string[]): Promise<number> {
  const settings = readCheck(args);
  if (typeof settings === 'string') return refuse(settings, CHECK_USAGE);
  const models = await loadModels(settings.module, settings.name);
  if (typeof models === 'string') {
    console.error(models);
    return BAD_USE;
  }

  const interruption = new AbortController();
  const interrupt = () => {
    interruption.abort();
    console.error('\nStopping. Press Ctrl-C again to end at once.');
  };
  // only the first: the next one ends the process, as it does without us
  process.once('SIGINT', interrupt);
  const progress = createProgressLine();
  const outcomes: Outcome[] = [];
  for (const { name, inside } of models) {
    if (interruption.signal.aborted) {
      console.log(`${name}: NOT explored.`);
      outcomes.push({ code: NOT_ALL, text: '' });
      continue;
    }
    const outcome = await examine(name, inside, { settings, progress, signal: interruption.signal });
    progress.end();
    process.stdout.write(models.length > 1 ? `${name}: ${outcome.text}\n` : outcome.text);
    outcomes.push(outcome);
  }
  process.off('SIGINT', interrupt);
  const shown = await present(outcomes.find(({ trace }) => trace !== undefined)?.trace, settings);
  return shown ?? [VIOLATED, BAD_USE, NOT_ALL].find((code) => outcomes.some((each) => each.code === code)) ?? 0;
}

/** What became of a model. */
interface Outcome {
  readonly code: number;
  readonly text: string;
  /** The first counterexample. */
  readonly trace?: Trace;
}

const VIOLATED = 1;
const NOT_ALL = 3;

/** Explores one, as far as it may. */
async function examine(
  name: string,
  inside: Inside,
  { settings, progress, signal }: { settings: CheckSettings; progress: ProgressLine; signal: AbortSignal },
): Promise<Outcome> {
  try {
    const asked = withFaults(inside, settings.faults);
    const { walk, limits } = settings;
    const going = walk ? asked.walk(walk) : asked.search(limits);
    const end = performance.now() + (walk ? (limits.seconds ?? Infinity) * 1000 : Infinity);
    while (!going.run(PIECE)) {
      progress.tell(name, going.progress());
      await turn(); // signals come between turns
      if (signal.aborted || performance.now() >= end) going.abort();
    }
    return outcomeOf(name, going.report());
  } catch (error) {
    // a model that cannot be explored says why, and how to mend it
    return { code: BAD_USE, text: `${error instanceof Error ? error.message : String(error)}\n` };
  }
}

/** For how many milliseconds nothing is heard. */
const PIECE = 100;

function outcomeOf(name: string, report: Report): Outcome {
  const { ok, complete, violations } = report;
  const trace = violations.find((each) => each.trace !== undefined)?.trace;
  return {
    code: !ok ? VIOLATED : complete ? 0 : NOT_ALL,
    text:
      trace === undefined
        ? report.toText()
        : `${report.toText()}\nAs a test:\n\n${trace.toTest(name === 'default' ? undefined : name)}`,
    ...(trace === undefined ? {} : { trace }),
  };
}

function withFaults(inside: Inside, { drop, duplicate, crash }: CheckSettings['faults']): Inside {
  const { network, crash: crashes } = inside.options;
  if (drop === undefined && duplicate === undefined && crash === undefined) return inside;
  const derived = inside.derive({
    network: {
      ...network,
      ...(drop === undefined ? {} : { drop }),
      ...(duplicate === undefined ? {} : { duplicate }),
    },
    ...(crash === undefined ? {} : { crash: { ...crashes, max: crash } }),
  });
  return insideOf(derived) as Inside;
}

/** Writes the counterexample, and shows it until Ctrl-C; gives the exit code if it could not. */
async function present(trace: Trace | undefined, { out, open }: CheckSettings): Promise<number | undefined> {
  if (out === undefined && !open) return undefined;
  if (!trace) {
    console.error(`There is no counterexample to show${out === undefined ? '' : `: ${out} is not written`}.`);
    return undefined;
  }
  const text = trace.toRecording();
  if (out !== undefined) {
    try {
      writeFileSync(out, text);
      console.error(`Written: ${out}. Show it with \`npx troupe inspect ${out}\`.`);
    } catch (error) {
      console.error(`Cannot write ${out}: ${(error as Error).message}.`);
      return BAD_USE;
    }
  }
  const { header, records } = readRecording(text);
  // it brings the inspector, which most runs do without
  if (open && header) await (await import('./show-file.ts')).showRecorded({ header, records }, { open });
  return undefined;
}
