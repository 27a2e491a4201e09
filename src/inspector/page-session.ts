// What passes between the server and one page: it greets, is told where things stand, and then what happens, in order, without a gap that is not told. A page that
// takes in slowly is sent no more than a bounded amount ahead; it catches up from the journal. What a page says is checked, and a wrong word ends its socket alone.
import type { RawData, WebSocket } from 'ws';
import type { AnyEventObject } from 'xstate';
import type { Journal } from './journal.ts';
import {
  CLOSE_ENDED,
  CLOSE_MALFORMED,
  CLOSE_VERSION,
  INSPECTOR_VERSION,
  type PageFrame,
  type ServerFrame,
} from './protocol.ts';
import type { ActorKey, RecordingHeader } from './records.ts';

/** What pages look at. */
export interface Show {
  /** Names what the journal's numbers belong to. */
  readonly session: string;
  readonly header: RecordingHeader;
  readonly journal: Journal;
  /** A page looks, and `told` when the journal has grown, until the returned function is called. */
  look(told: () => void): () => void;
  /** Only there where pages may send. */
  send?(actor: ActorKey, event: AnyEventObject): void;
}

export interface PageSession {
  /** Nothing more will come: tells the page, with all that is still to be told, and closes the socket. */
  end(): void;
}

/** The most that is written ahead of a page, in bytes, before it is waited for. */
const AHEAD = 1024 * 1024;
/** How many records go in one frame, so that a page is not held up by one. */
const AT_ONCE = 1000;

/** Talks to a page until its socket closes; `looks` and `left` are called once each, if it greets. */
export function talk(socket: WebSocket, show: Show, { looks, left }: { looks(): void; left(): void }): PageSession {
  let next = 0;
  let leave: (() => void) | undefined;
  let hasEnded = false;

  const send = (frame: ServerFrame) => socket.send(JSON.stringify(frame), catchUp);
  const refuse = (reason: string, code: number) => {
    hasEnded = true;
    socket.send(JSON.stringify({ type: 'refused', reason } satisfies ServerFrame));
    socket.close(code);
  };

  // ws reports a frame that is too large, and closes the socket by itself
  socket.on('error', () => {});
  socket.on('close', () => {
    hasEnded = true;
    leave?.();
    leave = undefined;
  });
  socket.on('message', (data, isBinary) => {
    if (hasEnded) return;
    const frame = isBinary ? undefined : parseFrame(textOf(data), show.send !== undefined);
    if (!frame) refuse('What the page has sent is no frame of this inspector. Load the page anew.', CLOSE_MALFORMED);
    else if (frame.type === 'hello') greet(frame);
    else if (leave) request(frame);
    else refuse('The page must greet before it sends. Load the page anew.', CLOSE_MALFORMED);
  });
  return {
    end() {
      if (hasEnded) return;
      if (leave) tellRest(Infinity);
      hasEnded = true;
      socket.send(JSON.stringify({ type: 'ended' } satisfies ServerFrame));
      socket.close(CLOSE_ENDED);
    },
  };

  function greet({ version, session, next: from }: Extract<PageFrame, { readonly type: 'hello' }>): void {
    if (leave) {
      refuse('The page has greeted twice. Load the page anew.', CLOSE_MALFORMED);
      return;
    }
    if (version !== INSPECTOR_VERSION) {
      refuse(
        `The page speaks version ${version} and this program ${INSPECTOR_VERSION}. Load the page anew.`,
        CLOSE_VERSION,
      );
      return;
    }
    const { header, journal } = show;
    send({
      type: 'welcome',
      version: INSPECTOR_VERSION,
      session: show.session,
      header,
      allowSend: show.send !== undefined,
    });
    const stopLooking = show.look(catchUp);
    leave = () => {
      stopLooking();
      left();
    };
    looks();
    if (session === show.session && from !== undefined && journal.since(from, 0)) next = from;
    else beginAnew();
    catchUp();
  }

  /** Tells where things stood before the first record that is kept. */
  function beginAnew(): void {
    const { journal } = show;
    next = journal.first;
    send({ type: 'base', records: journal.base() });
    // it says the number, also if there are none
    send({ type: 'records', first: next, records: [] });
  }

  function catchUp(error?: Error): void {
    if (leave && !hasEnded && !error) tellRest(AHEAD);
  }

  function tellRest(ahead: number): void {
    const { journal } = show;
    while (next < journal.next && socket.bufferedAmount < ahead) {
      const records = journal.since(next, AT_ONCE);
      if (!records) {
        beginAnew();
        continue;
      }
      const first = next;
      next += records.length;
      send({ type: 'records', first, records });
    }
  }

  function request({ request: number, actor, event }: Extract<PageFrame, { readonly type: 'send' }>): void {
    try {
      show.send?.(actor, event);
      send({ type: 'sent', request: number });
    } catch (error) {
      send({ type: 'sent', request: number, error: error instanceof Error ? error.message : String(error) });
    }
  }
}

/** A text comes whole, for that is how ws gives it unless asked otherwise. */
const textOf = (data: RawData) => (data as Buffer).toString();

/** A frame, if it is one that is known here: what is not allowed is not known. */
function parseFrame(text: string, maySend: boolean): PageFrame | undefined {
  const frame = parse(text);
  if (!isObject(frame)) return undefined;
  if (frame['type'] === 'hello') return isHello(frame) ? (frame as unknown as PageFrame) : undefined;
  if (frame['type'] === 'send' && maySend) return isSend(frame) ? (frame as unknown as PageFrame) : undefined;
  return undefined;
}

function isHello({ version, session, next }: Readonly<Record<string, unknown>>): boolean {
  if (typeof version !== 'number') return false;
  // what else another version says is not judged
  if (version !== INSPECTOR_VERSION) return true;
  return (
    (session === undefined || typeof session === 'string') &&
    (next === undefined || (Number.isSafeInteger(next) && (next as number) >= 0))
  );
}

function isSend({ request, actor, event }: Readonly<Record<string, unknown>>): boolean {
  return (
    Number.isSafeInteger(request) && typeof actor === 'string' && isObject(event) && typeof event['type'] === 'string'
  );
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
