// The steps between explored states, kept as they are found: of each state in the order in which it is expanded, which action leads to which state. Compressed rows of
// typed arrays, sixteen bytes a step at most while it grows: an exploration keeps them only where a claim of `eventually` needs them.
import type { Renewals } from './renewals.ts';
import type { ActionCode } from './space.ts';

/** Stands for a state that lies outside of the bounds. */
export const beyond = 0xffffffff;

/** The steps between states 0 to `expanded`; those of state `i` are at `starts[i]` up to `starts[i + 1]`. */
export interface Edges {
  /** How many states were expanded: the first ones. What follows the others is not known. */
  readonly expanded: number;
  /** How many steps there are. */
  readonly count: number;
  readonly starts: Uint32Array;
  /** The state that a step leads to, or {@link beyond}. */
  readonly targets: Uint32Array;
  readonly codes: Uint32Array;
  /** Of a step that renews an action or more, its number and one; 0 of others. Not there where none ever does. */
  readonly renewing?: Uint32Array | undefined;
  /** The actions that a step renews, by its number: another delay, another promise, whose action has the same code as that of one before. */
  readonly renewedCodes?: ((step: number) => readonly ActionCode[]) | undefined;
}

/** Gathers edges. */
export interface EdgeRecorder {
  /** A step of the state that is being expanded; `beyond` for one that leads out of the bounds. `step` is the number of what its node did. */
  add(target: number, code: ActionCode, step?: number): void;
  /** All steps of the state were added: the next ones are of the state after it. */
  endOfState(): void;
  /** What was gathered of the states that ended; valid until more is added. */
  edges(): Edges;
}

export function createEdgeRecorder(renewals?: Renewals): EdgeRecorder {
  let starts = new Uint32Array(1024);
  let targets = new Uint32Array(4096);
  let codes = new Uint32Array(4096);
  let renewing: Uint32Array<ArrayBuffer> | undefined;
  let expanded = 0;
  let count = 0;
  return {
    add(target, code, step = -1) {
      if (count === targets.length) {
        targets = grown(targets);
        codes = grown(codes);
        renewing &&= grown(renewing);
      }
      if (step >= 0 && renewals?.renews(step)) {
        renewing ??= new Uint32Array(targets.length);
        renewing[count] = step + 1;
      }
      targets[count] = target;
      codes[count++] = code;
    },
    endOfState() {
      expanded++;
      if (expanded === starts.length) starts = grown(starts);
      starts[expanded] = count;
    },
    edges: () => {
      const known = starts[expanded] ?? 0;
      return {
        expanded,
        count: known,
        starts: starts.subarray(0, expanded + 1),
        targets: targets.subarray(0, known),
        codes: codes.subarray(0, known),
        renewing: renewing?.subarray(0, known),
        renewedCodes: renewals?.codesOf,
      };
    },
  };
}

function grown(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}
