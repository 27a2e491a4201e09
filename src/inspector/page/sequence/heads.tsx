// The heads of the lanes: a node's bar over the names of its actors. Only those in view are in the document.
import { nodeColour, nodeGround } from '../colours.ts';
import { chosen, moment, timeline } from '../store.ts';
import { textWidth } from '../../chart/text-width.ts';
import { nameOf } from '../../readings.ts';
import type { Group, Lane, Lanes } from './lanes.ts';

/** How much wider than Helvetica some systems' fonts run. */
const SYSTEM_FONTS = 1.12;

export function Heads(props: {
  readonly lanes: Lanes;
  readonly left: number;
  readonly right: number;
  readonly gutter: number;
  readonly toggle: (group: Group) => void;
}) {
  const { lanes, left, right, gutter, toggle } = props;
  const half = lanes.laneWidth / 2;
  return (
    <>
      {lanes.groups
        .filter(({ x, width }) => x + width > left && x < right)
        .map((group) => (
          <div
            key={group.node}
            class="sequence-group"
            style={{
              left: `${gutter + group.x}px`,
              width: `${group.width}px`,
              color: nodeColour(group.node),
              background: nodeGround(group.node),
            }}
          >
            <button
              type="button"
              class="sequence-group-name"
              style={{ left: `${gutter}px` }}
              disabled={group.actors < 2}
              aria-expanded={!group.collapsed}
              title={
                group.actors < 2 ? group.node : `${group.node}: ${group.collapsed ? 'a lane each' : 'all in one lane'}`
              }
              onClick={() => toggle(group)}
            >
              {group.actors > 1 && <span class="sequence-fold">{group.collapsed ? '▸' : '▾'}</span>}
              {group.label}
            </button>
          </div>
        ))}
      {lanes.lanes
        .filter(({ x }) => x + half > left && x - half < right)
        .map((lane) => (
          <Head key={lane.key} lane={lane} lanes={lanes} gutter={gutter} toggle={toggle} />
        ))}
    </>
  );
}

function Head(props: {
  readonly lane: Lane;
  readonly lanes: Lanes;
  readonly gutter: number;
  readonly toggle: (group: Group) => void;
}) {
  const { lane, lanes, gutter, toggle } = props;
  const actor = timeline.value.actors.get(lane.key);
  const now = moment.value ?? Infinity;
  const isEnded = actor?.ended !== undefined && actor.ended.at <= now;
  const isChosen = lane.kind === 'actor' && chosen.value === lane.key;
  const isLong = textWidth(lane.label, 12) * SYSTEM_FONTS > lanes.laneWidth - 20;
  const long = isLong ? ' is-long' : '';
  const style = { left: `${gutter + lane.x - lanes.laneWidth / 2}px`, width: `${lanes.laneWidth}px` };
  if (lane.kind === 'plain') {
    return (
      <div
        class={`sequence-lane is-plain${long}`}
        style={style}
        title={`plain code of ${nameOf(timeline.value, lane.node)}`}
      >
        <span>{lane.label}</span>
      </div>
    );
  }
  return (
    <div class={`sequence-lane is-${lane.kind}${isEnded ? ' is-ended' : ''}${long}`} style={style}>
      <button
        type="button"
        aria-pressed={isChosen}
        title={lane.kind === 'group' ? `${lane.label} of ${lane.node}: open them` : `${lane.label}: ${lane.key}`}
        onClick={() => {
          if (lane.kind === 'actor') chosen.value = isChosen ? undefined : lane.key;
          else toggle(lanes.groups.find(({ node }) => node === lane.node) as Group);
        }}
      >
        {lane.label}
      </button>
    </div>
  );
}
