// The page's connection to the program that it looks at: greets, takes records in, comes back when it is lost, and tells people in words how it stands. What comes is
// checked as far as the page relies on it: a frame that cannot be read ends the connection with a sentence, never with a crash. No DOM: it is given its socket and timers.
import { signal, type ReadonlySignal } from '@preact/signals';
import { isRecord } from '../recording.ts';
import {
  CLOSE_ENDED,
  CLOSE_MALFORMED,
  CLOSE_VERSION,
  INSPECTOR_VERSION,
  MAX_FRAME_BYTES,
  SUBPROTOCOL,
  TOKEN_PREFIX,
  type PageFrame,
  type ServerFrame,
} from '../protocol.ts';
import type { ActorKey } from '../records.ts';
import type { Intake } from './intake.ts';

export type ConnectionState =
  /** There is nothing to connect to: the page was opened from a file, or its address has no token. */
  | { readonly type: 'none'; readonly why: 'file' | 'token' }
  | { readonly type: 'connecting' }
  | { readonly type: 'live' }
  /** It is tried again. */
  | { readonly type: 'lost' }
  /** The program said that it ends. */
  | { readonly type: 'ended' }
  /** It cannot be had as it stands: why, and what to do. */
  | { readonly type: 'refused'; readonly reason: string; readonly mend: string };

export interface Connection {
  readonly state: ReadonlySignal<ConnectionState>;
  /** Whether the program takes events from this page. */
  readonly allowSend: ReadonlySignal<boolean>;
  /** Sends an event to an actor; rejects with a sentence if it was not delivered, or nobody knows whether it was. */
  send(actor: ActorKey, event: { readonly type: string }): Promise<void>;
  /** Tries at once, if it waits to try. */
  wake(): void;
  close(): void;
}

/** What of a WebSocket is needed. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export interface ConnectionOptions {
  readonly url: string;
  /** Without one there is nothing to connect to. */
  readonly token: string | undefined;
  /** Whether the page came from a folder, where there is no program at all. */
  readonly file?: boolean;
  readonly open: (url: string, protocols: string[]) => Socket;
  readonly intake: Pick<Intake, 'begin' | 'take'>;
  /** Calls back after some milliseconds, unless what it returns is called before. */
  readonly after: (milliseconds: number, callback: () => void) => () => void;
  /** Whether the program's server answers at all: a browser does not tell why a socket was not opened. */
  readonly answers?: () => Promise<boolean>;
}

