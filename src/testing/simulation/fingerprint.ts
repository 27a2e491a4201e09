// What tells two runs apart: a hash of all that happened in one, in order. Session ids count on in a realm from one simulation to the next, so they are counted from where
// this one began.
import { createActor, createMachine } from 'xstate';
import { createOwnActor } from '../../xstate.ts';

export interface Fingerprint {
  /** Takes note of a thing that happened. */
  note(line: string): void;
  /** So far. */
  readonly text: string;
}

export function createFingerprint(): Fingerprint {
  const nothing = createMachine({});
  const first = { x: numberOf(createActor(nothing), 10), troupe: numberOf(createOwnActor(nothing), 36) };
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  const fromFirst = (whole: string, kind: string, digits: string): string => {
    const [base, radix] = kind === 'x' ? [first.x, 10] : [first.troupe, 36];
    const number = Number.parseInt(digits, radix) - base;
    return number > 0 ? `${kind}:${number.toString(radix)}` : whole;
  };
  return {
    note(line) {
      const text = line.replaceAll(/\b(x|troupe):([\da-z]+)/g, fromFirst);
      for (let at = 0; at < text.length; at += 1) {
        const code = text.charCodeAt(at);
        high = Math.imul(high ^ code, 0x9e3779b1);
        low = Math.imul(low ^ code, 0x5f356495);
        low ^= high >>> 15;
      }
    },
    get text() {
      return [high, low].map((part) => (part >>> 0).toString(16).padStart(8, '0')).join('');
    },
  };
}

function numberOf({ sessionId }: { readonly sessionId: string }, radix: number): number {
  return Number.parseInt(sessionId.slice(sessionId.indexOf(':') + 1), radix);
}
