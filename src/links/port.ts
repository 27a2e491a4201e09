// A link over anything that posts messages: a worker thread or its parent port, one end of a MessageChannel, a Web Worker.
// The port is started when its packets are subscribed to, so nothing that was posted earlier is lost.
import { Observable } from 'rxjs/internal/Observable';
import { closePorts } from '../lost-ports.ts';
import type { Link } from './link.ts';

/** The little of a MessagePort, a `Worker` or a worker's parent port that a link needs; each has more. */
export interface PortLike {
  postMessage(message: unknown, transfer?: never[]): void;
  addEventListener?(type: string, listener: (event: Event) => void): void;
  removeEventListener?(type: string, listener: (event: Event) => void): void;
  on?(type: string, listener: (value: unknown) => void): unknown;
  off?(type: string, listener: (value: unknown) => void): unknown;
  start?(): void;
  close?(): void;
  ref?(): void;
  unref?(): void;
}

/**
 * Makes a link over anything that posts messages: one end of a `MessageChannel`, a worker's parent port, a worker.
 *
 * @param port - The port, which is the link's alone from now on.
 * @param closing - What closes it, where that is more than `port.close()`.
 * @returns A link that starts the port when its packets are subscribed to; until then a `MessagePort` keeps what arrives.
 *
 * @remarks
 * Packets arrive once and in the order posted, as the port has it. The link completes when the port tells of its end (`close`);
 * the end of a port that tells nothing is not seen. It keeps the process alive after `hold(true)` only.
 *
 * @throws From `post`: the `DataCloneError` of structured clone for a packet that cannot be copied; a bus posts none.
 *
 * @example
 * ```ts
 * import { createBus, createPortLink, topic } from 'troupe';
 *
 * await using main = createBus({ name: 'main' });
 * await using annex = createBus(); // in a worker, as a rule, which was given `port2`
 * const { port1, port2 } = new MessageChannel();
 * const route = main.connect(createPortLink(port1), { node: 'annex@1', as: 'child' });
 * route.hold(); // the process lives while this link does
 * await annex.join(createPortLink(port2));
 *
 * const news = new Promise((resolve) => topic<string>('news', { bus: annex }).subscribe(resolve));
 * topic<string>('news', { bus: main }).next('Good morning');
 * console.log(await news);
 * ```
 */
export function createPortLink(port: PortLike, closing?: () => void): Link {
  let open = true;
  const packets = new Observable<unknown>((subscriber) => {
    const close = () => {
      open = false;
      subscriber.complete();
    };
    const remove = listen(port, (packet) => subscriber.next(packet), close);
    port.start?.();
    // listening holds the process; whoever has work over there says so by `hold`
    port.unref?.();
    return remove;
  });
  return {
    packets,
    post(packet, transfer = []) {
      // a list of ports is a transfer list everywhere, but each kind of port declares its own
      if (open) port.postMessage(packet, transfer as never[]);
      else closePorts(transfer);
    },
    close() {
      if (!open) return;
      open = false;
      if (closing) closing();
      else port.close?.();
    },
    hold(alive) {
      // a worker that is ending keeps the process until it has ended, and that is not ours to undo
      if (!open) return;
      if (alive) port.ref?.();
      else port.unref?.();
    },
  };
}

/** Node's emitters and the browser's event targets differ in two words. Node's own ports have both and `on` is the cheaper. */
function listen(port: PortLike, next: (packet: unknown) => void, close: () => void): () => void {
  if (port.on && port.off) {
    port.on('message', next);
    port.on('close', close);
    return () => {
      port.off?.('message', next);
      port.off?.('close', close);
    };
  }
  const onMessage = (event: Event) => next((event as Event & { readonly data: unknown }).data);
  port.addEventListener?.('message', onMessage);
  port.addEventListener?.('close', close);
  return () => {
    port.removeEventListener?.('message', onMessage);
    port.removeEventListener?.('close', close);
  };
}
