// What an exploration found, as the parts of a report.
import type { Judged } from '../graph/eventually.ts';
import type { Found, Held, ReportParts } from './report-of.ts';
import type { ActionCode } from '../space/space.ts';
import type { Report, Violation } from './report.ts';

/** What was explored, as far as a report needs it. */
export interface Findings {
  readonly count: number;
  readonly depth: number;
  readonly generated: number;
  readonly seconds: number;
  /** `undefined` while it goes on. */
  readonly ended: Report['ended'] | undefined;
  /** One of `sometimes` without an error is good news. */
  readonly findings: readonly (Pick<Violation, 'kind' | 'claim' | 'error'> & { readonly index: number })[];
  /** The actions from the start to a state: a shortest way there. */
  wayTo(index: number): readonly ActionCode[];
}

/** What else is known. */
export interface Beside extends Pick<ReportParts, 'growth' | 'isBounded' | 'isSymmetric'> {
  /** All names of `always`, and of `sometimes`. */
  readonly always?: readonly string[];
  readonly sometimes?: readonly string[];
  readonly eventually?: ReadonlyMap<string, Judged>;
}

export function partsOf(
  explored: Findings,
  { always = [], sometimes = [], eventually, ...beside }: Beside = {},
): ReportParts {
  const { count: states, generated, depth, seconds, findings } = explored;
  const ended = explored.ended ?? 'aborted';
  const violations: Found[] = [];
  const undecided: string[] = [];
  const reached: Record<string, readonly ActionCode[]> = {};
  for (const { index, ...finding } of findings) {
    const actions = explored.wayTo(index);
    if (finding.kind === 'sometimes' && !('error' in finding)) reached[finding.claim] = actions;
    else violations.push({ ...finding, actions });
  }
  for (const claim of sometimes) {
    if (claim in reached || violations.some((each) => each.kind === 'sometimes' && each.claim === claim)) continue;
    if (ended === 'explored') violations.push({ kind: 'sometimes', claim });
    else undecided.push(claim);
  }
  for (const [claim, judged] of eventually ?? []) {
    if (judged.verdict === 'undecided') undecided.push(claim);
    if (judged.verdict === 'threw') {
      violations.push({ kind: 'eventually', claim, error: judged.error, actions: explored.wayTo(judged.state) });
    }
    if (judged.verdict !== 'violated') continue;
    const { stem, loop } = judged;
    const actions = [...stem, ...loop];
    violations.push({ kind: 'eventually', claim, actions, ...(loop.length === 0 ? {} : { loopsTo: stem.length }) });
  }
  const isViolated = ({ kind, claim }: Held) =>
    violations.some((each) => each.kind === kind && (claim === undefined || each.claim === claim));
  const holding: readonly Held[] = [
    ...always.map((claim) => ({ kind: 'always', claim }) as const),
    ...Array.from(eventually ?? [], ([claim, judged]) => {
      const leavesBounds = judged.verdict === 'holds' && judged.leavesBounds;
      return { kind: 'eventually', claim, leavesBounds } as const;
    }),
    ...sometimes.map((claim) => ({ kind: 'sometimes', claim }) as const),
    { kind: 'deadlock' },
    { kind: 'failure' },
  ];
  const held = ended === 'explored' ? holding.filter((each) => !isViolated(each)) : [];
  return { ended, states, generated, depth, seconds, violations, reached, undecided, held, ...beside };
}
