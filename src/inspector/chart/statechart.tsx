// A statechart as SVG, the same for the page and for a file. What is active and what was just taken only changes classes, so that nothing moves.
import type { TakenTransition, TransitionDefinition } from '../records.ts';
import { isTaken } from './taken.ts';
import type { DrawnBox, DrawnLine, DrawnRow, Drawing } from './drawing.ts';

export interface StatechartProps {
  readonly drawing: Drawing;
  /** The ids of the states that are active. */
  readonly active?: ReadonlySet<string>;
  /** What the last step took. */
  readonly lit?: readonly TakenTransition[];
}

export function Statechart({ drawing, active = NONE, lit = [] }: StatechartProps) {
  const { title, text, width, height, boxes, lines, dots } = drawing;
  const name = describe(title, boxes, active);
  const isLit = (transition: TransitionDefinition) => lit.some((taken) => isTaken(taken, transition));
  const litLine = (line: DrawnLine) => line.transitions.some(isLit);
  // what is lit lies over what is not
  const ordered = lines.toSorted((left, right) => Number(litLine(left)) - Number(litLine(right)));
  return (
    <svg
      class="chart"
      role="img"
      aria-label={name}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      xmlns="http://www.w3.org/2000/svg"
    >
      <title>{name}</title>
      <desc>{text}</desc>
      {boxes.map((box) => (
        <Box key={box.state} box={box} active={active.has(box.state)} isLit={isLit} />
      ))}
      {ordered.map((line) => (
        <g key={line.path} class={`chart-line chart-${line.kind}${litLine(line) ? ' chart-lit' : ''}`}>
          <path class="chart-path" d={line.path} />
          <path class="chart-head" d={line.head} />
        </g>
      ))}
      {dots.map(({ x, y }) => (
        <circle key={`${x} ${y}`} class="chart-dot" cx={x} cy={y} r={5} />
      ))}
      {ordered.map((line) =>
        line.label ? (
          <Label key={line.path} label={line.label} inward={line.inward} lit={litLine(line)} isLit={isLit} />
        ) : null,
      )}
    </svg>
  );
}

const NONE: ReadonlySet<string> = new Set();

type IsLit = (transition: TransitionDefinition) => boolean;

function Box({ box, active, isLit }: { box: DrawnBox; active: boolean; isLit: IsLit }) {
  const { type, x, y, width, height, title, rows, isGroup, isRegion, deep, about } = box;
  const name = `chart-box chart-${type}${isGroup ? ' chart-group' : ''}${isRegion ? ' chart-region' : ''}${active ? ' chart-active' : ''}${box.depth % 2 ? ' chart-odd' : ''}`;
  if (type === 'history') {
    return (
      <g class={name} data-state={box.state}>
        <title>{about}</title>
        <circle class="chart-frame" cx={x + width / 2} cy={y + height / 2} r={width / 2} />
        <text class="chart-letter" x={x + width / 2} y={y + height / 2 + 4.5}>
          {deep ? 'H*' : 'H'}
        </text>
      </g>
    );
  }
  const isHeaded = isGroup || rows.length > 0;
  return (
    <g class={name} data-state={box.state}>
      <title>{about}</title>
      <rect class="chart-frame" x={x} y={y} width={width} height={height} rx={isGroup ? 10 : 8} />
      {type === 'final' ? (
        <rect class="chart-inner" x={x + 4} y={y + 4} width={width - 8} height={height - 8} rx={5} />
      ) : null}
      <text
        class={`chart-title${isGroup ? '' : ' chart-centred'}`}
        x={isGroup ? x + 12 : x + width / 2}
        y={isHeaded ? y + 20 : y + height / 2 + 4.5}
      >
        {title}
      </text>
      {rows.length > 0 ? <path class="chart-rule" d={`M${x} ${y + 30}h${width}`} /> : null}
      {rows.map((row) => (
        <Row key={row.y} row={row} isLit={isLit} />
      ))}
    </g>
  );
}

interface LabelProps {
  readonly label: NonNullable<DrawnLine['label']>;
  readonly inward: boolean;
  readonly lit: boolean;
  readonly isLit: IsLit;
}

function Label({ label, inward, lit, isLit }: LabelProps) {
  const { x, y, width, height, rows } = label;
  return (
    <g class={`chart-label${inward ? ' chart-inward' : ''}${lit ? ' chart-lit' : ''}`}>
      <rect class="chart-plate" x={x} y={y} width={width} height={height} rx={4} />
      {rows.map((row) => (
        <Row key={row.y} row={row} isLit={isLit} />
      ))}
    </g>
  );
}

function Row({ row, isLit }: { row: DrawnRow; isLit: IsLit }) {
  const { x, y, spans, title, transition } = row;
  return (
    <text class={`chart-row${transition && isLit(transition) ? ' chart-lit' : ''}`} x={x} y={y}>
      {title === undefined ? null : <title>{title}</title>}
      {spans.map(({ voice, text }) => (
        <tspan key={text} class={`chart-${voice}`}>
          {text}
        </tspan>
      ))}
    </text>
  );
}

function describe(title: string, boxes: readonly DrawnBox[], active: ReadonlySet<string>): string {
  const now = boxes.filter(({ state, isGroup }) => active.has(state) && !isGroup).map((box) => box.title);
  return `Statechart of ${title}${now.length > 0 ? `, now in ${now.join(' and ')}` : ''}`;
}
