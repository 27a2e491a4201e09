// A report of what was explored, or walked at random: its violations with their traces, and what was covered.
import { coverageOf } from './coverage.ts';
import type { Logics } from '../options.ts';
import type { Coverage, Report, Violation } from './report.ts';
import { reportToText } from './report-text.ts';
import { walk, type Run } from './run.ts';
import type { ActionCode, Space } from '../space/space.ts';
import { createTrace, traceOf } from './trace-of.ts';
import { whyNowhere, whyOf } from './why.ts';

/** What a report is made of. */
export interface ReportParts extends Pick<Report, 'ended' | 'states' | 'generated' | 'depth' | 'seconds'> {
  readonly violations: readonly Found[];
  /** The ways to claims of `sometimes` that hold somewhere. */
  readonly reached?: Readonly<Record<string, readonly ActionCode[]>>;
  /** Claims of which the search ended too early to tell. */
  readonly undecided?: readonly string[];
  /** What was found to hold, everywhere. */
  readonly held?: readonly Held[];
  /** A sentence about what keeps growing, where that was seen. */
  readonly growth?: string;
  /** Whether something lies outside of the bounds, and whether states that differ in who is who count once. */
  readonly isBounded?: boolean;
  readonly isSymmetric?: boolean;
  /** Of a walk at random. */
  readonly walked?: { readonly runs: number; readonly seed: number };
}

/** What was claimed, of all systems or of this one. */
export interface Held {
  readonly kind: Violation['kind'];
  /** Its name; none for what is claimed of all systems. */
  readonly claim?: string;
  /** Of `eventually`: some run leaves the bounds before it holds. */
  readonly leavesBounds?: boolean;
}

/** A violation before it is told. */
export interface Found extends Pick<Violation, 'kind' | 'claim' | 'error'> {
  /** The way there; none where a claim of `sometimes` was never found to hold. */
  readonly actions?: readonly ActionCode[];
  /** After how many steps all was as it is at the end of them. */
  readonly loopsTo?: number;
}

export function createReport<TLogics extends Logics, THistory>(
  space: Space<TLogics, THistory>,
  parts: ReportParts,
): Report<TLogics, THistory> {
  const { ended, states, generated, depth, seconds } = parts;
  // a later search of the same space evaluates more, which is not of this report
  const steps = [...new Set([...space.beginnings, ...(space.evaluated?.() ?? [])])];
  let coverage: Coverage | undefined;
  const violations = parts.violations.map((found) => createViolation(space, found, states));
  const report: Report<TLogics, THistory> = {
    ok: violations.length === 0,
    complete: ended === 'explored',
    ended,
    states,
    generated,
    depth,
    seconds,
    violations,
    reached: Object.fromEntries(
      Object.entries(parts.reached ?? {}).map(([claim, actions]) => [
        claim,
        createTrace(space, actions, undefined, { kind: 'reached', claim }),
      ]),
    ),
    // nobody may ask for it
    get coverage() {
      return (coverage ??= coverageOf(steps));
    },
    toText: () => reportToText(report, parts),
  };
  return report;
}

/** A violation with the way to it. */
export function createViolation<TLogics extends Logics, THistory>(
  space: Space<TLogics, THistory>,
  { kind, claim, error, actions, loopsTo }: Found,
  states = 0,
): Violation<TLogics, THistory> {
  const thrown = error === undefined ? {} : { error };
  if (!actions) return { kind, claim, why: whyNowhere(states), ...thrown };
  const run: Run<TLogics, THistory> = {
    ...walk(space, actions),
    ...(loopsTo === undefined ? {} : { loopsTo }),
    about: { kind, claim },
  };
  const why = whyOf({ kind, error }, run);
  return { kind, claim, why, trace: traceOf(run), ...thrown };
}
