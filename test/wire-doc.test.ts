import { createBus, createMemoryLink, createPortLink, isTroupeError, type Bus, type Link } from 'troupe';
import { createCell } from 'troupe/shared';
import { createActor, fromCallback } from 'xstate';
import { describe, expect, it } from 'vitest';

/** What somebody may put into an event, and how it should arrive. */
interface Sample {
  readonly kind: string;
  make(): unknown;
  /** How it arrives, in words, where it is not the same. */
  readonly arrives?: string;
  /** Whether what arrived is that. */
  holds(arrived: unknown): boolean;
}

const same = (expected: unknown) => (arrived: unknown) => {
  expect(arrived).toEqual(expected);
  return true;
};
const actor = createActor(
  fromCallback(() => {}),
  { id: 'Alice' },
).start();
const cell = createCell('wire-doc');
class Money {
  readonly amount = 3;
}
const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;

const samples: readonly Sample[] = [
  {
    kind: 'string, finite number, boolean, `null`',
    make: () => ['a', 1.5, true, null],
    holds: same(['a', 1.5, true, null]),
  },
  {
    kind: '`undefined`, `NaN`, `Infinity`, `-0`',
    make: () => ({ a: undefined, b: Number.NaN, c: -Infinity, d: -0 }),
    holds: same({ a: undefined, b: Number.NaN, c: -Infinity, d: -0 }),
  },
  { kind: 'BigInt', make: () => 2n ** 70n, holds: same(2n ** 70n) },
  { kind: 'plain object, array, nested', make: () => ({ a: [{ b: [] }] }), holds: same({ a: [{ b: [] }] }) },
  { kind: 'cycle, shared reference', make: () => cyclic, holds: (found) => (found as typeof cyclic).self === found },
  { kind: 'Date', make: () => new Date(5), holds: same(new Date(5)) },
  { kind: 'Map, Set', make: () => new Map([['a', new Set([1])]]), holds: same(new Map([['a', new Set([1])]])) },
  { kind: 'RegExp', make: () => /a+/giu, holds: same(/a+/giu) },
  {
    kind: 'typed array, ArrayBuffer, DataView',
    make: () => new Float64Array([1, 2.5]),
    holds: same(new Float64Array([1, 2.5])),
  },
  {
    kind: 'Buffer',
    make: () => Buffer.from('abc'),
    arrives: 'as a `Uint8Array`',
    holds: (found) => found instanceof Uint8Array && !Buffer.isBuffer(found),
  },
  {
    kind: 'SharedArrayBuffer',
    make: () => new SharedArrayBuffer(8),
    arrives: 'the same memory',
    holds: (found) => found instanceof SharedArrayBuffer,
  },
  {
    kind: 'actor ref',
    make: () => actor,
    arrives: 'as a working ref; at home the actor itself',
    holds: (found) => (found as typeof actor).id === 'Alice',
  },
  {
    kind: 'cell, segment, lock',
    make: () => cell,
    arrives: 'as a handle of the same memory',
    holds: (found) => (found as typeof cell).name === 'wire-doc',
  },
  {
    kind: 'built-in Error, AggregateError',
    make: () => new RangeError('no', { cause: new TypeError('why') }),
    arrives: 'with class, message, code, cause, own data and the remote stack',
    holds: (found) => found instanceof RangeError && found.cause instanceof TypeError,
  },
  {
    kind: "an Error of one's own class",
    make: () => Object.assign(new (class Declined extends Error {})('no'), { limit: 5 }),
    arrives: 'as an `Error` with that name and data',
    holds: (found) => found instanceof Error && found.name === 'Declined' && (found as { limit?: unknown }).limit === 5,
  },
  {
    kind: 'a key that is named `__proto__`',
    make: () => JSON.parse('{"__proto__":{"a":1}}') as unknown,
    arrives: 'as data, and never as a prototype',
    holds: (found) => Object.hasOwn(found as object, '__proto__') && Object.getPrototypeOf(found) === Object.prototype,
  },
  {
    kind: 'object without a prototype',
    make: () => Object.assign(Object.create(null) as object, { a: 1 }),
    arrives: 'as a plain object',
    holds: same({ a: 1 }),
  },
  { kind: 'hole in an array', make: () => [1, , 3], arrives: 'as `undefined`', holds: same([1, undefined, 3]) }, // eslint-disable-line no-sparse-arrays
  { kind: 'function, symbol', make: () => () => {}, holds: () => false },
  {
    kind: 'getter, setter',
    make: () => ({
      get a() {
        return 1;
      },
    }),
    holds: () => false,
  },
  { kind: 'instance of a class', make: () => new Money(), holds: () => false },
  { kind: 'Proxy', make: () => new Proxy({}, {}), holds: () => false },
  { kind: 'Promise, WeakMap, generator, stream', make: () => Promise.resolve(), holds: () => false },
];

