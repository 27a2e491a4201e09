// A line of the log, in words. No DOM.
import type { ActorKey, NodeKey, Sender } from '../../records.ts';
import { isForCode, nameOf } from '../../readings.ts';
import { eventText } from '../sequence/drawing.ts';
import { messageOf, recordOf, stateText, type Rows } from '../sequence/rows.ts';
import { cut, durationText, grouped } from '../sequence/text.ts';
import { kindOf } from './filter.ts';

export interface Line {
  readonly kind: string;
  readonly at: number;
  readonly from?: Who | undefined;
  readonly to?: Who | undefined;
  readonly what: string;
  readonly latency: string;
  /** The state that it led to. */
  readonly state: string;
  readonly body: string;
  /** What is chosen with it. */
  readonly actor?: ActorKey | undefined;
  readonly message?: number | undefined;
}

interface Who {
  readonly name: string;
  readonly node: NodeKey;
}

const MOST_CHARACTERS = 160;

export function lineOf(rows: Rows, row: number): Line {
  const { timeline } = rows;
  const record = recordOf(rows, row);
  const nothing = { kind: kindOf(record), at: rows.at[row] as number, what: '', latency: '', state: '', body: '' };
  const who = (sender: Sender): Who => {
    const actor = timeline.actors.get(sender);
    const node = actor?.node ?? sender;
    return { name: nameOf(timeline, sender), node };
  };
  const known = (key: string): ActorKey | undefined => (timeline.actors.has(key) ? key : undefined);
  switch (record.type) {
    case 'sent': {
      const {
        received,
        at,
        from,
        to,
        event,
        body = '',
        dead,
      } = messageOf(rows, row) ?? { ...record, received: undefined, dead: undefined };
      return {
        ...nothing,
        from: who(from),
        to: who(to),
        what: eventText(event),
        latency:
          received === undefined
            ? dead
              ? 'lost'
              : isForCode(timeline, { to })
                ? ''
                : '…'
            : durationText(Math.max(0, received - at)),
        body: body === '{}' ? '' : cut(body, MOST_CHARACTERS),
        actor: known(to),
        message: record.message,
      };
    }
    case 'step':
      return {
        ...nothing,
        to: who(record.actor),
        what: eventText(record.event),
        state: stateText(record.value),
        body: cut((record.actions ?? []).join(', '), MOST_CHARACTERS),
        actor: known(record.actor),
        message: record.message,
      };
    case 'actor':
      return { ...nothing, to: who(record.actor), what: 'started', body: record.kind, actor: record.actor };
    case 'ended':
      return {
        ...nothing,
        to: who(record.actor),
        what: record.how,
        body: record.error ?? '',
        actor: known(record.actor),
      };
    case 'life':
      return {
        ...nothing,
        to: who(record.actor),
        what: `restart, life ${record.life}`,
        body: record.error,
        actor: known(record.actor),
      };
    case 'dead-letter':
      return {
        ...nothing,
        from: record.from === undefined ? undefined : who(record.from),
        to: who(record.to),
        what: record.count > 1 ? `${grouped(record.count)} dead letters` : 'dead letter',
        body: record.error === undefined ? record.reason : `${record.reason}: ${record.error}`,
        actor: known(record.to),
        message: record.message,
      };
    case 'node':
      return {
        ...nothing,
        to: who(record.node),
        what: record.up ? 'is there' : record.error === undefined ? 'left' : 'died',
        body: record.error ?? '',
      };
    case 'gap':
      return {
        ...nothing,
        what: 'gap',
        body: `${record.reason === 'dropped' ? 'more happened than is kept' : 'nobody looked'} for ${durationText(Math.max(0, record.at - record.since))}${record.count === undefined ? '' : `, ${grouped(record.count)} records`}`,
      };
    default:
      return nothing;
  }
}