export function connect({ url, token, file = false, open, intake, after, answers }: ConnectionOptions): Connection {
  const state = signal<ConnectionState>(
    token === undefined || file ? { type: 'none', why: file ? 'file' : 'token' } : { type: 'connecting' },
  );
  const allowSend = signal(false);
  const requests = new Map<number, { resolve(): void; reject(error: Error): void }>();
  let request = 0;
  let session: string | undefined;
  let next: number | undefined;
  let header: Extract<ServerFrame, { type: 'welcome' }>['header'] | undefined;
  let failures = 0;
  let socket: Socket | undefined;
  let cancel: (() => void) | undefined;
  let closed = false;

  if (state.value.type === 'connecting') dial();
  return {
    state,
    allowSend,
    send: (actor, event) =>
      new Promise((resolve, reject) => {
        if (!socket || state.value.type !== 'live') {
          reject(new Error('The event was not sent: there is no connection to the program.'));
          return;
        }
        const frame = { type: 'send', request: request + 1, actor, event } as const;
        // the program would close the connection, and say nothing
        if (new TextEncoder().encode(JSON.stringify(frame)).length > MAX_FRAME_BYTES) {
          reject(new Error(`The event was not sent: a page may send ${MAX_FRAME_BYTES / 1024} KiB at once.`));
          return;
        }
        const number = (request += 1);
        const stop = after(ANSWER_WITHIN, () =>
          settle(number, 'The program has not answered: nobody knows whether the event was delivered.'),
        );
        requests.set(number, {
          resolve: () => (stop(), resolve()),
          reject: (error) => (stop(), reject(error)),
        });
        tell(frame);
      }),
    wake() {
      if (socket || closed || state.value.type === 'none') return;
      failures = 0;
      if (state.value.type === 'refused') state.value = { type: 'connecting' };
      dial();
    },
    close() {
      closed = true;
      cancel?.();
      hangUp();
    },
  };

  function dial(): void {
    cancel?.();
    let opened = false;
    const mine = open(url, [SUBPROTOCOL, TOKEN_PREFIX + String(token)]);
    socket = mine;
    cancel = after(WELCOME_WITHIN, () => mine.close());
    mine.onopen = () => {
      opened = true;
      tell({
        type: 'hello',
        version: INSPECTOR_VERSION,
        ...(session === undefined ? {} : { session }),
        ...(next === undefined ? {} : { next }),
      });
    };
    mine.onmessage = ({ data }) => {
      if (socket === mine) read(data);
    };
    mine.onclose = ({ code, reason }) => {
      if (socket !== mine) return;
      hangUp();
      if (code === CLOSE_VERSION) refuse(...otherVersion(reason));
      else if (code === CLOSE_ENDED) state.value = { type: 'ended' };
      else if (state.value.type !== 'ended' && state.value.type !== 'refused') state.value = { type: 'lost' };
      if (!opened) void whyNot();
      if (!(state.value.type === 'refused' && code >= 4000)) retry();
    };
  }

  /** A token that is not right looks like a server that is not there, but for that the page itself can be had. */
  async function whyNot(): Promise<void> {
    if (!(await answers?.()) || socket || state.value.type !== 'lost') return;
    refuse(
      'The program does not know this page’s address: it is the one of an earlier run.',
      'Open the address that it prints now.',
    );
  }

  function retry(): void {
    if (closed) return;
    const wait = state.value.type === 'lost' ? Math.min(FIRST_WAIT * 2 ** failures, LONGEST_WAIT) : LONGEST_WAIT;
    failures += 1;
    cancel = after(wait, dial);
  }

  function hangUp(): void {
    const mine = socket;
    socket = undefined;
    cancel?.();
    for (const number of [...requests.keys()]) {
      settle(
        number,
        'The connection was lost before the program answered: nobody knows whether the event was delivered.',
      );
    }
    if (!mine) return;
    mine.onopen = mine.onmessage = mine.onclose = null;
    mine.close();
  }

  function settle(number: number, error?: string): void {
    const waits = requests.get(number);
    requests.delete(number);
    if (error === undefined) waits?.resolve();
    else waits?.reject(new Error(error));
  }

  function refuse(reason: string, mend: string): void {
    state.value = { type: 'refused', reason, mend };
  }

  function tell(frame: PageFrame): void {
    socket?.send(JSON.stringify(frame));
  }

  function read(data: unknown): void {
    const frame = parse(data);
    if (!frame) {
      socket?.close(CLOSE_MALFORMED);
      refuse(
        'The program told something that this page cannot read.',
        'Reload the page; if it comes again, the page and the program are of different versions of troupe.',
      );
      hangUp();
      return;
    }
    switch (frame.type) {
      case 'welcome':
        if (frame.version !== INSPECTOR_VERSION) {
          refuse(...otherVersion(`it speaks version ${frame.version} of the protocol, this page ${INSPECTOR_VERSION}`));
          hangUp();
          return;
        }
        cancel?.();
        failures = 0;
        if (session !== frame.session) next = undefined;
        ({ session, header } = frame);
        if (next === undefined) intake.begin(header);
        allowSend.value = frame.allowSend;
        state.value = { type: 'live' };
        return;
      case 'base':
        if (!header) return;
        next = undefined;
        intake.begin(header);
        intake.take(frame.records);
        return;
      case 'records': {
        // what was told before the connection was lost is not taken twice
        const known = next === undefined ? 0 : Math.max(0, next - frame.first);
        intake.take(known === 0 ? frame.records : frame.records.slice(known));
        next = Math.max(next ?? 0, frame.first + frame.records.length);
        return;
      }
      case 'sent':
        settle(frame.request, frame.error);
        return;
      case 'refused':
        refuse(frame.reason, 'Mend it, then reload the page.');
        return;
      case 'ended':
        state.value = { type: 'ended' };
        return;
      // a frame of a later version
      default:
    }
  }
}

const FIRST_WAIT = 250;
const LONGEST_WAIT = 5000;
const WELCOME_WITHIN = 10_000;
const ANSWER_WITHIN = 10_000;

const otherVersion = (detail: string) =>
  [
    `The program runs another version of troupe than the one that this page is of${detail === '' ? '' : `: ${detail}`}.`,
    'Reload the page; it then comes from the program that runs now.',
  ] as const;

/** A frame as far as it can be relied on; undefined if it is none. */
function parse(data: unknown): ServerFrame | undefined {
  if (typeof data !== 'string') return undefined;
  let frame: unknown;
  try {
    frame = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (typeof frame !== 'object' || frame === null) return undefined;
  const { type, records, first, header, version, session } = frame as Readonly<Record<string, unknown>>;
  if (typeof type !== 'string') return undefined;
  if (type === 'welcome' && (typeof version !== 'number' || typeof session !== 'string' || !isHeader(header))) {
    return undefined;
  }
  if (type === 'records' && typeof first !== 'number') return undefined;
  if ((type === 'records' || type === 'base') && !(Array.isArray(records) && records.every(isRecord))) return undefined;
  // each field that is read of a frame of this type has been looked at
  return frame as ServerFrame;
}

const isHeader = (header: unknown) =>
  typeof header === 'object' && header !== null && 'epoch' in header && typeof header.epoch === 'number';
