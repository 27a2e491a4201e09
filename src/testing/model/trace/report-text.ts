// A report as it is printed: first what the verdict rests on, then each violation with the way to it, then what was not covered. An incomplete search is said to be NOT exhaustive.
import type { Held, ReportParts } from './report-of.ts';
import type { Coverage, Report, Violation } from './report.ts';
import { count, countOf, listOf } from './text.ts';

/** How a violation, or a report, is printed. */
export interface TextOptions {
  /** Whether each way is drawn as a Mermaid block, too.
   * @defaultValue false */
  readonly mermaid?: boolean;
}

type Told = Pick<ReportParts, 'undecided' | 'held' | 'growth' | 'isBounded' | 'isSymmetric' | 'walked'>;

export function reportToText(report: Report, told: Told = {}, options: TextOptions = {}): string {
  const { violations } = report;
  const sections = [
    [verdictOf(report, told), ...summaryOf(report, told)].join('\n'),
    ...violations.map((violation, index) => {
      const same = violations.findIndex(
        ({ trace }) =>
          trace && trace.schedule === violation.trace?.schedule && trace.loopsTo === violation.trace.loopsTo,
      );
      return violationToText(violation, {
        ...options,
        ...(violations.length > 1 ? { number: index + 1 } : {}),
        ...(same >= 0 && same < index ? { sameAs: same + 1 } : {}),
      });
    }),
    coverageText(report.coverage, report.complete),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

/** What the report rests on, in a line. */
function verdictOf(report: Report, { growth, isBounded, isSymmetric, walked }: Told = {}): string {
  const { complete, states, generated, depth, seconds, ended } = report;
  const time = timeText(seconds);
  if (walked) {
    const end = ended === 'runs' ? '' : ` (${ended})`;
    return `walked ${countOf(walked.runs, 'run')} at random in ${time}, ${countOf(generated, 'step')}, seed ${walked.seed}, NOT exhaustive${end}.`;
  }
  if (!complete) {
    const more = growth === undefined ? 'what lies beyond is not known.' : growth;
    return `explored ${countOf(states, 'state')}, depth ${count(depth)}, in ${time}, NOT exhaustive (${ended}); ${more}`;
  }
  const bounds = isBounded ? ' within the bounds' : '';
  const symmetry = isSymmetric ? ', those that differ only in who is who counted once' : '';
  return `explored ${countOf(states, 'state')} (${countOf(generated, 'step')}, depth ${count(depth)}) in ${time}: every order of what may happen${bounds}${symmetry}.`;
}

function summaryOf({ violations, complete }: Report, { undecided = [], held = [], walked }: Told): readonly string[] {
  const claims = listOf(undecided.map((claim) => `'${claim}'`));
  const open = undecided.length === 0 ? [] : [`Not known ${walked ? 'from walks' : 'yet'}: ${claims}.`];
  const lines = held.map(heldText);
  if (violations.length > 0) return [...lines, ...open, `${countOf(violations.length, 'violation')}:`];
  const nothing = complete ? 'Nothing is violated.' : 'Nothing was violated there; of the rest this says nothing.';
  return [nothing, ...lines, ...open];
}

function heldText({ kind, claim = '', leavesBounds = false }: Held): string {
  if (kind === 'deadlock') return '✓ it stops nowhere but where it may';
  if (kind === 'failure') return '✓ nobody fails who may not';
  return `✓ ${kind} '${claim}'${leavesBounds ? ', on runs that stay within the bounds' : ''}`;
}

/** A violation with the way to it. */
export function violationToText(violation: Violation, options: ViolationOptions = {}): string {
  const { why, trace } = violation;
  const { mermaid = false, number, sameAs } = options;
  const lines = [`${number === undefined ? '' : `${number}. `}${headingOf(violation)}`, `   ${why}`];
  if (!trace) return lines.join('\n');
  if (sameAs !== undefined) return [...lines, `   The steps are those of ${sameAs}.`].join('\n');
  lines.push('', ...indent(shorten(trace.toText().trimEnd().split('\n'))));
  if (trace.schedule !== '') lines.push('', `   schedule: ${trace.schedule}`);
  if (mermaid) lines.push('', '```mermaid', trace.toMermaid().trimEnd(), '```');
  return lines.join('\n');
}

interface ViolationOptions extends TextOptions {
  /** Its number among several. */
  readonly number?: number;
  /** The number of one before that has the same way. */
  readonly sameAs?: number;
}

function headingOf({ kind, claim, trace, error }: Violation): string {
  const steps = trace ? trace.steps.length : 0;
  const way = steps === 0 ? 'at the start' : `after ${countOf(steps, 'step')}`;
  switch (kind) {
    case 'always':
      return `✗ always '${claim}': ${error === undefined ? 'it does not hold' : 'it throws'} ${way}`;
    case 'eventually':
      return `✗ eventually '${claim}': ${error === undefined ? `there is a run on which it never holds, ${countOf(steps, 'step')} long` : `it throws ${way}`}`;
    case 'sometimes':
      return `✗ sometimes '${claim}': ${error === undefined ? 'it never holds' : `it throws ${way}`}`;
    case 'deadlock':
      return `✗ deadlock ${way}: nothing more happens; not all are done, and \`mayStopWhen\` does not allow it`;
    default:
      return `✗ failure ${way}: an actor fails`;
  }
}

/** How many lines of a way are printed: what is longer is read in the inspector. */
const MOST_LINES = 400;

function shorten(lines: readonly string[]): readonly string[] {
  if (lines.length <= MOST_LINES) return lines;
  const first = lines.slice(0, MOST_LINES / 4);
  const last = lines.slice(-((MOST_LINES * 3) / 4));
  return [...first, `… ${countOf(lines.length - MOST_LINES, 'line')} left out: the trace has them all`, ...last];
}

const indent = (lines: readonly string[]) => lines.map((line) => (line === '' ? line : `   ${line}`));

// ---- coverage

const MOST_LISTED = 8;

/** What was not covered, in short; empty if there is nothing to say. */
function coverageText(coverage: Coverage, isComplete: boolean): string {
  const { statesNeverEntered, transitionsNeverTaken, unhandled, torn } = coverage;
  const far = isComplete ? '' : ' so far';
  const entered = Object.values(statesNeverEntered).flatMap(outermost);
  const taken = Object.entries(transitionsNeverTaken).flatMap(([machine, texts]) =>
    // those of the machine itself are taken in any of its states
    texts.map((text) => (text.startsWith(`${machine}: `) ? text : `${machine}.${text}`)),
  );
  const tearing = torn.map(
    ({ actor, event, cells }) => `${actor}${event === '' ? '' : ` on ${event}`}: ${listOf(cells)}`,
  );
  return [
    ...list(`states never entered${far}`, entered),
    ...list(`transitions never taken${far}`, taken),
    ...list('events dropped, for nothing handled them', unhandled.map(unhandledToText)),
    ...list('steps that touch cells more than once, between which another thread could come', tearing),
  ].join('\n');
}

/** An event that was dropped: which, by whom, where. */
export function unhandledToText({ actor, event, state, steps, isUnknown }: Coverage['unhandled'][number]): string {
  const where = state === '' ? '' : ` in ${state}`;
  const why = isUnknown ? `: no state of ${actor} handles it` : '';
  return `${event} by ${actor}${where} (${countOf(steps, 'step')})${why}`;
}

function list(title: string, items: readonly string[]): readonly string[] {
  if (items.length === 0) return [];
  const [only] = items;
  if (items.length === 1) return [`${title}: ${only}`];
  const more = items.length > MOST_LISTED ? [`  … and ${count(items.length - MOST_LISTED)} more`] : [];
  return [`${title}:`, ...items.slice(0, MOST_LISTED).map((item) => `  ${item}`), ...more];
}

/** Those that are in none of the others: what is within them goes without saying. */
const outermost = (ids: readonly string[]) => ids.filter((id) => !ids.some((outer) => id.startsWith(`${outer}.`)));

function timeText(seconds: number): string {
  if (seconds < 1) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  if (seconds < 120) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
