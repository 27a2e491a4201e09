// The statechart of one actor's machine: what is active and what the last step took lit, fitted to its place, zoomed and moved by wheel, keys and buttons. A
// machine is laid out once for each direction, when it is first looked at; where that fails, or who wishes so, has it as a list.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { activeStates } from '../chart/active.ts';
import type { DrawnBox, Drawing } from '../chart/drawing.ts';
import { createLayouter, type Drawn } from '../chart/layouter.ts';
import { OutlineList } from '../chart/outline-list.tsx';
import type { Direction } from '../chart/plan.ts';
import { Statechart } from '../chart/statechart.tsx';
import type { MachineDefinition, StateValue, TakenTransition } from '../records.ts';
import { openElk } from './elk.ts';
import { usePan, ZoomButtons } from './pan.tsx';

export interface ChartViewProps {
  /** The hash of the machine; what was drawn is kept by it. */
  readonly machine: string;
  readonly definition: MachineDefinition;
  /** The state value at the moment looked at; none if it is not known. */
  readonly value?: StateValue | undefined;
  readonly lit?: readonly TakenTransition[] | undefined;
  readonly direction: Direction;
  readonly onDirection: (direction: Direction) => void;
}

export function ChartView({ machine, definition, value, lit = NOTHING, direction, onDirection }: ChartViewProps) {
  const [asList, setAsList] = useState(false);
  const drawn = useDrawn(machine, definition, direction);
  const active = useMemo(() => activeStates(definition, value), [definition, value]);
  const drawing = drawn?.drawing;
  const pan = usePan(drawing, drawing && innermost(drawing, active));
  const isList = asList || drawn?.problem !== undefined;

  return (
    <div class="chart-view">
      <div class="chart-bar" role="toolbar" aria-label="Chart">
        {isList ? null : <ZoomButtons pan={pan} />}
        {isList ? null : (
          <button
            type="button"
            class="chart-button"
            title={direction === 'down' ? 'Draw from left to right' : 'Draw from top to bottom'}
            aria-label={direction === 'down' ? 'Draw from left to right' : 'Draw from top to bottom'}
            onClick={() => onDirection(direction === 'down' ? 'right' : 'down')}
          >
            {direction === 'down' ? '→' : '↓'}
          </button>
        )}
        <button
          type="button"
          class="chart-button"
          aria-pressed={isList}
          disabled={drawn?.problem !== undefined}
          onClick={() => setAsList(!asList)}
        >
          List
        </button>
      </div>
      {drawn?.problem === undefined ? null : (
        <p class="chart-problem" role="status">
          This machine could not be drawn: {drawn.problem}. Here it is as a list.
        </p>
      )}
      {isList ? (
        <div class="chart-list">
          <OutlineList definition={definition} active={active} lit={lit} />
        </div>
      ) : (
        // the keys move it, so it can be reached by them
        <div
          class="chart-pane"
          ref={pan.ref}
          tabIndex={0}
          role="group"
          aria-label="Statechart: arrow keys move it, + and - zoom, 0 fits it"
        >
          {drawing ? (
            <div class={`chart-sheet${pan.isFitted ? ' chart-gentle' : ''}`} style={pan.style}>
              <Statechart drawing={drawing} active={active} lit={lit} />
            </div>
          ) : (
            <p class="chart-waiting" role="status">
              Drawing {definition.id} …
            </p>
          )}
        </div>
      )}
    </div>
  );
}

const NOTHING: readonly TakenTransition[] = [];

/** The first active state without active ones in it. */
function innermost({ boxes }: Drawing, active: ReadonlySet<string>): DrawnBox | undefined {
  return boxes.find(({ state, isGroup }) => !isGroup && active.has(state));
}

const layouter = createLayouter(openElk);
const drawings = new Map<string, Drawn | Promise<Drawn>>();

/** The drawing of a machine, as soon as there is one. */
function useDrawn(machine: string, definition: MachineDefinition, direction: Direction): Drawn | undefined {
  const key = `${direction} ${machine}`;
  const [, setRevision] = useState(0);
  useEffect(() => {
    let wanted = true;
    const known = drawings.get(key) ?? start(key, definition, direction);
    if (known instanceof Promise) {
      void known.then(() => wanted && setRevision((revision) => revision + 1));
    }
    return () => {
      wanted = false;
    };
  }, [key]);
  const known = drawings.get(key);
  return known instanceof Promise ? undefined : known;
}

function start(key: string, definition: MachineDefinition, direction: Direction): Promise<Drawn> {
  const drawing = layouter.draw(definition, direction).then((drawn) => {
    drawings.set(key, drawn);
    return drawn;
  });
  drawings.set(key, drawing);
  return drawing;
}
