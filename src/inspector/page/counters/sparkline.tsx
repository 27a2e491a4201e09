// A small curve of the latest figures, the newest at the right.
import type { CSSProperties } from 'preact';

export function Sparkline(props: {
  readonly values: readonly number[];
  /** What the top stands for, if not the greatest value. */
  readonly most?: number;
  readonly colour?: string;
  readonly width?: number;
  readonly height?: number;
}) {
  const { values, width = 72, height = 18, colour } = props;
  const style: CSSProperties = colour === undefined ? {} : { color: colour };
  const line = sparkPath(values, width, height, props.most);
  return (
    <svg class="counters-spark" width={width} height={height} aria-hidden="true" style={style}>
      {line !== '' && <path class="counters-spark-area" d={`${line}V${height}H${startOf(line)}Z`} />}
      {line !== '' && <path class="counters-spark-line" d={line} />}
    </svg>
  );
}

function sparkPath(values: readonly number[], width: number, height: number, top?: number): string {
  if (values.length < 2) return '';
  // a recording may hold anything
  const known = values.map((value) => (Number.isFinite(value) ? value : 0));
  const most = Math.max(top ?? 0, ...known, Number.MIN_VALUE);
  const step = (width - 2) / (values.length - 1);
  const points = known.map(
    (value, index) => `${(1 + index * step).toFixed(1)},${(height - 1.5 - (height - 3) * (value / most)).toFixed(1)}`,
  );
  return `M${points.join('L')}`;
}

function startOf(line: string): string {
  return line.slice(1, line.indexOf(','));
}
