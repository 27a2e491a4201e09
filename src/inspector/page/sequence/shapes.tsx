// The shapes of the sequence diagram as SVG. Colours are the nodes', set through the style property, which the page's policy allows.
import type { CSSProperties } from 'preact';
import { nodeColour, nodeGround } from '../colours.ts';
import { MIDDLE, ROW, type BandShape, type BarShape, type MarkShape, type MessageShape } from './drawing.ts';
import type { Group, Lane } from './lanes.ts';

export function Column({
  group,
  height,
  top,
}: {
  readonly group: Group;
  readonly height: number;
  readonly top: number;
}) {
  const style: CSSProperties = { fill: nodeGround(group.node) };
  return <rect class="sequence-column" x={group.x} y={top} width={group.width} height={height} style={style} />;
}

export function Lifeline(props: {
  readonly lane: Lane;
  readonly from: number;
  readonly to: number;
  readonly lit: boolean;
}) {
  const { lane, from, to, lit } = props;
  return (
    <line
      class={`sequence-lifeline${lit ? ' is-lit' : ''}${lane.kind === 'actor' ? '' : ` is-${lane.kind}`}`}
      x1={lane.x}
      x2={lane.x}
      y1={from}
      y2={to}
    />
  );
}

export function Bar({ bar }: { readonly bar: BarShape }) {
  const style: CSSProperties = { stroke: nodeColour(bar.node), fill: nodeGround(bar.node) };
  return <rect class="sequence-bar" x={bar.x - 3} y={bar.y} width={6} height={bar.height} rx={1.5} style={style} />;
}

/** The arrow. Labels are drawn after all arrows, so that none strikes through them. */
export function Arrow({ shape, lit }: { readonly shape: MessageShape; readonly lit: boolean }) {
  const { form, message, node } = shape;
  const style: CSSProperties = lit ? {} : { color: form === 'lost' ? 'var(--bad)' : nodeColour(node) };
  const line = lineOf(shape);
  return (
    <g class={`sequence-message is-${form}${lit ? ' is-lit' : ''}`} data-message={message.number} style={style}>
      <path class="sequence-touch" d={line} />
      <path class="sequence-line" d={line} />
      <Tip shape={shape} />
    </g>
  );
}

export function Label({ shape, lit }: { readonly shape: MessageShape; readonly lit: boolean }) {
  const { message, label, latency, labelX, labelY, anchor } = shape;
  const width = widthOf(label, lit ? 1.08 : 1) + (latency === '' ? 0 : widthOf(`  ${latency}`));
  return (
    <g class="sequence-labelled" data-message={message.number}>
      <Ground x={labelX} y={labelY} width={width} anchor={anchor} />
      <text class={`sequence-label${lit ? ' is-lit' : ''}`} x={labelX} y={labelY} text-anchor={anchor}>
        {label}
        {latency !== '' && (
          <tspan class={`sequence-latency${message.received === undefined ? ' is-bad' : ''}`}>{`  ${latency}`}</tspan>
        )}
      </text>
    </g>
  );
}

export function Mark({ mark }: { readonly mark: MarkShape }) {
  const { kind, x, y, text, anchor } = mark;
  const textX = x + (anchor === 'start' ? 1 : -1) * (kind === 'led' || kind === 'state' ? 9 : 11);
  return (
    <g class={`sequence-mark is-${kind}`}>
      <Ground x={textX} y={y + 1.5} width={widthOf(text, 10.5 / 11)} anchor={anchor} />
      <Sign kind={kind} x={x} y={y} />
      <text x={textX} y={y + 1.5} text-anchor={anchor}>
        {text}
      </text>
    </g>
  );
}

export function Band({ band }: { readonly band: BandShape }) {
  const { kind, x, y, width, text, textX, anchor } = band;
  return (
    <g class={`sequence-band is-${kind}`}>
      <rect x={x} y={y - MIDDLE + 1} width={width} height={ROW - 2} rx={3} />
      <text x={textX} y={y} text-anchor={anchor}>
        {text}
      </text>
    </g>
  );
}

function Sign({ kind, x, y }: { readonly kind: MarkShape['kind']; readonly x: number; readonly y: number }) {
  switch (kind) {
    case 'led':
      return null;
    case 'state':
      return <circle class="sequence-sign" cx={x} cy={y} r={2.5} />;
    case 'started':
      return <circle class="sequence-sign" cx={x} cy={y} r={4} />;
    case 'restart':
      return <path class="sequence-sign" d={`M${x + 4},${y - 3}A5,5 0 1 0 ${x + 5},${y + 1}M${x + 5},${y - 6}v4h-4`} />;
    case 'failed':
    case 'lost':
      return <path class="sequence-sign" d={crossAt(x, y, 4)} />;
    default:
      return <path class="sequence-sign" d={`M${x - 5},${y}h10`} />;
  }
}

/** Behind a text, so that no line strikes through it. */
function Ground(props: {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly anchor: 'start' | 'end';
}) {
  const { x, y, width, anchor } = props;
  return (
    <rect
      class="sequence-ground"
      x={anchor === 'start' ? x - 3 : x - width - 3}
      y={y - 11}
      width={width + 6}
      height={14.5}
      rx={2}
    />
  );
}

let pen: CanvasRenderingContext2D | null | undefined;

/** How wide a text of the diagram is. Nothing is laid out for that. */
function widthOf(text: string, factor = 1): number {
  if (pen === undefined) {
    pen = document.createElement('canvas').getContext('2d');
    if (pen) pen.font = `11px ${getComputedStyle(document.body).fontFamily}`;
  }
  return (pen?.measureText(text).width ?? text.length * 6.2) * factor;
}

/** What is at the end of an arrow: a head, a dot while it waits, a cross if it is lost, nothing where it goes on below. */
function Tip({ shape }: { readonly shape: MessageShape }) {
  const { form, x1, y1, x2, y2, loop } = shape;
  if (form === 'start') return null;
  if (form === 'waiting') return <circle class="sequence-dot" cx={x2} cy={y2} r={3} />;
  if (loop !== 0 && form === 'lost') return <path class="sequence-cross" d={crossAt(x2 + loop * 10, y2, 4)} />;
  if (form === 'lost') return <path class="sequence-cross" d={crossAt(x2 - Math.sign(x2 - x1) * 9, y2 - 1, 4)} />;
  return <path class="sequence-head" d={headOf(loop !== 0 ? x2 + loop * 12 : x1, loop !== 0 ? y2 : y1, x2, y2)} />;
}

function lineOf({ form, loop, x1, y1, x2, y2 }: MessageShape): string {
  if (loop === 0 || (form !== 'whole' && form !== 'lost')) return `M${x1},${y1}L${x2},${y2}`;
  const low = Math.max(y1 + 8, y2 - 8);
  return `M${x1},${y1}h${14 * loop}q${8 * loop},0 ${8 * loop},8V${low}q0,8 ${-8 * loop},8h${-14 * loop}`;
}

function headOf(x1: number, y1: number, x2: number, y2: number): string {
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const at = (turn: number, length: number) =>
    `${(x2 - length * Math.cos(angle + turn)).toFixed(1)},${(y2 - length * Math.sin(angle + turn)).toFixed(1)}`;
  return `M${x2},${y2}L${at(0.38, 9)}L${at(-0.38, 9)}Z`;
}

function crossAt(x: number, y: number, size: number): string {
  return `M${x - size},${y - size}l${size * 2},${size * 2}m0,${-size * 2}l${-size * 2},${size * 2}`;
}
