// A statechart as the text of an SVG.
import { renderToString } from 'preact-render-to-string';
import type { Drawing } from './drawing.ts';
import { Statechart, type StatechartProps } from './statechart.tsx';

export function renderChart(drawing: Drawing, marks: Omit<StatechartProps, 'drawing'> = {}): string {
  return renderToString(<Statechart drawing={drawing} {...marks} />);
}
