// Explores a space breadth first, so that the first state at which something is found out is one of the nearest. It can be interrupted and resumed at any time, and what is known so far
// can be asked for.
import { beyond, type EdgeRecorder } from './edges.ts';
import type { Explored, Finding } from './explored.ts';
import { createJudge, isViolation, type Claimed, type Judgement } from './judge.ts';
import type { ActionCode, Words } from './space.ts';
import type { Engine } from './space-of.ts';
import { createStates } from './states.ts';
import type { ExploreOptions } from '../system.ts';

/** How a space is explored. */
export interface ExplorationOptions extends ExploreOptions {
  /** Puts in the place of the first `length` words of a state, which may be written to, those of the one that stands for it. */
  readonly representative?: (words: Words, length: number) => void;
  /** Is shown each state before what may follow it is looked at. */
  readonly look?: (state: Words) => void;
  /** Keeps the steps between states. */
  readonly edges?: EdgeRecorder;
}

/** An exploration that goes on. */
export interface Exploration {
  /** Goes on for about that long, or until it has ended; tells whether it has. Throws what cannot be explored: an impure machine, logic that was not declared. */
  run(milliseconds?: number): boolean;
  found(): Explored;
}

/** How many states are looked at between two looks at the clock. */
const batch = 256;

export function beginExploration(
  space: Engine,
  claimed: Claimed<never, never>,
  {
    maxStates = 1_000_000,
    maxDepth = Infinity,
    seconds = Infinity,
    stopAtFirst = false,
    onProgress,
    representative,
    look,
    edges,
  }: ExplorationOptions = {},
): Exploration {
  const states = createStates();
  const walker = space.walker();
  const judge = createJudge(space, claimed);
  const hasBounds = space.options.within !== undefined;
  const findings: Finding[] = [];
  /** The number of the first state of each depth that was reached by the cursor, and of the first beyond the last of these. */
  const layers: number[] = [0];
  let layerEnd = 1;
  /** The state that is looked at next; all before `expanded` had all their successors looked at. */
  let cursor = 0;
  let expanded = 0;
  let generated = 1;
  let isCutOff = false;
  let ended: Explored['ended'];
  let threwAt: number | undefined;
  let spent = 0;
  let told = { spent: 0, count: 0 };

  let judged = 0;
  const tell = (judgement: Judgement): void => {
    findings.push({ ...judgement, index: judged });
    if (stopAtFirst && isViolation(judgement)) ended = 'first-violation';
  };
  const keep = (words: Words, length: number, parent: number, action: ActionCode): number => {
    judged = states.keep(words, length, parent, action);
    judge.look(words, 0, length, tell);
    return judged;
  };
  const begin = (): void => {
    const words = space.initial.slice();
    representative?.(words, words.length);
    states.find(words, words.length);
    keep(words, words.length, 0, 0);
  };

  /** Looks at what may follow the state at the cursor; beyond the greatest depth only for what was found already. */
  const expand = (isLast: boolean): void => {
    look?.(states.wordsOf(cursor));
    const page = states.page(cursor);
    const start = states.start(cursor);
    const length = states.length(cursor);
    const count = walker.list(page, start, length);
    if (walker.isQuiescent) {
      judged = cursor;
      judge.lookAtRest(page, start, length, tell);
    }
    if (isCutOff) return;
    for (let index = 0; index < count; index++) {
      const size = walker.take(index);
      const { next } = walker;
      representative?.(next, size);
      let target = states.find(next, size);
      if (target < 0) {
        if (hasBounds && !space.isWithin(next, 0, size)) {
          judged = cursor;
          judge.lookAtBounds(tell);
          edges?.add(beyond, walker.code(index));
          continue;
        }
        if (isLast) {
          isCutOff = true;
          return;
        }
        if (states.count >= maxStates) {
          ended = 'maxStates';
          return;
        }
        target = keep(next, size, cursor, walker.code(index));
      }
      generated++;
      edges?.add(target, walker.code(index), walker.step);
      if (ended !== undefined) return;
    }
    expanded++;
    edges?.endOfState();
  };
  const advance = (): void => {
    if (cursor === layerEnd) {
      if (cursor === states.count) {
        ended = isCutOff ? 'maxDepth' : 'explored';
        return;
      }
      layers.push(cursor);
      layerEnd = states.count;
    }
    try {
      expand(layers.length > maxDepth);
    } catch (error) {
      threwAt = cursor;
      throw error;
    }
    if (ended === undefined) cursor++;
  };
  const tellProgress = (): void => {
    const since = spent - told.spent;
    if (onProgress === undefined || since < 500) return;
    const { count } = states;
    onProgress({
      states: count,
      generated,
      depth: layers.length - 1,
      waiting: count - cursor,
      seconds: spent / 1000,
      rate: ((count - told.count) / since) * 1000,
      violations: findings.filter(isViolation).length,
    });
    told = { spent, count };
  };

  const depth = (): number => (states.count > layerEnd ? layers.length : layers.length - 1);
  const depthOf = (index: number): number => {
    if (index >= layerEnd) return layers.length;
    let low = 0;
    for (let high = layers.length; high - low > 1;) {
      const middle = (low + high) >> 1;
      if ((layers[middle] as number) <= index) low = middle;
      else high = middle;
    }
    return low;
  };
  const explored: Explored = {
    get count() {
      return states.count;
    },
    get expanded() {
      return expanded;
    },
    wordsOf: states.wordsOf,
    indexOf: (words, length = words.length) => states.find(words, length),
    parentOf: states.parent,
    actionInto: states.into,
    wayTo(index) {
      const way: ActionCode[] = [];
      for (let at = index; at !== 0; at = states.parent(at)) way.push(states.into(at));
      return way.toReversed();
    },
    depthOf,
    get depth() {
      return depth();
    },
    get generated() {
      return generated;
    },
    get seconds() {
      return spent / 1000;
    },
    get ended() {
      return ended;
    },
    findings,
    edges,
    get threwAt() {
      return threwAt;
    },
    get bytes() {
      return states.bytes;
    },
  };

  return {
    run(milliseconds = Infinity) {
      let now = performance.now();
      const until = Math.min(now + milliseconds, now + seconds * 1000 - spent);
      if (states.count === 0) begin();
      while (ended === undefined) {
        for (let left = batch; left > 0 && ended === undefined; left--) advance();
        const before = now;
        now = performance.now();
        spent += now - before;
        tellProgress();
        if (ended === undefined && now >= until) break;
      }
      if (ended === undefined && spent >= seconds * 1000) ended = 'seconds';
      return ended !== undefined;
    },
    found: () => explored,
  };
}
