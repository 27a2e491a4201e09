// From frames to packets and back. Outgoing frames of one tick share a packet, which is posted when the tick ends or holds 128
// events: one post a frame is what makes threads slow. A run of plain events for one actor, or of plain steps
// of one, becomes a single frame.
// Text is preferred; a packet becomes an object only if one of its frames holds binary data, shared memory or a port.
import type { MessagePort } from 'node:worker_threads';
import type { Encoded } from './codec.ts';
import { runSoon } from './platform.ts';
import type { Outgoing, Output, Packet, Progress } from './wire.ts';

const EVENTS_PER_PACKET = 128;

export interface Outbox {
  /** Adds a frame; `ports` are those in it that move to the other side. */
  push(frame: Outgoing, ports?: readonly MessagePort[]): void;
  /** Posts what waits, now; and if that is nothing, a packet without frames where one is wished for. */
  flush(options?: { readonly evenEmpty?: boolean }): void;
  /** The number of the next frame that is posted. */
  readonly next: number;
}

export interface OutboxOptions {
  /** Posts a packet whose frames are numbered below `next`. */
  post(packet: Packet, transfer: readonly MessagePort[], next: number): void;
  /** What the packet that is posted now, with frames or without, tells of the frames of the other side. */
  progress(isEmpty: boolean): Progress;
  /** Posts each frame by itself and at once. */
  readonly immediate: boolean;
}

/** Collects frames and posts them as numbered packets, in the order pushed. */
export function createOutbox({ post, progress, immediate }: OutboxOptions): Outbox {
  let seq = 0;
  let frames: unknown[] = [];
  let ports: MessagePort[] = [];
  let text = true;
  let events = 0;
  // the run of plain events or steps that is still growing; it becomes a frame when anything else follows
  let runOf: 'events' | 'steps' | undefined;
  let runTo = '';
  let run: string[] = [];
  let scheduled = false;

  const endRun = () => {
    if (runOf === undefined) return;
    frames.push(`{"type":"${runOf}","to":${JSON.stringify(runTo)},"${runOf}":[${run.join(',')}]}`);
    runOf = undefined;
  };
  const flush = ({ evenEmpty = false } = {}) => {
    endRun();
    if (frames.length === 0 && !evenEmpty) return;
    const told = progress(frames.length === 0);
    const packet: Packet = text
      ? `{"seq":${seq},${writeProgress(told)},"frames":[${frames.join(',')}]}`
      : { seq, ...told, frames };
    const transfer = ports;
    seq += frames.length;
    frames = [];
    ports = [];
    text = true;
    events = 0;
    post(packet, transfer, seq);
  };
  const atTickEnd = () => {
    scheduled = false;
    flush();
  };

  return {
    push(frame, moving) {
      if (!scheduled && !immediate) {
        scheduled = true;
        runSoon(atTickEnd);
      }
      events += 1;
      const kind = runKind(frame);
      if (kind) {
        const { to, body } = frame as { readonly to: string; readonly body: string };
        // joined at the end: a string that grows by concatenation has to be flattened, which costs more
        if (runOf === kind && runTo === to) run.push(body);
        else {
          endRun();
          runOf = kind;
          runTo = to;
          run = [body];
        }
      } else {
        endRun();
        const written = writeFrame(frame);
        frames.push(written);
        if (typeof written !== 'string') text = false;
        if (moving) ports.push(...moving);
      }
      if (immediate || events >= EVENTS_PER_PACKET) flush();
    },
    flush,
    get next() {
      return seq;
    },
  };
}

/** As JSON text without its braces. */
function writeProgress(progress: Progress): string {
  const { done, lost, heard, held, ask } = progress;
  // mostly there is nothing else to tell
  return lost || heard || held || ask ? JSON.stringify(progress).slice(1, -1) : `"done":${done}`;
}

/** Which run a frame can be part of: it has a plain body, and nothing else to tell. */
function runKind(frame: Outgoing): 'events' | 'steps' | undefined {
  if (frame.type === 'event')
    return typeof frame.body === 'string' && !frame.seen && frame.left === undefined ? 'events' : undefined;
  if (frame.type !== 'step' || typeof frame.body !== 'string') return undefined;
  return frame.out.length === 0 && !frame.merged ? 'steps' : undefined;
}

/** A frame as JSON text, or as an object where only structured clone can carry it. */
function writeFrame(frame: Outgoing): string | object {
  if (frame.type === 'step') {
    const { to, out, merged, body } = frame;
    const head = `{"type":"step","to":${JSON.stringify(to)}${merged ? ',"merged":true' : ''}`;
    if (out.length === 0) return write(head, body);
    const written = out.map(writeOutput);
    return written.every((each) => typeof each === 'string')
      ? write(`${head},"out":[${written.join(',')}]`, body)
      : { ...readable(write(head, body)), out: written.map(readable) };
  }
  if (frame.type === 'introduction' || (frame.type === 'hello' && frame.greeting !== undefined)) return frame;
  if ('body' in frame) {
    const { body, ...head } = frame;
    return write(JSON.stringify(head).slice(0, -1), body);
  }
  return JSON.stringify(frame);
}

function writeOutput(output: Output<Encoded>): string | object {
  const to = output.type === 'send' ? `,"to":${JSON.stringify(output.to)}` : '';
  const seen = 'seen' in output && output.seen ? `,"seen":${JSON.stringify(output.seen)}` : '';
  return write(`{"type":"${output.type}"${to}${seen}`, output.body);
}

/** A frame from its beginning, which lacks the last brace, and its value. */
function write(start: string, body: Encoded | undefined): string | object {
  if (body === undefined) return `${start}}`;
  if (typeof body === 'string') return `${start},"body":${body}}`;
  if (body.raw) return { ...readable(`${start}}`), tagged: body.tree };
  return `${start},"tagged":${JSON.stringify(body.tree)}}`;
}

function readable(frame: string | object): object {
  return typeof frame === 'string' ? (JSON.parse(frame) as object) : frame;
}
