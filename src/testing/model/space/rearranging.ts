// States put together anew with actors in each other's places, for systems whose actors may stand for each other.
// Indices stay within the arrays, so what is read there is a number (`as number`).
import type { Message } from '../options.ts';
import type { Parts } from './parts.ts';
import type { Rearrangeable } from './rearrange.ts';

export function createRearrangeable(parts: Parts): Rearrangeable {
  const { names, configurations, subjects, extras, network, extraAt, networkAt } = parts;
  return {
    configuration: (_place, id) => configurations.plan(id).configuration,
    idOfConfiguration: configurations.idOf,
    message: (id) => (subjects.at(id).occurrence as { readonly message: Message }).message,
    idOfMessage: subjects.message,
    history: extras.historyAt,
    idOfHistory: extras.idOfHistory,
    rearrange(state, length, rearrangement, into) {
      const { places } = rearrangement;
      for (let node = 0; node < names.length; node++) {
        into[places[node] as number] = rearrangement.configuration(node, state[node] as number);
      }
      if (extraAt >= 0) {
        const extra = state[extraAt] as number;
        extras.begin(extra);
        extras.setHistory(rearrangement.history(extras.historyId(extra)));
        extras.setCells(renamedCells(extras.cells(extra), rearrangement.names));
        into[extraAt] = extras.end();
      }
      let end = networkAt;
      for (let position = networkAt; position < length; position++) {
        end = network.insert(into, networkAt, end, rearrangement.message(state[position] as number));
      }
      return end;
    },
  };
}

/** Cells of which a name has the name of an actor as a word go with that actor. */
function renamedCells(
  cells: Readonly<Record<string, number>>,
  names: Readonly<Record<string, string>>,
): Readonly<Record<string, number>> {
  const renamed: Record<string, number> = { ...cells };
  for (const [cell, held] of Object.entries(cells)) {
    const target = cell.replaceAll(/[\p{L}\p{N}_$-]+/gu, (word) =>
      Object.hasOwn(names, word) ? (names[word] ?? word) : word,
    );
    if (target !== cell && Object.hasOwn(cells, target)) renamed[target] = held;
  }
  return renamed;
}
