// Judges what is said of a model, for matchers and for assertions: it is so, it is not, or it was not explored far enough to say. Several verdicts share one exploration,
// which goes on no further than each needs; what is said is judged on the states that are there already.
import { optionError } from '../../options.ts';
import { isSo } from './space/asked.ts';
import { assertClaim } from './check-options.ts';
import { assertExplore } from './check-values.ts';
import { insideOf, type Inside } from './inside.ts';
import type { Report, Violation } from './trace/report.ts';
import { unhandledToText, violationToText } from './trace/report-text.ts';
import type { Search } from './search.ts';
import type { ExploreOptions } from './system.ts';
import { countOf } from './trace/text.ts';
import type { Trace } from './trace/trace.ts';

/** How far a model is explored to judge it. */
export type Limits = Pick<ExploreOptions, 'maxStates' | 'maxDepth' | 'seconds'>;

/** What became of what was said. */
export interface Verdict {
  readonly verdict: 'so' | 'not so' | 'unknown';
  /** Why, for people; with the way there where there is one. */
  readonly text: string;
  readonly kind: Violation['kind'] | 'unhandled';
  readonly claim: string;
  /** The way to where it is so, or is not. */
  readonly trace?: Trace;
  /** What a claim or an actor threw. */
  readonly error?: unknown;
}

/** A claim of whatever system. */
type AnyClaim = (world: never, scene: never) => boolean;

/** Whether all that the options claim holds, nothing deadlocks and nobody fails. */
export function judgeAll(model: unknown, limits?: Limits): Verdict {
  const { search } = prepare(model, limits);
  const about = { kind: 'always', claim: 'all that is claimed' } as const;
  runUntil(search, () => search.hasFound());
  const { violations } = search.report();
  return violated(violations[0]) ?? settled(search, about, 'Nothing that is claimed is violated');
}

/** Whether the system comes to rest nowhere but where it may. */
export function judgeDeadlock(model: unknown, limits?: Limits): Verdict {
  const { search } = prepare(model, limits);
  const about = { kind: 'deadlock', claim: 'it comes to rest nowhere but where it may stop' } as const;
  runUntil(search, () => search.hasFound('deadlock'));
  const found = search.report().violations.find(({ kind }) => kind === 'deadlock');
  return violated(found) ?? settled(search, about, 'It comes to rest nowhere but where it may stop');
}

/** Whether a claim holds at every moment. */
export function judgeAlways(model: unknown, name: string, claim: AnyClaim, limits?: Limits): Verdict {
  const search = searchFor(model, name, claim, limits);
  const about = { kind: 'always', claim: name } as const;
  const found = firstState(search, (world, scene) => !isSo(claim, world as never, scene as never));
  if (found) return violated(search.violationAt(found.index, { ...about, ...found })) as Verdict;
  return settled(search, about, `'${name}' always holds`);
}

/** Whether a claim holds at some moment. */
export function judgeReach(model: unknown, name: string, claim: AnyClaim, limits?: Limits): Verdict {
  const search = searchFor(model, name, claim, limits);
  const about = { kind: 'sometimes', claim: name } as const;
  const found = firstState(search, (world, scene) => isSo(claim, world as never, scene as never));
  if (!found) {
    const { verdict, text } = settled(search, about, `'${name}' holds nowhere`);
    return { ...about, text, verdict: verdict === 'so' ? 'not so' : verdict };
  }
  if (found.error !== undefined) return violated(search.violationAt(found.index, { ...about, ...found })) as Verdict;
  const trace = search.traceTo(found.index, { kind: 'reached', claim: name });
  return { ...about, verdict: 'so', text: `'${name}' holds after this:\n\n${wayText(trace)}`, trace };
}

/** Whether a claim comes to hold on every run. It needs an exploration of its own, which keeps the steps between states and puts no two actors for one. */
export function judgeEventually(model: unknown, name: string, claim: AnyClaim, limits?: Limits): Verdict {
  const { inside } = prepare(model, limits, name, claim);
  const asked = inside.derive({ always: {}, sometimes: {}, eventually: { [name]: claim as never } });
  const search = (insideOf(asked) as Inside).search(limits);
  search.run();
  const about = { kind: 'eventually', claim: name } as const;
  const found = search.report().violations.find(({ kind }) => kind === 'eventually');
  return violated(found) ?? settled(search, about, `'${name}' comes to hold on every run`);
}

