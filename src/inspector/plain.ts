// Values for somebody to read: a copy that JSON can hold, whatever the value is, with secrets left out by their keys. Nothing of the value can be changed
// through it, and nothing that is read of it throws: who watches must not change what is watched.

export interface PlainOptions {
  /** Whether what stands under a key is kept secret. */
  redact?(key: string): boolean;
  /** What stands for an actor ref. */
  describeRef?(ref: RefLike): unknown;
  /** How deep it goes; what is below is told by its kind. 10 if left out. */
  readonly depth?: number;
  /** The most members that are told of a collection; 1,000 if left out. */
  readonly breadth?: number;
}

export interface RefLike {
  readonly id: string;
  readonly sessionId: string;
}

/** What stands for a secret. */
export const REDACTED = '[redacted]';

const SECRETS =
  /pass(word|phrase|code)|passwd|^pwd$|secret|token|credential|cookie|authori[sz]ation|^auth$|(api|private|access)_?-?key/i;

/** Whether what bears this key is, as far as its words say, a secret. */
export const isSecret = (key: string): boolean => SECRETS.test(key);

/** The value as JSON can hold it; undefined only for what JSON leaves out. */
export function toPlain(value: unknown, options: PlainOptions = {}): unknown {
  const { redact = isSecret, describeRef = describeRefById, depth: deepest = 10, breadth = 1000 } = options;
  const within = new Set<object>();
  return plain(value);

  function plain(part: unknown): unknown {
    switch (typeof part) {
      case 'string':
      case 'boolean':
      case 'undefined':
        return part;
      case 'number':
        return Number.isFinite(part) ? part : String(part);
      case 'bigint':
        return `${part}n`;
      case 'symbol':
        return String(part);
      case 'function':
        return `[function ${part.name || 'without a name'}]`;
      default:
        return part === null ? null : plainObject(part as object);
    }
  }

  function plainObject(part: object): unknown {
    if (within.has(part)) return '[circular]';
    if (within.size >= deepest) return `[${kindOf(part)}]`;
    within.add(part);
    try {
      return describe(part);
    } catch (error) {
      return `[unreadable: ${error instanceof Error ? error.message : String(error)}]`;
    } finally {
      within.delete(part);
    }
  }

  function describe(part: object): unknown {
    if (Array.isArray(part)) return list(part, part.length);
    if (isRef(part)) return describeRef(part);
    if (part instanceof Date) return Number.isNaN(part.getTime()) ? 'Invalid Date' : part.toISOString();
    if (part instanceof RegExp || part instanceof URL) return String(part);
    if (part instanceof Error) return describeError(part);
    if (part instanceof Map) return { [`Map(${part.size})`]: describeMap(part) };
    if (part instanceof Set) return { [`Set(${part.size})`]: list(part, part.size) };
    if (ArrayBuffer.isView(part)) return describeView(part);
    if (part instanceof ArrayBuffer) return `[ArrayBuffer of ${part.byteLength} bytes]`;
    if (part instanceof Promise || part instanceof WeakMap || part instanceof WeakSet) return `[${kindOf(part)}]`;
    return record(Object.entries(part));
  }

  function list(members: Iterable<unknown>, size: number): unknown[] {
    const told: unknown[] = [];
    for (const member of members) {
      if (told.length === breadth) {
        told.push(`… ${size - breadth} more`);
        break;
      }
      // JSON has no undefined in an array
      told.push(plain(member) ?? null);
    }
    return told;
  }

  function record(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
    const told: [string, unknown][] = entries
      .slice(0, breadth)
      .map(([key, member]) => [key, redact(key) && member !== undefined ? REDACTED : plain(member)]);
    if (entries.length > breadth) told.push(['…', `${entries.length - breadth} more`]);
    // a key may be `__proto__`
    return Object.fromEntries(told);
  }

  function describeMap(map: ReadonlyMap<unknown, unknown>): unknown {
    const entries = [...map];
    return entries.every((entry): entry is [string, unknown] => typeof entry[0] === 'string')
      ? record(entries)
      : list(entries, entries.length);
  }

  function describeError(error: Error): Record<string, unknown> {
    const { name, message, cause } = error;
    return record([
      ['name', name],
      ['message', message],
      ...Object.entries(error).filter(([key]) => key !== 'name' && key !== 'message' && key !== 'cause'),
      ...(cause === undefined ? [] : [['cause', cause] as const]),
    ]);
  }
}

const describeRefById = ({ id }: RefLike): unknown => ({ xstate$$type: 1, id });

function isRef(part: object): part is RefLike {
  return 'sessionId' in part && typeof part.sessionId === 'string' && 'send' in part && typeof part.send === 'function';
}

/** The first bytes say more than none. */
function describeView(view: ArrayBufferView): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, Math.min(view.byteLength, 16));
  const shown = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `[${kindOf(view)} of ${view.byteLength} bytes: ${shown}${view.byteLength > 16 ? ' …' : ''}]`;
}

function kindOf(part: object): string {
  const { constructor } = part as { readonly constructor?: { readonly name?: unknown } };
  return typeof constructor?.name === 'string' && constructor.name !== '' ? constructor.name : 'Object';
}
