// The counters: the system's figures in the bar at the top, and each node's in a drawer below it. They are those of the moment that is looked at.
import { signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { nodeColour } from '../colours.ts';
import { nameOf } from '../../readings.ts';
import { chosen, moment, revision, timeline } from '../store.ts';
import { bytesText, countText, durationText } from '../sequence/text.ts';
import { figuresAt, nodeFiguresAt, ratesUntil, type NodeFigures } from './rates.ts';
import { Sparkline } from './sparkline.tsx';

/** Whether each node's figures are shown. */
const drawer = signal(false);

/** Figures that change faster are not read. */
const EVERY = 200;

export function Counters() {
  const { figures, rates, nodes } = useFigures();
  const { latency, mailbox } = figures;
  const which = latency?.isBetween === false ? 'within one node (none went between nodes lately)' : 'between nodes';
  return (
    <div class="counters">
      <div class="counters-bar">
        <Figure
          name={figures.actors === 1 ? 'actor' : 'actors'}
          value={countText(figures.actors)}
          title="Actors that are there"
        />
        <Figure
          name={figures.messages === 1 ? 'message' : 'messages'}
          value={countText(figures.messages)}
          title="Messages that are recorded"
        />
        <Figure name="msg/s" value={countText(figures.rate)} title="Messages sent in the last second">
          <Sparkline values={rates} />
        </Figure>
        <Figure
          name="p50"
          value={latency ? durationText(latency.p50) : '–'}
          title={`Half of the latest messages ${which} took less, from being sent to being taken out of the mailbox`}
        />
        <Figure
          name="p99"
          value={latency ? durationText(latency.p99) : '–'}
          title={`All but one in a hundred of the latest messages ${which} took less, from being sent to being taken out of the mailbox`}
        />
        <Mailbox waiting={mailbox.waiting} actor={mailbox.actor} />
        <Figure
          name="dead letters"
          title="Messages that were not delivered, or not known to be"
          value={countText(figures.deadLetters)}
          tone={figures.deadLetters > 0 ? 'bad' : ''}
        />
        <Figure
          name="restarts"
          title="Actors that failed and were started again"
          value={countText(figures.restarts)}
          tone={figures.restarts > 0 ? 'warn' : ''}
        />
        <button
          type="button"
          class="counters-toggle"
          aria-expanded={drawer.value}
          aria-controls="counters-drawer"
          title="How each node fares"
          onClick={() => (drawer.value = !drawer.value)}
        >
          {`${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'} ${drawer.value ? '▴' : '▾'}`}
        </button>
      </div>
      {drawer.value && <Drawer nodes={nodes} />}
    </div>
  );
}

function Drawer({ nodes }: { readonly nodes: readonly NodeFigures[] }) {
  const slowest = Math.max(20, ...nodes.flatMap(({ delays }) => delays));
  const largest = Math.max(1, ...nodes.flatMap(({ heaps }) => heaps));
  return (
    <div class="counters-drawer" id="counters-drawer">
      <table>
        <thead>
          <tr>
            <th scope="col">node</th>
            <th scope="col">actors</th>
            <th scope="col" title="How late the event loop was, 99 in 100 times at most">
              event loop p99
            </th>
            <th scope="col">busy</th>
            <th scope="col">heap</th>
          </tr>
        </thead>
        <tbody>
          {nodes.map((figures) => {
            const { node, name, up, actors, delay, busy, heap, delays, busyness, heaps } = figures;
            const colour = nodeColour(node);
            return (
              <tr key={node} class={up ? '' : 'is-gone'}>
                <th scope="row" title={node} style={{ color: colour }}>
                  {name}
                  {up ? '' : ' (gone)'}
                </th>
                <td>{countText(actors)}</td>
                <td>
                  <Sparkline values={delays} most={slowest} colour={colour} />
                  <b class={delay !== undefined && delay > 50 ? 'is-bad' : ''}>
                    {delay === undefined ? '–' : durationText(delay)}
                  </b>
                </td>
                <td>
                  <Sparkline values={busyness} most={1} colour={colour} />
                  <b class={busy !== undefined && busy > 0.9 ? 'is-bad' : ''}>
                    {busy === undefined ? '–' : `${Math.round(busy * 100)} %`}
                  </b>
                </td>
                <td>
                  <Sparkline values={heaps} most={largest} colour={colour} />
                  <b>{heap === undefined ? '–' : bytesText(heap)}</b>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Figure(props: {
  readonly name: string;
  readonly value: string;
  readonly title?: string;
  readonly tone?: '' | 'bad' | 'warn';
  readonly children?: ComponentChildren;
}) {
  const { name, value, title, tone = '', children } = props;
  return (
    <span class={`counters-figure${tone === '' ? '' : ` is-${tone}`}`} {...(title === undefined ? {} : { title })}>
      <b>{value}</b> <span>{name}</span>
      {children}
    </span>
  );
}

function Mailbox({ waiting, actor }: { readonly waiting: number; readonly actor: string | undefined }) {
  if (actor === undefined) return <Figure name="waiting" value="0" title="The longest mailbox" />;
  const name = nameOf(timeline.value, actor);
  return (
    <button
      type="button"
      class="counters-figure counters-mailbox"
      title="The longest mailbox: choose its actor"
      onClick={() => (chosen.value = actor)}
    >
      <b>{countText(waiting)}</b> <span>{`waiting for ${name}`}</span>
    </button>
  );
}

/** The figures at the moment, computed at most every {@link EVERY} milliseconds while it is live. */
function useFigures() {
  const again = useSignal(0);
  void revision.value;
  void again.value;
  const of = timeline.value;
  const at = moment.value;
  const known = useRef<{
    readonly of: unknown;
    readonly at: unknown;
    readonly when: number;
    readonly now: Known;
  } | null>(null);
  let late = false;
  let { current } = known;
  if (current?.of === of && current.at === at && performance.now() - current.when < EVERY) late = true;
  else {
    const now = { figures: figuresAt(of, at), rates: ratesUntil(of, at), nodes: nodeFiguresAt(of, at) };
    known.current = current = { of, at, when: performance.now(), now };
  }
  useEffect(() => {
    if (!late) return undefined;
    const timer = setTimeout(() => (again.value += 1), EVERY);
    return () => clearTimeout(timer);
  });
  return current.now;
}

interface Known {
  readonly figures: ReturnType<typeof figuresAt>;
  readonly rates: readonly number[];
  readonly nodes: readonly NodeFigures[];
}
