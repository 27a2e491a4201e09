// Moves and zooms what is larger than its place. Until somebody moves it, it is fitted, and fitted again whenever the place changes. What has no room when it is as small
// as can be read is shown in part: it goes to what is to be looked at, no further than it must.
import { useEffect, useRef, useState } from 'preact/hooks';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Pan {
  /** The place. */
  readonly ref: (element: HTMLDivElement | null) => void;
  /** For the sheet that lies in it. */
  readonly style: { readonly transform: string };
  /** Whether it is fitted; what nobody moved by hand may go gently. */
  readonly isFitted: boolean;
  readonly scale: number;
  zoom(factor: number): void;
  fit(): void;
}

export interface Rectangle extends Size {
  readonly x: number;
  readonly y: number;
}

interface Place {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

const [SMALLEST, LARGEST] = [0.1, 4];
const READABLE = 0.75;
/** What is looked at is no nearer to the edge of its place. */
const AROUND = 12;
/** The buttons stand above what is fitted. */
const BAR = 38;
const STEP = 1.25;
const NUDGE = 60;

/** @param focus - What to show of content that has no room even when it is small. */
export function usePan(content: Size | undefined, focus?: Rectangle): Pan {
  const [element, ref] = useState<HTMLDivElement | null>(null);
  const [room, setRoom] = useState<Size>({ width: 0, height: 0 });
  // where the user put it; not in effect for other content
  const [put, setPut] = useState<{ readonly content: Size; readonly place: Place }>();
  const isFitted = put === undefined || put.content !== content;
  const before = useRef<{ readonly content: Size | undefined; readonly room: Size; readonly place: Place }>(undefined);
  const isSame = before.current?.content === content && before.current?.room === room;
  const place = isFitted ? fitted(content, room, focus, isSame ? before.current?.place : undefined) : put.place;
  before.current = { content, room, place };
  const now = useRef(place);
  now.current = place;

  const move = (next: Place) => {
    if (content) setPut({ content, place: next });
  };
  const zoomAt = (factor: number, x: number, y: number) => {
    const { scale, x: left, y: top } = now.current;
    const next = Math.min(LARGEST, Math.max(SMALLEST, scale * factor));
    const change = next / scale;
    move({ scale: next, x: x - (x - left) * change, y: y - (y - top) * change });
  };
  const zoom = (factor: number) => zoomAt(factor, room.width / 2, room.height / 2);
  const shift = (x: number, y: number) => move({ ...now.current, x: now.current.x + x, y: now.current.y + y });
  const fit = () => setPut(undefined);

  useEffect(() => {
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setRoom({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);

  useEffect(() => {
    if (!element) return undefined;
    const left = new AbortController();
    const listen = <TName extends keyof HTMLElementEventMap>(
      name: TName,
      listener: (event: HTMLElementEventMap[TName]) => void,
    ) => element.addEventListener(name, listener, { signal: left.signal, passive: false });

    listen('wheel', (event) => {
      event.preventDefault();
      const { left: x, top: y } = element.getBoundingClientRect();
      // a pinch on a touch pad comes as a wheel with the control key
      if (event.ctrlKey || event.metaKey) zoomAt(Math.exp(-event.deltaY / 300), event.clientX - x, event.clientY - y);
      else shift(-event.deltaX, -event.deltaY);
    });
    listen('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const task = keys(event.key);
      if (!task) return;
      event.preventDefault();
      event.stopPropagation(); // the page's own keys are for when nothing else has them
      task();
    });
    listen('pointerdown', (event) => {
      if (event.button === 0) element.setPointerCapture(event.pointerId);
    });
    listen('pointermove', (event) => {
      if (element.hasPointerCapture(event.pointerId)) shift(event.movementX, event.movementY);
    });
    return () => left.abort();
  });

  function keys(key: string): (() => void) | undefined {
    switch (key) {
      case 'ArrowLeft':
        return () => shift(NUDGE, 0);
      case 'ArrowRight':
        return () => shift(-NUDGE, 0);
      case 'ArrowUp':
        return () => shift(0, NUDGE);
      case 'ArrowDown':
        return () => shift(0, -NUDGE);
      case '+':
      case '=':
        return () => zoom(STEP);
      case '-':
        return () => zoom(1 / STEP);
      case '0':
        return fit;
      default:
        return undefined;
    }
  }

  const { scale, x, y } = place;
  return { ref, style: { transform: `translate(${x}px, ${y}px) scale(${scale})` }, isFitted, scale, zoom, fit };
}

export function ZoomButtons({ pan }: { pan: Pan }) {
  return (
    <>
      <button type="button" class="chart-button" aria-label="Zoom out" onClick={() => pan.zoom(1 / STEP)}>
        −
      </button>
      <button type="button" class="chart-button chart-scale" title="Fit the chart" onClick={pan.fit}>
        {Math.round(pan.scale * 100)}%
      </button>
      <button type="button" class="chart-button" aria-label="Zoom in" onClick={() => pan.zoom(STEP)}>
        +
      </button>
    </>
  );
}

/** In the middle, as large as it is unless it has no room, and never so small that nobody could read it. */
function fitted(content: Size | undefined, room: Size, focus: Rectangle | undefined, before: Place | undefined): Place {
  if (!content || room.width === 0 || room.height === 0) return { scale: 1, x: 0, y: 0 };
  const height = room.height - BAR;
  const whole = Math.min(1, room.width / content.width, height / content.height);
  const scale = Math.max(READABLE, whole);
  const { x, y, width, height: high } = focus ?? { x: 0, y: 0, width: 0, height: 0 };
  const from = before?.scale === scale ? before : undefined;
  return {
    scale,
    x: along(room.width, content.width * scale, x * scale, width * scale, from?.x),
    y: BAR + along(height, content.height * scale, y * scale, high * scale, from && from.y - BAR),
  };
}

/** Where content begins: in the middle of its room if it fits, else where it began before if one part of it is in view then, else so that this part is in the middle. */
function along(room: number, content: number, part: number, length: number, before: number | undefined): number {
  if (content <= room) return (room - content) / 2;
  if (before !== undefined && before + part >= AROUND && before + part + length <= room - AROUND) return before;
  return Math.min(0, Math.max(room - content, (room - length) / 2 - part));
}
