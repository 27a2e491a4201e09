import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createCodec } from '../dist/src/codec.js';
import type { Encoded, Extension } from '../dist/src/codec.js';
import { isTroupeError, TroupeError } from '../dist/src/errors.js';

const codec = createCodec([]);

/** As a link carries it: text as it is, a tree as JSON or, where it is raw, by structured clone. */
function travel(encoded: Encoded): Encoded {
  if (typeof encoded === 'string') return encoded;
  return encoded.raw ? structuredClone(encoded) : (JSON.parse(JSON.stringify(encoded)) as Encoded);
}

function roundTrip(value: unknown): unknown {
  return codec.decode(travel(codec.encode(value)));
}

/** A tree that is not raw may travel by structured clone as well. */
function roundTripByClone(value: unknown): unknown {
  return codec.decode(structuredClone(codec.encode(value)));
}

function errorOf(run: () => unknown): TroupeError {
  try {
    run();
  } catch (error) {
    if (isTroupeError(error)) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

function refusalOf(value: unknown, root = 'event', extensions: readonly Extension[] = []): TroupeError {
  return errorOf(() => createCodec(extensions).encode(value, root));
}

/** The type of what came, or why it was refused. */
function fateOf(carry: () => unknown): unknown {
  try {
    return typeof carry();
  } catch (error) {
    return (error as TroupeError).details['kind'];
  }
}

describe('codec', () => {
  describe('plain data', () => {
    it.each([
      ['a flat event', { type: 'ADD', n: 3, ok: true, none: null, text: 'a "b" \ud800' }],
      ['a nested event', { type: 'ORDER', order: { items: [{ sku: 'a' }, { sku: 'b', tags: ['x'] }] } }],
      ['a string', 'text'],
      ['a number', 1.5],
      ['null', null],
      ['a boolean', false],
      ['an empty array', []],
      ['an empty object', {}],
      ['keys like those of Object.prototype', { constructor: 1, hasOwnProperty: 'x' }],
    ])('%s becomes text that JSON.parse alone reads', (_name, value) => {
      const encoded = codec.encode(value);
      expect(encoded).toBeTypeOf('string');
      expect(JSON.parse(encoded as string)).toStrictEqual(value);
      expect(codec.decode(encoded)).toStrictEqual(value);
    });

    it('of another realm, or without a prototype, arrives as plain data', () => {
      const foreign: unknown = runInNewContext('({ list: [1, { deep: true }] })');
      expect(codec.encode(foreign)).toBe('{"list":[1,{"deep":true}]}');
      expect(roundTrip(foreign)).toStrictEqual({ list: [1, { deep: true }] });
      expect(roundTrip(Object.assign(Object.create(null), { a: 1 }))).toStrictEqual({ a: 1 });
    });

    it('is asked for no toJSON that is hidden on it', () => {
      const value = Object.defineProperty({ a: 1 }, 'toJSON', { value: () => 'other', enumerable: false });
      expect(roundTrip(value)).toStrictEqual({ a: 1 });
    });

    it('leaves out what is not enumerable', () => {
      const value = Object.defineProperty({ a: 1 }, Symbol('hidden'), { value: 1, enumerable: false });
      expect(roundTrip(Object.defineProperty(value, 'b', { value: 2 }))).toStrictEqual({ a: 1 });
    });
  });

  describe('tagged data', () => {
    const kinds: readonly (readonly [string, unknown])[] = [
      ['undefined', undefined],
      ['a property that is undefined', { type: 'ADD', n: undefined }],
      ['NaN', Number.NaN],
      ['Infinity', [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
      ['minus zero', { n: -0 }],
      ['a bigint', { n: -(2n ** 70n) }],
      ['a date', new Date(1_700_000_000_000)],
      ['an invalid date', { at: new Date(Number.NaN) }],
      ['a map', new Map<unknown, unknown>([['k', { deep: new Map([[{ key: 1 }, undefined]]) }]])],
      ['a set', new Set<unknown>([1, 'a', new Set([{ a: 1 }])])],
      ['a regular expression', /a(b)\/c/giu],
      ['an array with undefined in it', [undefined, 1, [undefined]]],
      ['a key that is the tag', { $: 'date', data: 3 }],
      ['a key that is the tag, deeper', { a: [{ $: 0 }, { $: undefined }], b: new Date(0) }],
    ];

    it.each(kinds)('%s arrives whole as JSON', (_name, value) => {
      expect(roundTrip(value)).toStrictEqual(value);
    });

    it.each(kinds)('%s arrives whole by structured clone', (_name, value) => {
      expect(roundTripByClone(value)).toStrictEqual(value);
    });

    it('keeps where a regular expression stands', () => {
      const pattern = /a/g;
      pattern.lastIndex = 4;
      expect(roundTrip(pattern)).toHaveProperty('lastIndex', 4);
    });

    it('turns the holes of an array into undefined', () => {
      // oxlint-disable-next-line no-sparse-arrays
      expect(roundTrip([1, , 3])).toStrictEqual([1, undefined, 3]);
    });

    it('of another realm arrives as this realm has it', () => {
      const foreign: unknown = runInNewContext('({ map: new Map([[1, new Date(5)]]), error: new TypeError("no") })');
      const revived = roundTrip(foreign) as { map: Map<number, Date>; error: Error };
      expect(revived.map).toStrictEqual(new Map([[1, new Date(5)]]));
      expect(revived.error).toBeInstanceOf(TypeError);
    });

    it('keeps cycles', () => {
      const value: Record<string, unknown> = { list: [] };
      value['self'] = value;
      (value['list'] as unknown[]).push(value, value['list']);
      const revived = roundTrip(value) as { self: unknown; list: unknown[] };
      expect(revived.self).toBe(revived);
      expect(revived.list[0]).toBe(revived);
      expect(revived.list[1]).toBe(revived.list);
    });

    it('keeps the identity of what is shared, also through maps, sets, dates and causes', () => {
      const shared = { a: 1 };
      const date = new Date(0);
      const map = new Map<unknown, unknown>([[shared, date]]);
      map.set('self', map);
      const value = { shared, date, map, set: new Set([shared]), error: new Error('e', { cause: shared }), $: shared };
      const revived = roundTrip(value) as typeof value;
      expect(revived.map.get(revived.shared)).toBe(revived.date);
      expect(revived.map.get('self')).toBe(revived.map);
      expect(revived.set.has(revived.shared)).toBe(true);
      expect(revived.error.cause).toBe(revived.shared);
      expect(revived.$).toBe(revived.shared);
    });

    it('keeps the identity of what is shared in data that are otherwise plain', () => {
      const shared = { a: 1 };
      const revived = roundTrip({ first: shared, later: [shared] }) as { first: unknown; later: unknown[] };
      expect(revived.later[0]).toBe(revived.first);
    });

    it('does not change when the value is changed after it was encoded', () => {
      const bytes = new Uint8Array([1, 2]);
      const inner = { b: 1 };
      const value = { list: [1], at: new Date(1), map: new Map([['a', inner]]), bytes };
      const flat = { type: 'ADD', n: 1 };
      const encoded = [codec.encode(value), codec.encode(flat)] as const;
      value.list.push(2);
      value.at.setTime(2);
      inner.b = 2;
      bytes[0] = 9;
      flat.n = 2;
      expect(codec.decode(encoded[0])).toStrictEqual({
        list: [1],
        at: new Date(1),
        map: new Map([['a', { b: 1 }]]),
        bytes: new Uint8Array([1, 2]),
      });
      expect(codec.decode(encoded[1])).toStrictEqual({ type: 'ADD', n: 1 });
    });

    it.each(Array.from({ length: 8 }, (_, index) => 1000 + index))('carries random values whole (seed %i)', (seed) => {
      const random = createRandom(seed);
      for (let round = 0; round < 150; round += 1) {
        const value = randomValue(random, 4);
        expect(roundTrip(value)).toStrictEqual(value);
        expect(roundTripByClone(value)).toStrictEqual(value);
        const encoded = codec.encode(value);
        expect(typeof encoded === 'string' ? (JSON.parse(encoded) as unknown) : value).toStrictEqual(value);
      }
    });
  });

  describe('binary data', () => {
    it.each([
      ['an ArrayBuffer', new Uint8Array([1, 2, 3]).buffer],
      ['a Uint8Array', new Uint8Array([1, 2, 3])],
      ['a Float64Array', new Float64Array([1.5, Number.NaN, -0])],
      ['a BigInt64Array', new BigInt64Array([1n, -1n])],
      ['a DataView', new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2)],
      ['a date beside bytes', { at: new Date(0), bytes: [new Uint8Array([7])] }],
    ])('%s arrives whole, as a raw tree', (_name, value) => {
      expect(codec.encode(value)).toMatchObject({ raw: true });
      expect(roundTrip(value)).toStrictEqual(value);
    });

    it('copies only the bytes that a view shows', () => {
      const encoded = codec.encode(new Uint16Array(new ArrayBuffer(1024), 8, 2)) as { tree: Uint16Array };
      expect(encoded.tree.buffer.byteLength).toBe(4);
    });

    it('carries a Buffer as a Uint8Array', () => {
      const revived = roundTrip(Buffer.from('abc'));
      expect(Object.getPrototypeOf(revived)).toBe(Uint8Array.prototype);
      expect(revived).toStrictEqual(new Uint8Array([97, 98, 99]));
    });

    it('shares a SharedArrayBuffer, and what lies over it', () => {
      const memory = new SharedArrayBuffer(8);
      const revived = roundTrip({ memory, view: new Int32Array(memory, 4, 1) }) as {
        memory: SharedArrayBuffer;
        view: Int32Array;
      };
      new Int32Array(memory)[1] = 42;
      expect(revived.view).toStrictEqual(new Int32Array(memory, 4, 1));
      expect(new Int32Array(revived.memory)[1]).toBe(42);
    });

    it('keeps the identity of a view that occurs twice', () => {
      const bytes = new Uint8Array(2);
      const revived = roundTrip([bytes, bytes, new Date(0)]) as unknown[];
      expect(revived[0]).toBe(revived[1]);
    });
  });

  describe('refusals', () => {
    class Order {
      readonly id = 1;
    }
    class Names extends Map<string, string> {}
    const cases: readonly (readonly [string, unknown, string, string])[] = [
      ['a function', { order: { callback: () => 1 } }, 'event.order.callback', 'function'],
      [
        'a function in a list',
        { order: { items: [1, 2, { callback() {} }] } },
        'event.order.items[2].callback',
        'function',
      ],
      ['a toJSON', { toJSON: () => 1 }, 'event.toJSON', 'function'],
      ['a class', { make: Order }, 'event.make', 'function'],
      ['the value itself', () => 1, 'event', 'function'],
      ['a symbol', { 'a-b': [Symbol('s')] }, 'event["a-b"][0]', 'symbol'],
      ['a key that is a symbol', { a: { [Symbol('s')]: 1 } }, 'event.a[Symbol(s)]', 'symbol key'],
      ['a Proxy', { draft: new Proxy({}, {}) }, 'event.draft', 'Proxy'],
      ['a Proxy of an array', new Proxy([1], {}), 'event', 'Proxy'],
      [
        'a getter',
        {
          a: {
            get b() {
              return 1;
            },
          },
        },
        'event.a.b',
        'accessor',
      ],
      ['a setter', { set b(_value: number) {} }, 'event.b', 'accessor'],
      ['an instance of a class', { order: new Order() }, 'event.order', 'instance of Order'],
      ['an array of a subclass', new (class Rows extends Array<number> {})(), 'event', 'instance of Rows'],
      ['a map of a subclass', { names: new Names() }, 'event.names', 'instance of Names'],
      ['a boxed string', { s: Object('x') as unknown }, 'event.s', 'instance of String'],
      ['a promise', { p: Promise.resolve(1) }, 'event.p', 'instance of Promise'],
      ['a WeakMap', { w: new WeakMap() }, 'event.w', 'instance of WeakMap'],
      ['a WeakRef', { w: new WeakRef({}) }, 'event.w', 'instance of WeakRef'],
      [
        'a generator',
        {
          g: (function* () {
            yield 1;
          })(),
        },
        'event.g',
        'instance of Generator',
      ],
      ['Math', { m: Math }, 'event.m', 'instance of Math'],
      ['a value in a map', { map: new Map([['k', () => 1]]) }, 'event.map.get("k")', 'function'],
      ['a value under an object in a map', new Map([[{}, () => 1]]), 'event.values()[0]', 'function'],
      ['a key of a map', { map: new Map([[() => 1, 1]]) }, 'event.map.keys()[0]', 'function'],
      ['a member of a set', { set: new Set([1, () => 1]) }, 'event.set.values()[1]', 'function'],
      ['a named property of an array', { hit: /a/.exec('a') }, 'event.hit.groups', 'property of an array'],
      ['a named property of a date', Object.assign(new Date(0), { zone: 'UTC' }), 'event.zone', 'property of a Date'],
    ];

    it.each(cases)('names the path to %s', (_name, value, path, kind) => {
      const error = refusalOf(value);
      expect(error).toMatchObject({ code: 'NOT_SERIALIZABLE', details: { path, kind } });
      expect(error.message).toContain(`Cannot send ${path}: `);
    });

    it('tells the mend', () => {
      expect(refusalOf({ order: { callback: () => 1 } }).message).toBe(
        'Cannot send event.order.callback: it is a function. Send plain data; docs/wire.md lists what can cross.',
      );
      expect(refusalOf({ a: new Order() }, 'input').message).toMatch(
        /^Cannot send input\.a: it is an instance of Order\./,
      );
    });

    it('never runs a getter or a trap', () => {
      const touched: string[] = [];
      const trap = new Proxy({ a: 1 }, { ownKeys: (target) => (touched.push('trap'), Reflect.ownKeys(target)) });
      const getter = {
        first: 1,
        get a() {
          touched.push('getter');
          return 1;
        },
      };
      for (const value of [trap, getter, { getter }, [trap]]) refusalOf(value);
      expect(touched).toEqual([]);
    });

    it('refuses a buffer whose memory went elsewhere', () => {
      const bytes = new Uint8Array(4);
      structuredClone(bytes, { transfer: [bytes.buffer] });
      expect(refusalOf({ buffer: bytes.buffer }).details).toEqual({ path: 'event.buffer', kind: 'detached buffer' });
    });

    it.each([400, 401, 100_000])('answers a nesting of %i levels with the value or a refusal', (depth) => {
      const nests: readonly ((inner: unknown) => unknown)[] = [
        (inner) => ({ next: inner }),
        (inner) => [inner],
        (inner) => new Map([[1, inner]]),
        (inner) => ({ next: inner, n: -0 }),
      ];
      for (const nest of nests) {
        let value: unknown = {};
        for (let level = 0; level < depth; level += 1) value = nest(value);
        const fates = [roundTrip, roundTripByClone].map((carry) => fateOf(() => carry(value)));
        const expected = depth > 400 ? 'depth' : 'object';
        expect(fates).toEqual([expected, expected]);
      }
    });
  });

  describe('errors', () => {
    class PaymentError extends Error {
      readonly amount = 3n;
      readonly at = new Date(0);
    }
    class NamedError extends Error {
      override readonly name = 'Named';
    }
    class RangeProblem extends RangeError {}
    const errors: readonly (readonly [string, Error, string, new (...args: never[]) => Error])[] = [
      ['an Error', new Error('m'), 'Error', Error],
      ['a TypeError', new TypeError('m'), 'TypeError', TypeError],
      ['a RangeError', new RangeError('m'), 'RangeError', RangeError],
      ['a SyntaxError', new SyntaxError('m'), 'SyntaxError', SyntaxError],
      ['an AggregateError', new AggregateError([new TypeError('a'), 1], 'm'), 'AggregateError', AggregateError],
      ['a DOMException', new DOMException('m', 'AbortError'), 'AbortError', DOMException],
      ['a TroupeError', new TroupeError('ACTOR_DOWN', 'm', { details: { a: [1] } }), 'TroupeError', TroupeError],
      ['a class of errors', new PaymentError('m'), 'PaymentError', Error],
      ['a class of errors with a name', new NamedError('m'), 'Named', Error],
      ['a class that extends a built-in', new RangeProblem('m'), 'RangeProblem', RangeError],
      ['a class without a name', new (class extends Error {})('m'), 'Error', Error],
      ['an error with a name of its own', Object.assign(new Error('m'), { name: 'Mine' }), 'Mine', Error],
      ['an error with a code', Object.assign(new Error('m'), { code: 'ENOENT', errno: -2 }), 'Error', Error],
    ];

    it.each(errors)('%s keeps its class or name, message, stack and data', (_name, error, name, errorClass) => {
      const revived = roundTrip({ error }) as { error: Error };
      expect(revived.error).toBeInstanceOf(errorClass);
      expect(revived.error).toMatchObject({ name, message: 'm', stack: error.stack });
      const { name: _ignored, ...data } = Object.fromEntries(Object.entries(error)) as Record<string, unknown>;
      expect(revived.error).toMatchObject(data);
      expect(Object.hasOwn(revived.error, 'cause')).toBe(false);
      expect(Object.hasOwn(revived.error, 'omitted')).toBe(false);
    });

    it('keep their causes, whatever they are, and whether there is one', () => {
      const deep = new TypeError('outer', {
        cause: new RangeError('inner', { cause: { code: 7, map: new Map([[1, 2]]) } }),
      });
      const revived = roundTrip(deep) as TypeError & { cause: RangeError };
      expect(revived.cause).toBeInstanceOf(RangeError);
      expect(revived.cause.cause).toStrictEqual({ code: 7, map: new Map([[1, 2]]) });
      expect(Object.keys(revived)).toEqual([]);
      expect(roundTrip(new Error('e', { cause: undefined }))).toHaveProperty('cause', undefined);
    });

    it('may hold themselves', () => {
      const error = new Error('e') as Error & { self?: unknown };
      error.self = error;
      error.cause = error;
      const revived = roundTrip(error) as typeof error;
      expect(revived.self).toBe(revived);
      expect(revived.cause).toBe(revived);
    });

    it('of an AggregateError arrive as errors', () => {
      const revived = roundTrip(new AggregateError([new TypeError('a'), 1], 'm')) as AggregateError;
      expect(revived.errors[0]).toBeInstanceOf(TypeError);
      expect(revived.errors[1]).toBe(1);
      expect(Object.keys(revived)).toEqual([]);
    });

    it('of TroupeError keep code, details and cause', () => {
      const error = new TroupeError('ASK_TIMEOUT', 'm', { details: { after: 5 }, cause: new Error('c') });
      const revived = roundTrip(error);
      expect(isTroupeError(revived, 'ASK_TIMEOUT')).toBe(true);
      expect(revived).toMatchObject({ details: { after: 5 }, cause: { message: 'c' } });
    });

    it('cross without what cannot cross, and name it', () => {
      const error = new Error('e', { cause: () => 1 }) as Error & Record<PropertyKey, unknown>;
      Object.assign(error, {
        code: 'E',
        request: { url: '/', socket: new WeakMap(), headers: [() => 1, 'b'], late: new Map([['k', () => 1]]) },
        proxy: new Proxy({}, {}),
        [Symbol('s')]: 1,
        after: { a: 1 },
        shared: undefined,
      });
      error['shared'] = error['after'];
      Object.defineProperty(error, 'lazy', { get: () => 1, enumerable: true });
      const revived = roundTrip({ error, after: error['after'] }) as { error: Record<string, unknown>; after: unknown };
      expect(revived.error).toMatchObject({
        message: 'e',
        code: 'E',
        request: { url: '/', headers: [undefined, 'b'], late: new Map([['k', undefined]]) },
        after: { a: 1 },
        omitted: [
          '[Symbol(s)]',
          'cause',
          'request.socket',
          'request.headers[0]',
          'request.late.get("k")',
          'proxy',
          'lazy',
        ],
      });
      expect(revived.error['shared']).toBe(revived.after);
      expect(roundTrip(revived.error)).toMatchObject({ omitted: { length: 7 } });
    });

    it('name what is left out of an inner error there', () => {
      const inner = Object.assign(new Error('inner'), { a: { callback: () => 1 } });
      const revived = roundTrip(new AggregateError([inner, () => 1], 'outer'));
      expect(revived).toMatchObject({ errors: [{ omitted: ['a.callback'] }, undefined], omitted: ['errors[1]'] });
    });

    it('cross even when their own getters throw or their causes never end', () => {
      class Hostile extends Error {
        override get message(): string {
          throw new Error('no message');
        }
        override get stack(): string {
          throw new Error('no stack');
        }
      }
      expect(roundTrip(new Hostile())).toMatchObject({ name: 'Hostile' });
      let chain = new Error('last');
      for (let level = 0; level < 5000; level += 1) chain = new Error(`level ${level}`, { cause: chain });
      expect(roundTrip(chain)).toMatchObject({ message: 'level 4999', cause: { message: 'level 4998' } });
    });
  });

  describe('extensions', () => {
    class Ref {
      readonly id: string;
      readonly send = () => {};
      constructor(id: string) {
        this.id = id;
      }
    }
    const refs = new Map<string, Ref>();
    const refExtension: Extension = {
      tag: 'ref',
      test: (value) => value instanceof Ref,
      describe: (value) => ({ id: (value as Ref).id, since: new Date(0) }),
      revive: (data) => refs.get((data as { id: string }).id),
    };
    const withRefs = createCodec(() => [refExtension]);

    it('carry their objects anywhere in a value', () => {
      const ref = new Ref('a');
      refs.set('a', ref);
      const shared = { n: 1 };
      const value = { type: 'HELLO', ref, again: [ref, shared], map: new Map<unknown, unknown>([[ref, shared]]) };
      const revived = withRefs.decode(travel(withRefs.encode(value))) as typeof value;
      expect(revived.ref).toBe(ref);
      expect(revived.again[0]).toBe(ref);
      expect(revived.map.get(ref)).toBe(revived.again[1]);
      expect(withRefs.decode(travel(withRefs.encode(ref)))).toBe(ref);
    });

    it('come before plain data, errors and arrays', () => {
      const marked = new WeakSet<object>();
      const extension: Extension = {
        tag: 'mark',
        test: (value) => marked.has(value),
        describe: () => 1,
        revive: () => 'marked',
      };
      const marking = createCodec([extension]);
      const items = [{ a: 1 }, [1], new Error('e'), new Map()];
      for (const item of items) marked.add(item);
      expect(marking.decode(travel(marking.encode({ items: [...items] })))).toEqual({
        items: items.map(() => 'marked'),
      });
    });

    it('may describe shared memory', () => {
      const memory = new SharedArrayBuffer(4);
      const extension: Extension = {
        tag: 'cell',
        test: (value) => value instanceof Ref,
        describe: () => ({ memory }),
        revive: (data) => (data as { memory: unknown }).memory,
      };
      const encoded = createCodec([extension]).encode({ cell: new Ref('c') });
      expect(encoded).toMatchObject({ raw: true });
      expect(createCodec([extension]).decode(encoded)).toStrictEqual({ cell: memory });
    });

    it('are not asked about flat data', () => {
      const asked: unknown[] = [];
      const extension = { ...refExtension, test: (value: object) => asked.push(value) < 0 };
      createCodec([extension]).encode({ type: 'ADD', n: 1 });
      expect(asked).toEqual([]);
    });

    it('refuse an object whose description holds it, and what cannot cross in a description', () => {
      const selfish = { ...refExtension, describe: (value: object) => ({ value }) };
      expect(refusalOf({ ref: new Ref('a') }, 'event', [selfish]).details).toEqual({
        path: 'event.ref.value',
        kind: 'cycle',
      });
      const faulty = { ...refExtension, describe: () => () => 1 };
      expect(refusalOf({ ref: new Ref('a') }, 'event', [faulty]).details).toEqual({
        path: 'event.ref',
        kind: 'function',
      });
    });

    it('do not keep an error from crossing', () => {
      const failing: Extension = {
        ...refExtension,
        describe: () => {
          throw new TroupeError('BUS_CLOSED', 'closed');
        },
      };
      const failingCodec = createCodec([failing]);
      expect(errorOf(() => failingCodec.encode({ ref: new Ref('a') })).code).toBe('BUS_CLOSED');
      const encoded = failingCodec.encode(Object.assign(new Error('e'), { ref: new Ref('a') }));
      expect(failingCodec.decode(travel(encoded))).toMatchObject({ message: 'e', omitted: ['ref'] });
    });

    it('that are missing on the other side make a bad frame', () => {
      expect(errorOf(() => codec.decode(withRefs.encode({ ref: new Ref('a') }))).code).toBe('BAD_FRAME');
    });
  });

  describe('hostile data', () => {
    it('never reaches a prototype', () => {
      const keyed = JSON.parse('{"__proto__":{"polluted":1},"at":0}') as Record<string, unknown>;
      const values = [
        keyed,
        { ...keyed, at: new Date(0) },
        Object.defineProperty({ at: -0 }, '__proto__', { value: { polluted: 1 }, enumerable: true }),
      ];
      for (const value of values) {
        for (const revived of [roundTrip(value), roundTripByClone(value)] as Record<string, unknown>[]) {
          expect(Object.getPrototypeOf(revived)).toBe(Object.prototype);
          expect(Object.keys(revived)).toContain('__proto__');
          expect(revived['polluted']).toBeUndefined();
        }
      }
      const trees = [
        '{"a":{"__proto__":{"polluted":1}}}',
        '{"$":"object","data":["__proto__",{"polluted":1},"constructor",{"prototype":{"polluted":1}}]}',
        '{"$":"error","class":"__proto__","name":"n","message":"m","stack":"s","data":["__proto__",{"polluted":1}],"hidden":["__proto__",1],"omitted":[]}',
        '{"$":"error","class":"constructor","name":"n","message":"m","stack":"s","data":[],"hidden":[],"omitted":[]}',
      ];
      for (const tree of trees) codec.reviveTree(JSON.parse(tree));
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      expect((Object.prototype as unknown as Record<string, unknown>)['polluted']).toBeUndefined();
    });

    const cyclic: unknown[] = [];
    cyclic.push(cyclic, cyclic);
    const cyclicList: unknown[] = [];
    cyclicList.push('k', { $: 'map', data: cyclicList });
    const twice = { a: 1 };
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    const errorNode = {
      $: 'error',
      class: 'Error',
      name: 'n',
      message: 'm',
      stack: 's',
      data: [],
      hidden: [],
      omitted: [],
    };

    it.each<readonly [string, unknown]>([
      ['undefined', undefined],
      ['a bigint', 1n],
      ['a date that was not tagged', { a: new Date(0) }],
      ['a map that was not tagged', new Map()],
      ['a function', { a: () => 1 }],
      ['a Proxy', new Proxy({}, {})],
      ['a tree that holds itself', cyclic],
      ['a list that holds itself', { $: 'map', data: cyclicList }],
      ['a part that occurs twice', [twice, twice]],
      ['endless depth', deep],
      ['an unknown tag', { $: 'nothing', data: 1 }],
      ['a tag that is no tag', { $: { a: 1 } }],
      ['a tag like a method', { $: 'toString' }],
      ['a reference to nothing', { $: 7 }],
      ['a reference below nothing', { $: -1 }],
      ['a reference between objects', [[], { $: 0.5 }]],
      ['a number that is none', { $: 'number', data: '12abc' }],
      ['a bigint that is none', { $: 'bigint', data: '1.5' }],
      ['a date that is none', { $: 'date', data: 'today' }],
      ['a regular expression that is none', { $: 'regexp', source: '(', flags: '', lastIndex: 0 }],
      ['a regular expression without flags', { $: 'regexp', source: 'a' }],
      ['a map of half a pair', { $: 'map', data: [1] }],
      ['a map without data', { $: 'map' }],
      ['a set that is none', { $: 'set', data: { length: 2 } }],
      ['an object without names', { $: 'object', data: [1, 2] }],
      ['an error without a message', { ...errorNode, message: 1 }],
      ['an error without data', { ...errorNode, data: null }],
      ['an error whose data are its message', { ...errorNode, data: ['message', { a: 1 }] }],
      ['an error with odd omissions', { ...errorNode, omitted: [1] }],
      ['a TroupeError without a code', { ...errorNode, class: 'TroupeError', data: ['code', 1] }],
    ])('%s is a bad frame', (_name, tree) => {
      expect(errorOf(() => codec.reviveTree(tree)).code).toBe('BAD_FRAME');
      expect(errorOf(() => codec.decode({ tree: [tree], raw: false })).code).toBe('BAD_FRAME');
    });

    it.each([['{"a":'], [''], [null], [undefined], [3], [{}]])('%j is a bad frame', (encoded) => {
      expect(errorOf(() => codec.decode(encoded as Encoded)).code).toBe('BAD_FRAME');
    });
  });
});

/** A small generator of random numbers from 0 to 1 (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function randomValue(random: () => number, depth: number): unknown {
  const pick = <TItem>(items: readonly TItem[]): TItem => items[Math.floor(random() * items.length)] as TItem;
  const many = <TItem>(make: () => TItem): TItem[] => Array.from({ length: Math.floor(random() * 4) }, make);
  const leaf = () =>
    pick<unknown>([
      '',
      'text',
      '$',
      '\u2028',
      0,
      -0,
      1e300,
      Number.NaN,
      Number.NEGATIVE_INFINITY,
      true,
      null,
      undefined,
      12n,
    ]);
  if (depth === 0) return leaf();
  const inner = () => randomValue(random, depth - 1);
  const key = () => pick(['a', 'b', '$', 'data', '0', 'two words', '']);
  const shared = pick([{ a: 1 }, [1]]);
  return pick<() => unknown>([
    leaf,
    () => many(inner),
    () => Object.fromEntries(many(() => [key(), inner()])),
    () => ({ [key()]: inner(), [key()]: 'x' }),
    () => new Map(many(() => [inner(), inner()])),
    () => new Set(many(inner)),
    () => new Date(Math.floor(random() * 1e12)),
    () => [shared, inner(), { again: shared }],
  ])();
}
