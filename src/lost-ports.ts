// Ports that go nowhere. Whoever has the other end of one takes it for a link, and what is sent there would wait for an answer for ever: a port that
// nobody takes has to be closed by whoever lets it fall.
import type { MessagePort } from 'node:worker_threads';

export function closePorts(ports: readonly MessagePort[]): void {
  for (const port of ports) port.close();
}

/** Closes the ports in a packet that is not read. */
export function closePortsIn(packet: unknown): void {
  const { frames } = (typeof packet === 'object' && packet !== null ? packet : {}) as { readonly frames?: unknown };
  if (!Array.isArray(frames)) return;
  for (const frame of frames as unknown[]) {
    const { port } = (typeof frame === 'object' && frame !== null ? frame : {}) as { readonly port?: MessagePort };
    port?.close?.();
  }
}
