// The inspector's server as pages meet it, good ones and others: raw requests and sockets, and what is recorded told by a plain object.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { isTroupeError } from 'troupe';
import { createInspector } from 'troupe/inspector';
import { until } from 'troupe/testing';
import { describe, expect, it } from 'vitest';
import type { AnyEventObject } from 'xstate';
import {
  CLOSE_ENDED,
  CLOSE_MALFORMED,
  CLOSE_VERSION,
  MAX_FRAME_BYTES,
  SUBPROTOCOL,
} from '../dist/src/inspector/protocol.js';
import type { InspectorRecord, RecordingHeader } from '../dist/src/inspector/records.js';
import { refuseHost, refuseSocket } from '../dist/src/inspector/guard.js';
import { startServer } from '../dist/src/inspector/server.js';
import { showLive, showRecording } from '../dist/src/inspector/shows.js';
import { get, lookAt, openPage, portOf, tokenOf } from './support/inspecting-page.ts';
import { runProgram } from './support/programs.ts';

const header: RecordingHeader = { troupe: 'recording', version: 1, epoch: 0, node: 'main@1', title: 'a test' };
const letter = (at: number, reason = 'stopped'): InspectorRecord => ({
  type: 'dead-letter',
  at,
  reason,
  to: 'nobody',
  count: 1,
});
const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => letter(from + index));

/** A collector, as far as the server knows one. */
function createSource() {
  let take: ((records: readonly InspectorRecord[]) => void) | undefined;
  const sent: [actor: string, event: AnyEventObject][] = [];
  return {
    header,
    looks: 0,
    sent,
    get isRecorded() {
      return take !== undefined;
    },
    look(given: (records: readonly InspectorRecord[]) => void) {
      this.looks += 1;
      take = given;
      return () => void (take = undefined);
    },
    send(actor: string, event: AnyEventObject) {
      if (actor !== 'main/x:0') throw new Error(`There is no actor '${actor}'.`);
      sent.push([actor, event]);
    },
    tell: (records: readonly InspectorRecord[]) => take?.(records),
  };
}

async function serve(options: Parameters<typeof showLive>[1] & { readonly patience?: number } = {}) {
  const source = createSource();
  const show = showLive(source, { linger: 0, ...options });
  const told: string[] = [];
  const { patience = 10_000 } = options;
  const server = await startServer({ show, port: 0, patience, tell: (sentence) => told.push(sentence) });
  let looking = 0;
  server.pages.subscribe((count) => (looking = count));
  return {
    source,
    show,
    server,
    url: server.url,
    get looking() {
      return looking;
    },
    async [Symbol.asyncDispose]() {
      show.close();
      await server.close();
    },
  };
}

/** Sends bytes as they are; resolves with the answer when the server has closed. */
async function exchange(url: string, bytes: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: portOf(url) });
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.write(bytes);
  await once(socket, 'close');
  return text;
}

