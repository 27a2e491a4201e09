// The chosen actor: what it is, its statechart, its snapshot, and a form to send it an event where that is allowed.
import type { ActorEntry } from '../timeline.ts';
import { latest, nameOf } from '../readings.ts';
import { Boundary } from './boundary.tsx';
import { ChartView } from './chart-view.tsx';
import { nodeColour } from './colours.ts';
import type { Connection } from './connection.ts';
import { Divider, sizes } from './divider.tsx';
import { loaded } from './intake.ts';
import { Send } from './send.tsx';
import { Snapshot } from './snapshot.tsx';
import { change, chosen, currentTimeline, live, moment, settings } from './store.ts';
import { actorAt } from './tree-rows.ts';

export function ActorPane({ connection }: { readonly connection: Connection }) {
  const { actors } = currentTimeline();
  const actor = chosen.value === undefined ? undefined : actors.get(chosen.value);
  if (!actor) {
    return (
      <div class="actor-none">
        <p>
          {chosen.value !== undefined
            ? 'The actor that was chosen is not known any more, or not yet.'
            : actors.size > 0
              ? 'Choose an actor at the left to see its statechart and what it holds.'
              : ''}
        </p>
      </div>
    );
  }
  const notYet = moment.value !== undefined && actor.since > moment.value;
  const sendable =
    connection.allowSend.value &&
    connection.state.value.type === 'live' &&
    live.value &&
    !loaded.value &&
    !actor.ended &&
    !isGone(actor, Infinity);
  return (
    <div class="actor" style={{ gridTemplateRows: `auto ${sizes.value.chart}fr 5px ${1 - sizes.value.chart}fr auto` }}>
      <Head actor={actor} />
      <section class="actor-chart" aria-label="Statechart">
        {notYet && <p class="actor-not-yet">At this moment it was not there yet.</p>}
        <Boundary name="The statechart">
          <Chart key={actor.key} actor={actor} />
        </Boundary>
      </section>
      <Divider of="chart" label="Height of the statechart" direction="horizontal" />
      <Boundary name="The snapshot">
        <Snapshot key={actor.key} actor={actor} />
      </Boundary>
      {sendable && (
        <Boundary name="The form to send events">
          <Send key={actor.key} actor={actor} connection={connection} />
        </Boundary>
      )}
    </div>
  );
}

/** Whether its node went. */
function isGone({ node }: ActorEntry, at: number | undefined): boolean {
  return latest(currentTimeline().nodes.get(node)?.changes ?? [], at)?.up === false;
}

function Head({ actor }: { readonly actor: ActorEntry }) {
  const { state, status: own, restarts, waiting } = actorAt(actor, moment.value);
  const status = isGone(actor, moment.value) ? 'gone' : own;
  const { systemId, src, machine } = actor.record;
  const definition = currentTimeline().machines.get(machine ?? '');
  const colour = nodeColour(actor.node);
  return (
    <header class="actor-head">
      <span class={`tree-dot tree-dot-${status}`} role="img" aria-label={status} />
      <h2 title={actor.key}>{nameOf(currentTimeline(), actor.key)}</h2>
      <span class="actor-kind">{definition?.id ?? src ?? actor.kind}</span>
      {systemId !== undefined && <span class="actor-kind">system id {systemId}</span>}
      <span class="pane-space" />
      {waiting > 0 && status === 'active' && <span class="actor-chip">{waiting} wait</span>}
      {restarts > 0 && <span class="actor-chip">{restarts === 1 ? '1 restart' : `${restarts} restarts`}</span>}
      {state !== '' && (
        <span class="actor-chip actor-state" title={state}>
          {state}
        </span>
      )}
      <span class="actor-chip" style={{ color: colour, borderColor: 'currentColor' }} title={actor.node}>
        {actor.node.split('@')[0]}
      </span>
    </header>
  );
}

function Chart({ actor }: { readonly actor: ActorEntry }) {
  const { machine } = actor.record;
  const definition = currentTimeline().machines.get(machine ?? '');
  const last = latest(actor.steps, moment.value);
  if (!definition || machine === undefined) {
    return <p class="empty">{NO_CHART[actor.kind] ?? 'It is no machine, and so has no statechart.'}</p>;
  }
  return (
    <ChartView
      machine={machine}
      definition={definition}
      value={last?.value}
      lit={last?.transitions}
      direction={settings.value.direction}
      onDirection={(direction) => change({ direction })}
    />
  );
}

const NO_CHART: Readonly<Partial<Record<ActorEntry['kind'], string>>> = {
  machine: 'Its definition was not told, or cannot be read: what it does is in the log and the diagram.',
  promise: 'It is a promise, no machine: it has no statechart, only a result.',
  callback: 'It is a callback, no machine: it has no statechart, and shows nothing of what it does but its messages.',
  observable: 'It is an observable, no machine: it has no statechart, only the values that it gives.',
  transition: 'It is a reducer, no machine: it has no statechart, only the state that it holds.',
  store: 'It is a store, no machine: it has no statechart, only the state that it holds.',
};
