// A page of the inspector, as far as the server can tell: a socket that says what it is told to, and keeps what it hears.
import { request as askFor, type IncomingHttpHeaders } from 'node:http';
import { until } from 'troupe/testing';
import { WebSocket } from 'ws';
import { SUBPROTOCOL, TOKEN_PREFIX, type PageFrame, type ServerFrame } from '../../dist/src/inspector/protocol.js';
import type { InspectorRecord } from '../../dist/src/inspector/records.js';

type Of<TType extends ServerFrame['type']> = Extract<ServerFrame, { readonly type: TType }>;

export interface TestPage extends Disposable {
  readonly heard: readonly ServerFrame[];
  /** The records that it has, each by its number. */
  readonly records: ReadonlyMap<number, InspectorRecord>;
  /** How often it was told where things stand. */
  readonly bases: readonly (readonly InspectorRecord[])[];
  readonly socket: WebSocket;
  say(frame: PageFrame | string | Buffer): void;
  /** The first frame of a type, as soon as there is one. */
  hear<TType extends ServerFrame['type']>(type: TType): Promise<Of<TType>>;
  /** The code that the socket was closed with. */
  readonly closed: Promise<number>;
  close(): Promise<number>;
}

export const tokenOf = (url: string) => new URL(url).hash.slice('#token='.length);
export const portOf = (url: string) => Number(new URL(url).port);

/** Opens a socket as a page of this address does; rejects with what it was refused with. */
export function openPage(
  url: string,
  {
    origin = new URL(url).origin,
    host,
    protocols = [SUBPROTOCOL, TOKEN_PREFIX + tokenOf(url)],
  }: { origin?: string | undefined; host?: string; protocols?: string[] } = {},
): Promise<TestPage> {
  const socket = new WebSocket(`ws://127.0.0.1:${portOf(url)}/`, protocols, {
    headers: { ...(origin === '' ? {} : { origin }), ...(host === undefined ? {} : { host }) },
  });
  const heard: ServerFrame[] = [];
  const records = new Map<number, InspectorRecord>();
  const bases: (readonly InspectorRecord[])[] = [];
  const closed = new Promise<number>((resolve) => {
    socket.once('close', resolve);
  });
  socket.on('message', (data) => {
    const frame = JSON.parse((data as Buffer).toString()) as ServerFrame;
    heard.push(frame);
    if (frame.type === 'base') bases.push(frame.records);
    if (frame.type === 'records') frame.records.forEach((record, index) => records.set(frame.first + index, record));
  });
  const page: TestPage = {
    heard,
    records,
    bases,
    socket,
    say: (frame) => socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame)),
    hear: async <TType extends ServerFrame['type']>(type: TType) => {
      const find = () => heard.find((each): each is Of<TType> => each.type === type);
      await until(() => find() !== undefined);
      return find() as Of<TType>;
    },
    closed,
    close() {
      socket.close();
      return closed;
    },
    [Symbol.dispose]: () => socket.terminate(),
  };
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(page));
    socket.once('unexpected-response', (_, response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => reject(new Error(`${response.statusCode}: ${body.trim()}`)));
    });
    socket.once('error', (error) => reject(error));
  });
}

/** Opens one and greets; resolves when it is welcome and was told where things stand. */
export async function lookAt(url: string, hello: { session?: string; next?: number } = {}): Promise<TestPage> {
  const page = await openPage(url);
  page.say({ type: 'hello', version: 1, ...hello });
  await page.hear('welcome');
  return page;
}

/** Asks for a file with just these headers. */
export function get(
  url: string,
  path: string,
  { method = 'GET', host = new URL(url).host }: { method?: string; host?: string } = {},
): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    const request = askFor({ host: '127.0.0.1', port: portOf(url), path, method, headers: { host } }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    request.on('error', reject);
    request.end();
  });
}