describe('the files of the page', () => {
  it.each([
    ['/', 'text/html'],
    ['/index.html', 'text/html'],
    ['/app.js', 'text/javascript'],
    ['/app.js?anything', 'text/javascript'],
    ['/layout.js', 'text/javascript'],
    ['/style.css', 'text/css'],
    ['/icon.svg', 'image/svg+xml'],
  ])('are served: %s is %s, and may load from nowhere else', async (path, type) => {
    await using served = await serve();
    const { status, headers, body } = await get(served.url, path);
    expect(status).toBe(200);
    expect(body).not.toBe('');
    expect(headers['content-type']).toContain(type);
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringMatching(/^default-src 'none'; .*frame-ancestors 'none'/) as string,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers['content-security-policy']).not.toContain('unsafe');
  });

  it.each(['/../package.json', '/%2e%2e/index.js', '//etc/passwd', '/page', '/constructor', '/app.js/', 'http://a/b'])(
    'are those of a fixed list: there is no %s',
    async (path) => {
      await using served = await serve();
      expect((await get(served.url, path)).status).toBe(404);
    },
  );

  it('have heads, and take nothing', async () => {
    await using served = await serve();
    expect(await get(served.url, '/', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
    const { status, headers, body } = await get(served.url, '/', { method: 'POST' });
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
    expect(body).toContain('Use GET.');
  });

  it('are served under the names of this machine alone', async () => {
    await using served = await serve();
    const port = portOf(served.url);
    for (const name of ['127.0.0.1', 'localhost', '[::1]', 'LocalHost'])
      expect((await get(served.url, '/', { host: `${name}:${port}` })).status).toBe(200);
    for (const host of [`evil.example:${port}`, 'localhost', `localhost:${port + 1}`, `127.0.0.1.nip.io:${port}`]) {
      const { status, body } = await get(served.url, '/', { host });
      expect(status).toBe(403);
      expect(body).toContain(`Open it at http://127.0.0.1:${port}/`);
    }
  });

  it('are served under those names without a port where it is the one of HTTP', () => {
    const origin = 'http://localhost';
    expect(refuseHost({ host: '127.0.0.1' }, 80)).toBeUndefined();
    const headers = { host: 'localhost', origin, 'sec-websocket-protocol': `${SUBPROTOCOL}, token.x` };
    expect(refuseSocket(headers, { port: 80, token: 'x' })).toBeUndefined();
    expect(refuseHost({ host: '127.0.0.1' }, 81)).toMatchObject({ status: 403 });
  });

  it.each([
    ['a request without a host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 403, 'the request names no host'],
    [
      'a handshake without a key',
      'GET / HTTP/1.1\r\nHost: HOST\r\nOrigin: http://HOST\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: troupe.inspector, token.TOKEN\r\n\r\n',
      400,
      'This is no handshake of a WebSocket: Missing or invalid Sec-WebSocket-Key header.',
    ],
  ])('are not for %s, which is told so under the same headers', async (_, request, status, why) => {
    await using served = await serve();
    const text = await exchange(
      served.url,
      request.replaceAll('HOST', new URL(served.url).host).replace('TOKEN', tokenOf(served.url)),
    );
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(text).toContain("content-security-policy: default-src 'none'");
    expect(text).toContain(why);
  });

  it.each(['', 'GET / HTTP/1.1\r\nHost: ', 'POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 9\r\n\r\nslow'])(
    'wait for no request that does not come to its end: %j',
    async (request) => {
      await using served = await serve({ patience: 100 });
      const answer = await exchange(served.url, request.replace('HOST', new URL(served.url).host));
      expect(answer).not.toContain('200 OK');
    },
  );

  it('are served on loopback alone', async () => {
    await using served = await serve();
    expect(new URL(served.url).hostname).toBe('127.0.0.1');
    const socket = connect({ host: '127.0.0.2', port: portOf(served.url) });
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });
});

describe('a socket', () => {
  it.each([
    ['without a token', { protocols: [SUBPROTOCOL] }, '401: The token is missing.'],
    ['with a wrong token', { protocols: [SUBPROTOCOL, 'token.guessed'] }, '401: The token is wrong.'],
    ['with an empty token', { protocols: [SUBPROTOCOL, 'token.'] }, '401: The token is wrong.'],
    ['of a foreign page', { origin: 'https://evil.example' }, "403: The page 'https://evil.example' may not look"],
    ['of a page from a file', { origin: 'null' }, "403: The page 'null' may not look"],
    ['of no page', { origin: '' }, '403: What names no origin may not look'],
    ['of another server of this machine', { origin: 'http://127.0.0.1:1' }, "403: The page 'http://127.0.0.1:1'"],
    ['to a name that points here', { host: 'evil.example' }, '403: This is the inspector of a program on your own'],
  ])('%s is refused before it is one, and told what to do', async (_, options, reason) => {
    await using served = await serve();
    await expect(openPage(served.url, options)).rejects.toThrow(reason);
    await expect(openPage(served.url, options)).rejects.toThrow(/Open (the address|it at)/);
    expect(served.source.looks).toBe(0);
  });

  it('that speaks something else is refused', async () => {
    await using served = await serve();
    const protocols = [`token.${tokenOf(served.url)}`];
    await expect(openPage(served.url, { protocols })).rejects.toThrow(
      `400: The subprotocol '${SUBPROTOCOL}' is missing.`,
    );
  });

  it('is not told the token back', async () => {
    await using served = await serve();
    using page = await openPage(served.url);
    expect(page.socket.protocol).toBe(SUBPROTOCOL);
  });

  it.each([
    ['what is not JSON', '{'],
    ['what is no object', '7'],
    ['a frame of no type', '{}'],
    ['a frame of an unknown type', '{"type":"stop"}'],
    ['a frame of a type that every object has', '{"type":"constructor"}'],
    ['a greeting without a version', '{"type":"hello"}'],
    ['a greeting with a place that is none', '{"type":"hello","version":1,"next":-1}'],
    ['bytes', Buffer.from('{"type":"hello","version":1}')],
    ['an event, where sending is not allowed', '{"type":"send","request":1,"actor":"main/x:0","event":{"type":"GO"}}'],
  ])('that brings %s is closed, and nothing else is', async (_, words) => {
    await using served = await serve();
    using good = await lookAt(served.url);
    using page = await openPage(served.url);
    page.say(words);
    expect(await page.closed).toBe(CLOSE_MALFORMED);
    expect(page.heard).toEqual([
      { type: 'refused', reason: expect.stringContaining('is no frame of this inspector') as string },
    ]);
    expect(served.source.sent).toEqual([]);
    served.source.tell([letter(1)]);
    await until(() => good.records.size === 1);
  });

  it('that brings too much is closed, and nothing else is', async () => {
    await using served = await serve();
    using good = await lookAt(served.url);
    using page = await openPage(served.url);
    page.say(' '.repeat(MAX_FRAME_BYTES + 1));
    expect(await page.closed).toBe(1009);
    served.source.tell([letter(1)]);
    await until(() => good.records.size === 1);
  });

  it.each([0, 2])('that speaks version %d is told, and closed', async (version) => {
    await using served = await serve();
    using page = await openPage(served.url);
    page.say(`{"type":"hello","version":${version},"next":"whatever that means there"}`);
    expect(await page.closed).toBe(CLOSE_VERSION);
    const reason = `The page speaks version ${version} and this program 1. Load the page anew.`;
    expect(page.heard).toEqual([{ type: 'refused', reason }]);
  });

  it('that greets twice, or not at all, is closed', async () => {
    await using served = await serve({ allowSend: true });
    using twice = await lookAt(served.url);
    twice.say({ type: 'hello', version: 1 });
    expect(await twice.closed).toBe(CLOSE_MALFORMED);
    using rude = await openPage(served.url);
    rude.say({ type: 'send', request: 1, actor: 'main/x:0', event: { type: 'GO' } });
    expect(await rude.closed).toBe(CLOSE_MALFORMED);
    expect(served.source.sent).toEqual([]);
    expect(served.looking).toBe(0);
  });
});

describe('a page that looks', () => {
  it('is welcome, and told where things stand and then what happens', async () => {
    await using served = await serve();
    using page = await lookAt(served.url);
    served.source.tell(numbered(0, 2));
    served.source.tell(numbered(2, 3));
    await until(() => page.records.size === 3);
    expect(page.heard).toEqual([
      { type: 'welcome', version: 1, session: served.show.session, header, allowSend: false },
      { type: 'base', records: [] },
      { type: 'records', first: 0, records: [] },
      { type: 'records', first: 0, records: numbered(0, 2) },
      { type: 'records', first: 2, records: numbered(2, 3) },
    ]);
  });

  it('is what has a recording made: there is none before, and one for all who look', async () => {
    await using served = await serve();
    expect([served.source.looks, served.looking]).toEqual([0, 0]);
    using silent = await openPage(served.url);
    expect(served.source.isRecorded).toBe(false);
    using first = await lookAt(served.url);
    served.source.tell(numbered(0, 5));
    using second = await lookAt(served.url);
    expect([served.source.looks, served.looking]).toEqual([1, 2]);
    served.source.tell(numbered(5, 6));
    await until(() => first.records.size === 6 && second.records.size === 6);
    expect([...second.records]).toEqual([...first.records]);
    await first.close();
    await until(() => served.looking === 1);
    expect(served.source.isRecorded).toBe(true);
    await second.close();
    await until(() => !served.source.isRecorded);
    expect(served.looking).toBe(0);
    await silent.close();
  });

  it('that is loaded anew within some seconds interrupts nothing', async () => {
    await using served = await serve({ linger: 60_000 });
    using first = await lookAt(served.url);
    await first.close();
    await until(() => served.looking === 0);
    served.source.tell(numbered(0, 3));
    using second = await lookAt(served.url);
    await until(() => second.records.size === 3);
    expect(served.source.looks).toBe(1);
  });

  it('that comes after the recording had ended finds what was recorded, and is told of the gap', async () => {
    await using served = await serve();
    using first = await lookAt(served.url);
    served.source.tell(numbered(0, 3));
    await until(() => first.records.size === 3);
    expect([...first.records.values()].map(({ type }) => type)).not.toContain('gap');
    await first.close();
    await until(() => !served.source.isRecorded);
    const ended = Date.now();
    served.source.tell([letter(99, 'which nobody saw')]);
    using second = await lookAt(served.url);
    expect(served.source.looks).toBe(2);
    served.source.tell(numbered(4, 5));
    await until(() => second.records.size === 5);
    const told = [...second.records.values()];
    expect([...told.slice(0, 3), ...told.slice(4)]).toEqual([...numbered(0, 3), ...numbered(4, 5)]);
    const gap = told[3];
    if (gap?.type !== 'gap') throw new Error('There should be a gap.');
    expect(gap.reason).toBe('not-recorded');
    expect(gap.since).toBeLessThanOrEqual(ended);
    expect(gap.at).toBeGreaterThanOrEqual(gap.since);
  });

  it('goes on where it was after its connection broke, without loss or repetition', async () => {
    await using served = await serve();
    using witness = await lookAt(served.url);
    using first = await lookAt(served.url);
    served.source.tell(numbered(0, 10));
    await until(() => first.records.size === 10);
    first.socket.terminate();
    served.source.tell(numbered(10, 20));
    using second = await lookAt(served.url, { session: served.show.session, next: 10 });
    served.source.tell(numbered(20, 30));
    await until(() => second.records.size === 20);
    expect(second.bases).toEqual([]);
    expect([...second.records.keys()]).toEqual(Array.from({ length: 20 }, (_, index) => 10 + index));
    expect([...second.records.values()]).toEqual(numbered(10, 30));
    await until(() => witness.records.size === 30);
  });

  it.each([
    ['of another run', { session: 'another', next: 5 }],
    ['that is ahead', { next: 5000 }],
    ['that was never told a number', {}],
  ])('begins anew if it comes with a place %s', async (_, { session, next }: { session?: string; next?: number }) => {
    await using served = await serve();
    using witness = await lookAt(served.url);
    served.source.tell(numbered(0, 10));
    await until(() => witness.records.size === 10);
    const hello = { session: session ?? served.show.session, ...(next === undefined ? {} : { next }) };
    using page = await lookAt(served.url, hello);
    await until(() => page.records.size === 10);
    expect(page.bases).toHaveLength(1);
  });

  it('begins anew if the records after its place are kept no longer, and is told of the gap', async () => {
    await using served = await serve({ limits: { records: 10, size: Infinity } });
    using first = await lookAt(served.url);
    served.source.tell(numbered(0, 5));
    await until(() => first.records.size === 5);
    await first.close();
    using _witness = await lookAt(served.url);
    served.source.tell(numbered(5, 100));
    using second = await lookAt(served.url, { session: served.show.session, next: 5 });
    await until(() => second.records.has(99));
    expect(second.bases).toEqual([[expect.objectContaining({ type: 'gap', reason: 'dropped' })]]);
    expect([...second.records.keys()][0]).toBe(served.show.journal.first);
  });

  it('that takes nothing in is sent a bounded amount ahead, and catches up when it does', async () => {
    await using served = await serve({ limits: { records: 20_000, size: Infinity } });
    using slow = await lookAt(served.url);
    using quick = await lookAt(served.url);
    await until(() => slow.bases.length === 1);
    slow.socket.pause();
    const reason = 'because '.repeat(100);
    const count = 30_000;
    for (let at = 0; at < count; at += 1000) {
      served.source.tell(numbered(at, at + 1000).map(() => letter(at, reason)));
      await until(() => quick.records.has(at + 999));
    }
    // 24 MB were told, and what was not taken in is not kept for it alone
    expect(slow.records.size).toBeLessThan(count / 2);
    slow.socket.resume();
    await until(() => slow.records.has(count - 1));
    expect(slow.records.size).toBeLessThan(count);
    expect(slow.bases).toHaveLength(2);
    expect(slow.bases[1]).toContainEqual(expect.objectContaining({ type: 'gap', reason: 'dropped' }));
    const keys = [...slow.records.keys()];
    const gaps = keys.filter((key, index) => index > 0 && key !== (keys[index - 1] as number) + 1);
    expect(gaps).toHaveLength(1);
    expect(quick.bases).toHaveLength(1);
  });

  it('is shown a recording like a program that runs', async () => {
    const records = numbered(0, 2500);
    const server = await startServer({ show: showRecording(header, records), port: 0, tell: () => {} });
    using page = await lookAt(server.url);
    await until(() => page.records.size === records.length);
    expect([...page.records.values()]).toEqual(records);
    await server.close();
  });
});

describe('sending an event', () => {
  it('is possible where it was allowed, and each is answered', async () => {
    await using served = await serve({ allowSend: true });
    using page = await lookAt(served.url);
    expect(await page.hear('welcome')).toMatchObject({ allowSend: true });
    page.say({ type: 'send', request: 7, actor: 'main/x:0', event: { type: 'HOLD_THIS' } });
    expect(await page.hear('sent')).toEqual({ type: 'sent', request: 7 });
    expect(served.source.sent).toEqual([['main/x:0', { type: 'HOLD_THIS' }]]);
    page.say({ type: 'send', request: 8, actor: 'main/x:9', event: { type: 'HOLD_THIS' } });
    await until(() => page.heard.length >= 5);
    expect(page.heard.at(-1)).toEqual({ type: 'sent', request: 8, error: "There is no actor 'main/x:9'." });
  });

  it.each([
    '{"type":"send","request":1,"actor":"main/x:0"}',
    '{"type":"send","request":1,"actor":"main/x:0","event":{}}',
    '{"type":"send","request":1,"actor":"main/x:0","event":["type"]}',
    '{"type":"send","request":1,"actor":0,"event":{"type":"GO"}}',
    '{"type":"send","actor":"main/x:0","event":{"type":"GO"}}',
  ])('must be one: %s is not', async (words) => {
    await using served = await serve({ allowSend: true });
    using page = await lookAt(served.url);
    page.say(words);
    expect(await page.closed).toBe(CLOSE_MALFORMED);
    expect(served.source.sent).toEqual([]);
  });
});

describe('the end of an inspector', () => {
  it('is told to pages after all that happened, and closes all', async () => {
    await using served = await serve();
    using page = await lookAt(served.url);
    using silent = await openPage(served.url);
    // more than is written ahead
    served.source.tell(numbered(0, 10_000).map(({ at }) => letter(at, 'because '.repeat(100))));
    await Promise.all([served.server.close(), served.server.close()]);
    expect(await page.closed).toBe(CLOSE_ENDED);
    expect(await silent.closed).toBe(CLOSE_ENDED);
    expect(page.records.size).toBe(10_000);
    expect(page.heard.at(-1)).toEqual({ type: 'ended' });
    await expect(openPage(served.url)).rejects.toThrow('ECONNREFUSED');
  });

  it('waits for no page that hangs', async () => {
    await using served = await serve();
    using page = await lookAt(served.url);
    page.socket.pause();
    using raw = Object.assign(connect({ host: '127.0.0.1', port: portOf(served.url) }), {
      [Symbol.dispose]: () => void raw.destroy(),
    });
    await once(raw, 'connect');
    await served.server.close();
    await expect(openPage(served.url)).rejects.toThrow('ECONNREFUSED');
  });

  it('is no need of a process: it ends with an inspector and its pages open', async () => {
    expect((await runProgram('is-inspected', 'open')).lines).toEqual(['looked at', 'ends']);
  });

  it('leaves nothing that keeps a process alive', async () => {
    expect((await runProgram('is-inspected', 'close')).lines).toEqual(['looked at', 'closed with 4000', 'ends']);
  });
});

describe('an inspector', () => {
  it('takes the next port if the one that it wants is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const told: string[] = [];
    const show = showRecording(header, []);
    const server = await startServer({ show, port, tell: (sentence) => told.push(sentence) });
    expect(portOf(server.url)).not.toBe(port);
    expect(told).toEqual([`Port ${port} is in use: the inspector has taken ${portOf(server.url)}.`]);
    await server.close();
    taken.close();
  });

  it('that finds no browser tells its address', async () => {
    const { lines } = await runProgram('is-inspected', 'no-browser');
    expect(lines).toEqual([
      expect.stringMatching(/^No browser could be opened\. Open http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{32} in one\.$/),
    ]);
  });

  it('has a token of its own each time, or the one that it is given', async () => {
    await using first = await createInspector({ port: 0, open: false });
    await using second = await createInspector({ port: 0, open: false });
    await using third = await createInspector({ port: 0, open: false, token: 'sixteen-letters-' });
    expect(tokenOf(first.url)).toMatch(/^[\w-]{32}$/);
    expect(tokenOf(second.url)).not.toBe(tokenOf(first.url));
    expect(tokenOf(third.url)).toBe('sixteen-letters-');
  });

  it('can be waited for until a page looks, and until none does', async () => {
    await using inspector = await createInspector({ port: 0, open: false });
    const looked = inspector.looked();
    using page = await lookAt(inspector.url);
    await looked;
    const over = new AbortController();
    const aborted = inspector.left({ signal: over.signal });
    over.abort(new Error('No more.'));
    await expect(aborted).rejects.toThrow('No more.');
    const left = inspector.left();
    await page.close();
    await left;
    const vain = inspector.looked();
    await inspector.close();
    await vain;
  });

  it.each([
    ['port', { port: -1 }, 'Cannot take -1 for port: it must be a whole number from 0 to 65535.'],
    ['port', { port: 80.5 }, 'Cannot take 80.5 for port: it must be a whole number from 0 to 65535.'],
    ['open', { open: 'yes' }, "Cannot take 'yes' for open: it must be true or false."],
    ['allowSend', { allowSend: 1 }, 'Cannot take 1 for allowSend: it must be true or false.'],
    ['redact', { redact: /key/ }, 'Cannot take [object RegExp] for redact: it must be a function that takes a key.'],
    ['title', { title: 7 }, 'Cannot take 7 for title: it must be a text.'],
    ['history', { history: 10 }, 'Cannot take 10 for history: it must be a whole number from 1000 up.'],
    [
      'token',
      { token: 'secret' },
      "Cannot take 'what was given' for token: it must be at least 16 letters, digits, - or _.",
    ],
  ])('refuses %s as %j', async (option, options, text) => {
    const error: unknown = await createInspector(options as never).catch((reason: unknown) => reason);
    if (!isTroupeError(error, 'INVALID_ARGUMENT')) throw error;
    expect(error.message).toBe(`${text} Leave it out for the default.`);
    expect(error.details).toMatchObject({ option });
  });

  it('refuses an option of a name that it does not know', async () => {
    await expect(createInspector(4477 as never)).rejects.toThrow(
      'Cannot take 4477 for options: they must be an object. Its names may be port, open,',
    );
    const made = createInspector({ allowsend: true } as never);
    await expect(made).rejects.toThrow(
      "Cannot take the option 'allowsend': there is none of that name. The options are port, open, allowSend, redact, title, history, token.",
    );
  });
});
