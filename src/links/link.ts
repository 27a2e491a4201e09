// What a carrier must be: the smallest interface that works. A link carries packets both ways, in order; it knows nothing of actors.
import type { MessagePort } from 'node:worker_threads';
import type { Observable } from 'rxjs/internal/Observable';
import type { Packet } from '../wire.ts';

/**
 * A two-way, ordered carrier of packets between two nodes.
 *
 * @remarks
 * A packet that was posted arrives once, after those posted before it, or the link ends. Nothing arrives before `packets` is
 * subscribed to, which happens once. `packets` completes when the link was closed, on whichever side, and errors when it broke.
 * What arrives is unknown until the bus has read it.
 */
export interface Link {
  /** What the other side posts, in order. It completes when the link was closed and errors with the reason when it broke. */
  readonly packets: Observable<unknown>;
  /** Posts a packet; `transfer` lists the ports in it that move to the other side. After the end it only closes these. */
  post(packet: Packet, transfer?: readonly MessagePort[]): void;
  /**
   * Whether a packet is handled before `post` returns; then the bus posts each frame at once.
   *
   * @internal
   */
  readonly immediate?: boolean;
  /**
   * Whether the bus posts each frame at once, in a packet of its own.
   *
   * @internal
   */
  readonly prompt?: boolean;
  /**
   * Whether packets may be lost, come twice or out of order without a word; then the bus asks after those that are not answered.
   *
   * @defaultValue false
   */
  readonly lossy?: boolean;
  /**
   * Whether a thread is at the other end, which has this link alone to the one that started it.
   *
   * @internal
   */
  readonly thread?: boolean;
  /** Ends the link on both sides. What was posted before still arrives. */
  close(): void;
  /**
   * Ends the link as if the other side had crashed: nothing more arrives, and `packets` errors, with `error` where the link knows no reason of its own.
   *
   * @internal
   */
  abort?(error: Error): void;
  /** Whether this link keeps the process alive; at first it does not. After the end it does nothing. */
  hold(alive: boolean): void;
}
