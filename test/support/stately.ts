// The ways by which messages of Stately's inspectors come to their page, each with the real package at both ends and nothing of the network: a window is played by two
// event targets, and its relay by a socket on this machine.
import {
  createBrowserInspector,
  createBrowserReceiver,
  createInspector,
  createWebSocketInspector,
  createWebSocketReceiver,
  type StatelyInspectionEvent,
} from '@statelyai/inspect';
import { onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { Observer, InspectionEvent } from 'xstate';
import { statelyAdapter } from 'troupe/inspector';
import { until } from './observing.ts';

/** Somebody who inspects, and what came to the page. */
export interface Inspecting {
  readonly inspect: Observer<InspectionEvent> | ((event: InspectionEvent) => void);
  readonly events: readonly StatelyInspectionEvent[];
}

export interface Way {
  readonly by: string;
  open(): Promise<Inspecting>;
}

/** Its own `inspect`, whichever way the messages take. */
export const plainWays: readonly Way[] = [
  {
    by: 'its inspector with a bare adapter',
    async open() {
      const events: StatelyInspectionEvent[] = [];
      const { inspect } = createInspector({ send: (event) => void events.push(event) });
      return { inspect, events };
    },
  },
  {
    by: 'its browser inspector',
    async open() {
      const { inspector, events } = openWindow();
      return { inspect: inspector.inspect, events };
    },
  },
  {
    by: 'its WebSocket inspector',
    async open() {
      const { inspector, events } = await openSocket();
      return { inspect: inspector.inspect, events };
    },
  },
];

/** The same with the messages of troupe's adapter. */
export const adapterWays: readonly Way[] = [
  {
    by: 'statelyAdapter',
    async open() {
      const events: StatelyInspectionEvent[] = [];
      return { inspect: statelyAdapter({ send: (message) => void events.push(message) }).inspect, events };
    },
  },
  {
    by: 'statelyAdapter and its browser inspector',
    async open() {
      const { inspector, events } = openWindow();
      return { inspect: statelyAdapter({ send: (message) => inspector.adapter.send(message) }).inspect, events };
    },
  },
  {
    by: 'statelyAdapter and its WebSocket inspector',
    async open() {
      const { inspector, events } = await openSocket();
      return { inspect: statelyAdapter({ send: (message) => inspector.adapter.send(message) }).inspect, events };
    },
  },
];

function openWindow() {
  const events: StatelyInspectionEvent[] = [];
  const opened: string[] = [];
  const page = createWindow();
  const opener = createWindow((address) => {
    opened.push(address);
    page.opener = opener;
    return page;
  });
  const inspector = createBrowserInspector({ window: opener });
  createBrowserReceiver({ window: page }).subscribe((event) => void events.push(event));
  onTestFinished(() => inspector.stop());
  if (opened[0] !== 'https://stately.ai/inspect') throw new Error(`it opened ${String(opened[0])}`);
  return { inspector, events };
}

/** As much of a window as two that know each other need: what is posted comes later, and as a copy. */
interface FakeWindow {
  readonly self: FakeWindow;
  readonly top: FakeWindow;
  opener?: FakeWindow;
  open(address: string): FakeWindow | null;
  addEventListener(type: string, listener: (event: Event) => void): void;
  postMessage(data: unknown): void;
}

function createWindow(open: (address: string) => FakeWindow | null = () => null): FakeWindow {
  const target = new EventTarget();
  const it: Omit<FakeWindow, 'self' | 'top'> = {
    open,
    addEventListener: (type, listener) => target.addEventListener(type, listener),
    postMessage(data) {
      const copy: unknown = structuredClone(data);
      setImmediate(() => target.dispatchEvent(new MessageEvent('message', { data: copy })));
    },
  };
  const window = it as { self: FakeWindow; top: FakeWindow } & FakeWindow;
  window.self = window;
  window.top = window;
  return window;
}

/** A relay gives what one socket says to the others, as that of the package does. */
async function openSocket() {
  const events: StatelyInspectionEvent[] = [];
  const relay = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => {
    for (const client of relay.clients) client.terminate();
    relay.close();
  });
  relay.on('connection', (socket) =>
    socket.on('message', (data, binary) => {
      for (const client of relay.clients)
        if (client !== socket && client.readyState === WebSocket.OPEN) client.send(data, { binary });
    }),
  );
  await until('the relay listens', () => relay.address() !== null);
  const url = `ws://127.0.0.1:${(relay.address() as { readonly port: number }).port}`;
  createWebSocketReceiver({ server: url }).subscribe((event) => void events.push(event));
  await until('the page is there', () => relay.clients.size === 1);
  const inspector = createWebSocketInspector({ url });
  onTestFinished(() => inspector.stop());
  return { inspector, events };
}