const carriers: Readonly<Record<string, () => readonly [Link, Link]>> = {
  'memory host': () => createMemoryLink(),
  'thread (any MessagePort)': () => {
    const { port1, port2 } = new MessageChannel();
    return [createPortLink(port1), createPortLink(port2)];
  },
};

/** Sends a value over a link and says how it fared. */
async function fate(sample: Sample, link: () => readonly [Link, Link]): Promise<string> {
  await using here: Bus = createBus({ name: 'here' });
  await using there: Bus = createBus({ name: 'there' });
  const [near, far] = link();
  const joined = there.join(far);
  const route = here.connect(near, { node: 'there@1', as: 'child' });
  await joined;
  const arrived = new Promise<unknown>((resolve) => {
    there
      .open('sample')
      .subscribe((frame) =>
        resolve(
          (frame as { readonly body?: unknown; readonly events?: readonly unknown[] }).events?.[0] ??
            (frame as { readonly body?: unknown }).body,
        ),
      );
  });
  try {
    route.push({ type: 'event', to: 'sample', body: here.codec.encode(sample.make(), 'event') });
  } catch (error) {
    if (isTroupeError(error, 'NOT_SERIALIZABLE')) return 'refused';
    throw error;
  }
  return sample.holds(await arrived) ? (sample.arrives ?? 'whole') : 'BROKEN';
}

async function table(): Promise<string> {
  const names = Object.keys(carriers);
  const rows = await Promise.all(
    samples.map(async (sample) => {
      const fates = await Promise.all(Object.values(carriers).map((link) => fate(sample, link)));
      return `| ${sample.kind} | ${fates.join(' | ')} |`;
    }),
  );
  return [`| value | ${names.join(' | ')} |`, `| --- |${' --- |'.repeat(names.length)}`, ...rows].join('\n');
}

const page = (body: string) => `# What crosses

What becomes of a value in an event, an input, an output, an emitted event, a context or a topic when it travels. A value is copied when it is sent: a later mutation
does not travel. What is refused is refused where it is sent, with the path to it (\`NOT_SERIALIZABLE\`): \`send\` throws; from inside an action it is a dead letter and
an error in the sender's own mailbox.

${body}

*Whole*: the same by value, with its identity kept within one message: what is one object there is one object here. This table is made by
\`test/wire-doc.test.ts\`, which sends each of these over each carrier.

## Frames

A link carries packets, a packet the frames of one tick in order. A packet is the JSON text of \`{ seq, done, frames }\`, or that object where a frame holds what only structured clone
can carry. \`seq\` is the number of its first frame, so each frame has one: a packet that came before is dropped.

\`done\` says that the frames of the other side below this number were handled; so each side knows what still waits over there, bounds its mailboxes, and can tell what may have been handled by a node that has
died. Where a packet came and nothing else goes back, one without frames does: at once if the packet said \`ask\`, after 32 packets, or within 50 ms. Such an answer is not answered. \`held\` counts the events that have come and
wait for an actor whose module is still being loaded. A gap is told as \`lost\`, a list of the first number and the one after the last, in each packet until the other side says by \`heard\` that it knows; the side that sent what was lost makes dead letters
of the events in it, and both sides say again what the other must know. On a link that may lose packets (\`lossy\`, which an end that knows it also says in its \`hello\`) each packet asks, and while some are unanswered the other side is asked after them, at first after 50 ms: so a
loss is found though nothing follows it. Rubbish is a dead letter (\`unreadable\`).

The first frame on a link is \`hello\` with the version, \`1\`; another version ends the link with \`PROTOCOL_MISMATCH\`. The frames are the closed union in
\`src/wire.ts\`. Runs of plain events for one actor, and of plain steps of one, share a frame. A step brings, in order, what its actor put out; an output \`life\` says that the actor has failed, with which error,
and that its supervisor there gives it its \`next\` life at the same address; after a loss the latest is told once more. Events that come for an actor after it has
failed, and that its caller supervises, go back before \`ended\`, each in a \`returned\` frame, for its next life.

An actor's address is \`node@incarnation/local-id\`. A ref travels as its address and id; the incarnation is new at each start of a node, so an address never means a later actor by accident.
`;

describe('docs/wire.md', () => {
  it('says of each kind of value what each carrier makes of it', async () => {
    const made = await table();
    expect(made).not.toContain('BROKEN');
    await expect(page(made)).toMatchFileSnapshot('../docs/wire.md');
  });
});