/** Whether no event comes where nothing handles it. */
export function judgeUnhandled(model: unknown, limits?: Limits): Verdict {
  const { search } = prepare(model, limits);
  const about = { kind: 'unhandled', claim: 'every event is handled' } as const;
  search.run();
  const { unhandled } = search.report().coverage;
  if (unhandled.length === 0) return settled(search, about, 'Every event is handled where it comes');
  const list = unhandled.map((each) => `  ${unhandledToText(each)}`);
  const trace = search.traceToUnhandled({ kind: 'unhandled', claim: about.claim });
  const way = trace === undefined ? '' : `\n\nThe shortest way to one:\n\n${wayText(trace)}${asTest(trace)}`;
  const text = `Not every event is handled where it comes: XState drops it.\n\n${list.join('\n')}${way}`;
  return { ...about, verdict: 'not so', text, ...(trace === undefined ? {} : { trace }) };
}

/** How long the exploration goes on between two looks at what it found. */
const CHUNK = 50;

/** The latest exploration, for the next verdict on the same model; no more than one is kept, for it may be large. */
let latest: { readonly inside: Inside; readonly limits: string; readonly search: Search } | undefined;

function prepare(
  model: unknown,
  limits: Limits = {},
  name?: string,
  claim?: unknown,
): { readonly inside: Inside; readonly search: Search } {
  const inside = insideOf(model);
  if (!inside) throw optionError('the model', model, 'it is none', 'Give what model() of troupe/testing returned.');
  assertExplore(limits);
  if (claim !== undefined || name !== undefined) {
    if (typeof name !== 'string')
      throw optionError('the name of a claim', name, 'it must be a text', 'Say it in words.');
    assertClaim(`'${name}'`, claim);
  }
  const { maxStates, maxDepth, seconds } = limits;
  const key = JSON.stringify([maxStates, maxDepth, seconds].map(String));
  if (latest?.inside !== inside || latest.limits !== key)
    latest = { inside, limits: key, search: inside.search(limits) };
  return { inside, search: latest.search };
}

/** The exploration in which a claim is judged. Where actors stand for each other, the claim must be looked at with it, for it must not tell them apart. */
function searchFor(model: unknown, name: string, claim: AnyClaim, limits: Limits | undefined): Search {
  const { inside, search } = prepare(model, limits, name, claim);
  if ((inside.options.symmetric ?? []).length === 0) return search;
  const asked = inside.derive({ always: { [name]: claim as never }, sometimes: {}, eventually: {} });
  return (insideOf(asked) as Inside).search(limits);
}

function runUntil(search: Search, isEnough: () => boolean): void {
  while (!isEnough() && !search.run(CHUNK));
}

/** The first state for which it says so, or throws. */
function firstState(
  search: Search,
  test: (world: unknown, scene: unknown) => boolean,
): { readonly index: number; readonly error?: unknown } | undefined {
  let index = 0;
  for (let hasEnded = false; ; hasEnded = search.run(CHUNK)) {
    for (; index < search.count(); index += 1) {
      try {
        const { world, scene } = search.show(index);
        if (test(world, scene)) return { index };
      } catch (error) {
        return { index, error };
      }
    }
    if (hasEnded) return undefined;
  }
}

function violated(violation: Violation | undefined): Verdict | undefined {
  if (violation === undefined) return undefined;
  const { kind, claim, trace, error } = violation;
  return {
    verdict: 'not so',
    kind,
    claim,
    text: `${violationToText(violation)}${asTest(trace)}`,
    ...(trace === undefined ? {} : { trace }),
    ...(error === undefined ? {} : { error }),
  };
}

const wayText = (trace: Trace) => `${trace.toText().trimEnd()}\n\nschedule: ${trace.schedule}`;

/** A test that leads there again, to be pasted. */
const asTest = (trace: Trace | undefined) =>
  trace === undefined ? '' : `\n\nAs a test, where \`system\` is the model:\n\n${trace.toTest()}`;

/** Nothing was found against it: that says something only where all was explored. */
function settled(search: Search, about: Pick<Verdict, 'kind' | 'claim'>, holds: string): Verdict {
  const report = search.report();
  if (report.complete)
    return {
      ...about,
      verdict: 'so',
      text: `${holds}: it was explored to the end, ${countOf(report.states, 'state')}.`,
    };
  const why = search.growth() ?? 'bound the system by `within`, `forget`, or smaller budgets and inputs.';
  return {
    ...about,
    verdict: 'unknown',
    text: `Cannot say of '${about.claim}': the search was NOT exhaustive, for ${endOf(report)}; ${why} ${MEND}`,
  };
}

const MEND = 'The last argument raises the limits: { maxStates, maxDepth, seconds }.';

const endOf = ({ ended, states, depth }: Report) =>
  `${ended === 'seconds' ? 'the seconds ran out' : `${ended} was reached`} after ${countOf(states, 'state')}, at depth ${depth}`;
