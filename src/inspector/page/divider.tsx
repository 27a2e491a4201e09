// A line between two panes that can be dragged, or moved by the arrow keys. The sizes are kept for the next visit.
import { signal } from '@preact/signals';
import { remember, remembered } from './remembered.ts';

export interface Sizes {
  /** The width of the tree, in pixels. */
  readonly tree: number;
  /** The share of the rest that the actor has beside the messages. */
  readonly actor: number;
  /** The share of the actor's pane that the statechart has above the snapshot. */
  readonly chart: number;
  /** The share of the messages' pane that the diagram has above the log. */
  readonly sequence: number;
}

const FIRST: Sizes = { tree: globalThis.innerWidth < 1200 ? 200 : 260, actor: 0.46, chart: 0.65, sequence: 0.62 };
const LIMITS: Readonly<Record<keyof Sizes, readonly [least: number, most: number]>> = {
  tree: [160, 480],
  actor: [0.2, 0.8],
  chart: [0.15, 0.9],
  sequence: [0.15, 0.9],
};

export const sizes = signal<Sizes>(read());

export interface DividerProps {
  readonly of: keyof Sizes;
  readonly label: string;
  readonly direction: 'vertical' | 'horizontal';
}

export function Divider({ of, label, direction }: DividerProps) {
  const [least, most] = LIMITS[of];
  const unit = of === 'tree' ? 1 : 100;
  return (
    <div
      class={`divider divider-${direction}`}
      role="separator"
      aria-label={label}
      aria-orientation={direction}
      aria-valuemin={least * unit}
      aria-valuemax={most * unit}
      aria-valuenow={Math.round(sizes.value[of] * unit)}
      tabIndex={0}
      onPointerDown={(event) => drag(event, of, direction)}
      onDblClick={() => resize(of, FIRST[of])}
      onKeyDown={(event) => {
        const back = event.key === 'ArrowLeft' || event.key === 'ArrowUp';
        if (!back && event.key !== 'ArrowRight' && event.key !== 'ArrowDown') return;
        resize(of, sizes.value[of] + (back ? -1 : 1) * (of === 'tree' ? 16 : 0.03));
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}

function drag(event: PointerEvent, of: keyof Sizes, direction: DividerProps['direction']): void {
  const divider = event.currentTarget as HTMLElement;
  const box = (divider.parentElement as HTMLElement).getBoundingClientRect();
  const vertical = direction === 'vertical';
  // the shares are of what is right of the tree
  const start = vertical ? (of === 'tree' ? box.left : box.left + sizes.value.tree) : box.top;
  const length = vertical ? box.right - start : box.height;
  divider.setPointerCapture(event.pointerId);
  const move = ({ clientX, clientY }: PointerEvent) => {
    const distance = (vertical ? clientX : clientY) - start;
    resize(of, of === 'tree' ? distance : distance / length);
  };
  const end = () => {
    divider.removeEventListener('pointermove', move);
    divider.removeEventListener('lostpointercapture', end);
  };
  divider.addEventListener('pointermove', move);
  divider.addEventListener('lostpointercapture', end);
  event.preventDefault();
  divider.focus();
}

function resize(of: keyof Sizes, size: number): void {
  const [least, most] = LIMITS[of];
  sizes.value = { ...sizes.value, [of]: Math.min(most, Math.max(least, size)) };
  remember('sizes', sizes.value);
}

function read(): Sizes {
  const kept = remembered('sizes') as Partial<Record<string, unknown>> | undefined;
  const size = (of: keyof Sizes) => {
    const value = kept?.[of];
    const [least, most] = LIMITS[of];
    return typeof value === 'number' && value >= least && value <= most ? value : FIRST[of];
  };
  return { tree: size('tree'), actor: size('actor'), chart: size('chart'), sequence: size('sequence') };
}
