// Makes a random run that led to something wrong shorter: what comes after it is cut off, what only goes round is left out, then whatever can be left out is, and in the end the
// shortest way is sought among states of which each node's part was seen on the run. What it gives is a run of the space that leads to the same; it need not be the shortest.
// Leaving out is delta debugging (A. Zeller, R. Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002), but a step that is not possible any more is left out, too.
import type { ActionCode, Space, Words } from '../space/space.ts';

export interface ShrinkOptions {
  /** How many states may be looked at, in all.
   * @defaultValue 200,000 */
  readonly effort?: number;
}

/** A shorter run to a state that is wrong as `isWrong` says; the run itself if it leads to none. */
export function shrinkRun(
  space: Space,
  run: readonly ActionCode[],
  isWrong: (state: Words) => boolean,
  { effort = 200_000 }: ShrinkOptions = {},
): readonly ActionCode[] {
  const walked = createWalks(space, isWrong, effort);
  const whole = walked.along(run);
  if (whole === undefined) return run;
  const straight = walked.shortest(whole, amongStates, effort / 4) ?? withoutRounds(whole);
  const reduced = leaveOut(straight, walked.along, () => walked.left > effort / 4);
  return (walked.shortest(reduced, amongParts, walked.left) ?? reduced).codes;
}

/** A run up to the first state that is wrong, with all states on the way. */
interface Walked {
  readonly codes: readonly ActionCode[];
  readonly states: readonly Words[];
}

interface Walks {
  /** How many more states may be looked at. */
  readonly left: number;
  /** Takes the steps that are possible, up to the first state that is wrong; undefined if there is none. */
  along(codes: readonly ActionCode[]): Walked | undefined;
  /** A shorter run to a state that is wrong, through some states alone; undefined if none was found within the effort. */
  shortest(walked: Walked, among: Among, effort: number): Walked | undefined;
}

/** Tells of the states of a run which others may be gone through: `nodes` is how many nodes there are. */
type Among = (states: readonly Words[], nodes: number) => (state: Words) => boolean;

/** Only those of the run. */
const amongStates: Among = (states) => {
  const keys = new Set(states.map((state) => state.join()));
  return (state) => keys.has(state.join());
};

/** Those of which each node's part is on the run, and no more is on its way. */
const amongParts: Among = (states, nodes) => {
  const parts = Array.from({ length: nodes }, (_, place) => new Set(states.map((state) => state[place])));
  const longest = Math.max(...states.map((state) => state.length));
  return (state) => state.length <= longest && parts.every((part, place) => part.has(state[place]));
};

function createWalks(space: Space, isWrong: (state: Words) => boolean, effort: number): Walks {
  let left = effort;
  const next = (state: Words, wanted: ActionCode): Words | undefined => {
    let after: Words | undefined;
    left--;
    space.successors(state, (code, words, length) => {
      if (code === wanted && after === undefined) after = words.slice(0, length);
    });
    return after;
  };
  return {
    get left() {
      return left;
    },
    along(codes) {
      const taken: ActionCode[] = [];
      const states: Words[] = [space.initial];
      let state: Words = space.initial;
      if (isWrong(state)) return { codes: taken, states };
      for (const code of codes) {
        const after = next(state, code);
        if (after === undefined) continue;
        state = after;
        taken.push(code);
        states.push(state);
        if (isWrong(state)) return { codes: taken, states };
      }
      return undefined;
    },
    shortest({ codes, states }, among, most) {
      const isAmong = among(states, space.names.length);
      const found: Words[] = [space.initial];
      const from = [0];
      const into: ActionCode[] = [0];
      const seen = new Set([space.initial.join()]);
      const depths = [0];
      for (let index = 0; index < found.length && index < most; index++) {
        // no shorter than it is
        if ((depths[index] as number) + 1 >= codes.length) return undefined;
        left--;
        let wrong = -1;
        space.successors(found[index] as Words, (code, words, length) => {
          if (wrong >= 0) return;
          const state = words.slice(0, length);
          if (!isAmong(state)) return;
          const key = state.join();
          if (seen.has(key)) return;
          seen.add(key);
          const at = found.push(state) - 1;
          from.push(index);
          into.push(code);
          depths.push((depths[index] as number) + 1);
          if (isWrong(state)) wrong = at;
        });
        if (wrong < 0) continue;
        const way = [wrong];
        while (way[0] !== 0) way.unshift(from[way[0] as number] as number);
        return { codes: way.slice(1).map((at) => into[at] as number), states: way.map((at) => found[at] as Words) };
      }
      return undefined;
    },
  };
}

/** Leaves out what leads from a state back to it. */
function withoutRounds({ codes, states }: Walked): Walked {
  const last = new Map(states.map((state, index) => [state.join(), index]));
  const straight: { codes: ActionCode[]; states: Words[] } = { codes: [], states: [] };
  for (let index = 0; index < states.length; index++) {
    index = last.get((states[index] as Words).join()) as number;
    straight.states.push(states[index] as Words);
    if (index < codes.length) straight.codes.push(codes[index] as number);
  }
  return straight;
}

/** Leaves out ever smaller pieces, as long as what is left leads to what is wrong. */
function leaveOut(whole: Walked, along: Walks['along'], hasTime: () => boolean): Walked {
  let best = whole;
  let piece = Math.ceil(best.codes.length / 2);
  while (piece > 0) {
    let isShorter = false;
    for (let start = 0; start < best.codes.length && hasTime();) {
      const shorter = along(best.codes.toSpliced(start, piece));
      if (shorter === undefined) start += piece;
      else {
        best = shorter;
        isShorter = true;
      }
    }
    if (!hasTime()) break;
    if (piece > 1) piece = Math.floor(piece / 2);
    else if (!isShorter) break;
  }
  return best;
}
