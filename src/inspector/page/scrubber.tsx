// Recorded time: a play head over the density of messages. What is looked at goes back; the program does not.
import { effect, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon } from './icons.tsx';
import { loaded } from './intake.ts';
import type { Timeline } from '../timeline.ts';
import { countUntil } from '../readings.ts';
import { density as densityOf, outline, spanOf, stepFrom, type Span } from './scrub.ts';
import { chosenMessage, currentTimeline, goLive, live, lookAt, moment, pause, timeline } from './store.ts';
import { ago, timeOfDay } from './times.ts';

const PARTS = 240;
const DRAW_EVERY = 200;

/** Goes to another message: so many further or, if negative, back. Past the last one is live. */
export function step(steps: number): void {
  const { messages } = timeline.value;
  const entry = stepFrom(messages, moment.value, steps, chosenMessage.value);
  if (entry) lookAt(entry.number);
}

/** Goes to the beginning of recorded time. */
export function goFirst(): void {
  const span = spanOf(timeline.value);
  if (!span) return;
  chosenMessage.value = undefined;
  moment.value = span.from;
}

export function Scrubber() {
  const known = currentTimeline();
  const { span, path } = useDensity();
  const from = span?.from ?? 0;
  const to = span?.to ?? 1;
  // also a moment that has come since the bars were drawn: the bars, the head and the field have the same span
  const at = Math.min(Math.max(moment.value ?? to, from), to);
  const share = to > from ? (at - from) / (to - from) : 1;
  const newer = live.value ? 0 : known.messages.length - countUntil(known.messages, at);
  const words = span
    ? `${ago(at - from)} after the beginning, ${timeOfDay(known.header.epoch, at)}`
    : 'nothing recorded';

  return (
    <div class={`scrubber${live.value ? '' : ' scrubber-back'}`}>
      <div class="scrubber-steps">
        <button
          type="button"
          class="button-small"
          title="The message before (k)"
          aria-label="The message before"
          disabled={!span}
          onClick={() => step(-1)}
        >
          <Icon name="previous" />
        </button>
        <button
          type="button"
          class="button-small"
          title={live.value ? 'Pause: look at this moment (space)' : 'Follow what happens (space)'}
          aria-label={live.value ? 'Pause' : 'Follow what happens'}
          disabled={!span}
          onClick={live.value ? pause : goLive}
        >
          <Icon name={live.value ? 'pause' : 'play'} />
        </button>
        <button
          type="button"
          class="button-small"
          title="The next message (j)"
          aria-label="The next message"
          disabled={!span || live.value}
          onClick={() => step(1)}
        >
          <Icon name="chevron" />
        </button>
      </div>
      <div class="scrubber-track" title="What you look at goes back; the program runs on.">
        <svg class="scrubber-density" viewBox={`0 0 ${PARTS} 1`} preserveAspectRatio="none" aria-hidden="true">
          <path d={path} />
        </svg>
        {span && (
          <>
            <div class="scrubber-later" style={{ left: `${share * 100}%` }} />
            <div class="scrubber-head" style={{ left: `${share * 100}%` }} />
          </>
        )}
        <input
          type="range"
          aria-label="Moment looked at; the program itself is not rewound"
          aria-valuetext={live.value ? `live, ${words}` : words}
          min={from}
          max={to}
          step="any"
          value={at}
          disabled={!span}
          onInput={(event) => {
            chosenMessage.value = undefined;
            moment.value = Number(event.currentTarget.value);
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowLeft' || event.key === 'ArrowDown') step(-1);
            else if (event.key === 'ArrowRight' || event.key === 'ArrowUp') step(1);
            else if (event.key === 'PageDown') step(-10);
            else if (event.key === 'PageUp') step(10);
            else if (event.key === 'Home') goFirst();
            else if (event.key === 'End') goLive();
            else return;
            event.preventDefault();
            event.stopPropagation();
          }}
        />
      </div>
      <div class="scrubber-time">
        {span ? (
          <>
            <strong>{live.value ? ago(to - from) : `+${ago(at - from)}`}</strong>
            <span>{timeOfDay(known.header.epoch, at)}</span>
          </>
        ) : (
          <span>nothing recorded yet</span>
        )}
      </div>
      <button
        type="button"
        class={`scrubber-live${live.value ? ' scrubber-is-live' : ''}`}
        aria-pressed={live.value}
        title="Go to the end and follow what happens (space)"
        onClick={goLive}
        disabled={!span}
      >
        {loaded.value ? 'End' : 'Live'}
        {newer > 0 && <span class="scrubber-newer">{newer > 9999 ? '9999+' : newer} newer</span>}
      </button>
    </div>
  );
}

interface Density {
  readonly span: Span | undefined;
  readonly path: string;
}

/** The outline of the messages' density, and the time that it is of; to count them costs too much for each frame. */
function useDensity(): Density {
  const density = useSignal<Density>({ span: undefined, path: '' });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let drawn: Timeline | undefined;
    let last = -Infinity;
    const draw = () => {
      clearTimeout(timer);
      timer = undefined;
      last = performance.now();
      drawn = timeline.peek();
      const span = spanOf(drawn);
      density.value = { span, path: span ? outline(densityOf(drawn.messages, span, PARTS)) : '' };
    };
    const stop = effect(() => {
      // with the rest of the page, where that is drawn seldom
      if (currentTimeline() !== drawn || performance.now() - last >= DRAW_EVERY) draw();
      else timer ??= setTimeout(draw, DRAW_EVERY);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
  return density.value;
}
