// The inspector's server: the page's files and a socket for each page, on this machine alone. It keeps no process alive, and its end leaves nothing open. Who may look is
// judged in `guard.ts`, what is said to a page in `page-session.ts`.
import { createServer, STATUS_CODES, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { BehaviorSubject } from 'rxjs/internal/BehaviorSubject';
import type { Observable } from 'rxjs/internal/Observable';
import { WebSocketServer, type WebSocket } from 'ws';
import { TroupeError } from '../errors.ts';
import { HEADERS, sendFile, sendRefusal } from './assets.ts';
import { createToken, refuseHost, refuseSocket, type Refusal } from './guard.ts';
import { talk, type PageSession, type Show } from './page-session.ts';
import { MAX_FRAME_BYTES, SUBPROTOCOL } from './protocol.ts';

export interface InspectorServer {
  /** The page's address, with the token. */
  readonly url: string;
  /** How many pages look, at once and at each change; complete after the end. */
  readonly pages: Observable<number>;
  /** Tells the pages within this call that nothing more will come: what a process that exits still can do. */
  end(): void;
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly show: Show;
  /** The port that is wanted; 0 for any. */
  readonly port: number;
  readonly token?: string | undefined;
  /** How long a request may take to arrive, in milliseconds. */
  readonly patience?: number;
  /** Tells of the port if it is not the one that was wanted. */
  readonly tell: (sentence: string) => void;
}

const LOOPBACK = '127.0.0.1';
/** How many ports after the wanted one are tried before any does. */
const TRIES = 10;
/** How long pages may take to take leave, in milliseconds. */
const LEAVE = 1000;
/** A browser on this machine needs far less; who sends a byte a second holds a socket of the program. */
const PATIENCE = 10_000;

/** Starts it; rejects only if this machine gives no port at all. */
export async function startServer({
  show,
  port: wanted,
  token = createToken(),
  patience = PATIENCE,
  tell,
}: ServerOptions): Promise<InspectorServer> {
  const pages = new BehaviorSubject(0);
  const sessions = new Map<WebSocket, PageSession>();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    handleProtocols: () => SUBPROTOCOL,
  });
  // what is no handshake is refused with the same headers as all else
  sockets.on('wsClientError', ({ message }, socket) =>
    refuseUpgrade(socket, {
      status: 400,
      reason: `This is no handshake of a WebSocket: ${message}. Open the address that the program has told in a browser.`,
    }),
  );
  const times = {
    headersTimeout: patience,
    requestTimeout: patience,
    connectionsCheckingInterval: Math.ceil(patience / 2),
  };
  // a request without a host is answered here, as one with a wrong host is
  const server = createServer({ ...times, requireHostHeader: false }, (request, response) => {
    const refusal = refuseHost(request.headers, port);
    if (refusal) sendRefusal(response, refusal);
    else sendFile(request, response);
  });
  server.on('connection', (socket) => socket.unref());
  server.on('upgrade', (request, socket, head) => {
    // whoever has gone away needs no answer
    socket.on('error', () => {});
    const refusal = refuseSocket(request.headers, { port, token });
    if (refusal) refuseUpgrade(socket, refusal);
    else sockets.handleUpgrade(request, socket, head, receive);
  });
  const port = await listen(server, wanted);
  server.unref();
  if (wanted !== 0 && port !== wanted) tell(`Port ${wanted} is in use: the inspector has taken ${port}.`);
  let closing: Promise<void> | undefined;

  return {
    url: `http://${LOOPBACK}:${port}/#token=${token}`,
    pages,
    end,
    close: () => (closing ??= close()),
  };

  function receive(socket: WebSocket): void {
    const session = talk(socket, show, {
      looks: () => pages.next(pages.value + 1),
      left: () => pages.next(pages.value - 1),
    });
    sessions.set(socket, session);
    socket.on('close', () => sessions.delete(socket));
  }

  function end(): void {
    for (const session of sessions.values()) session.end();
  }

  async function close(): Promise<void> {
    end();
    const closed = [...sessions.keys()].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    const stopped = new Promise((resolve) => server.close(resolve));
    // what is waited for keeps no process alive; this does, and is not patient with a page that hangs
    const deadline = setTimeout(() => {
      for (const socket of sessions.keys()) socket.terminate();
    }, LEAVE);
    await Promise.all(closed);
    // browsers keep connections, and open some in advance
    server.closeAllConnections();
    await stopped;
    clearTimeout(deadline);
    pages.complete();
  }
}

/** Listens on the wanted port, or on one of the next, or on any; gives which. */
async function listen(server: Server, wanted: number): Promise<number> {
  const next = wanted === 0 ? [] : Array.from({ length: TRIES }, (_, index) => wanted + index);
  for (const port of [...next.filter((each) => each <= 65_535), 0]) {
    const error = await tryPort(server, port);
    if (!error) return (server.address() as AddressInfo).port;
    if (error.code !== 'EADDRINUSE') {
      throw new TroupeError(
        'INVALID_ARGUMENT',
        `Cannot take ${port} for port: ${error.message}. Give another, or 0 for any.`,
        { details: { option: 'port', value: port }, cause: error },
      );
    }
  }
  throw new TroupeError('INVALID_ARGUMENT', `Cannot take ${wanted} for port: none is free. Close what has taken them.`);
}

function tryPort(server: Server, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const done = (error?: NodeJS.ErrnoException) => {
      server.off('error', done);
      server.off('listening', done);
      resolve(error);
    };
    server.once('error', done);
    server.once('listening', done);
    server.listen(port, LOOPBACK);
  });
}

/** There is no response yet where an upgrade is asked for. */
function refuseUpgrade(socket: Duplex, { status, reason }: Refusal): void {
  const body = `${reason}\n`;
  const headers = {
    ...HEADERS,
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  // it is not left to the other side to close what is half closed
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}
