// The transitions that an inspector of a hosted machine is shown.
import { describe, expect, it } from 'vitest';
import { createActor, createMachine, type InspectionEvent } from 'xstate';
import { createMemoryHost } from 'troupe';

const lamp = createMachine({
  id: 'lamp',
  initial: 'off',
  states: {
    off: { on: { SWITCH: { target: 'on', guard: () => true } } },
    on: { on: { SWITCH: [{ target: 'off', guard: () => false }, { target: 'off' }] } },
  },
});

/** The transition that each event took, as an inspector sees it. */
async function inspected(local?: { readonly lamp?: typeof lamp }): Promise<readonly unknown[]> {
  await using host = createMemoryHost({ mode: 'sync' });
  const taken: unknown[] = [];
  const inspect = (event: InspectionEvent) => {
    if (event.type === '@xstate.microstep') taken.push(event._transitions[0]);
  };
  const actor = createActor(host.import({ lamp }, local ? { local } : {}).lamp, { inspect }).start();
  for (let count = 0; count < 2; count += 1) actor.send({ type: 'SWITCH' });
  return taken.filter((each) => each !== undefined);
}

const { off, on } = lamp.states;

describe('the transitions of a hosted machine', () => {
  it("are the machine's own where it is at hand, unless two differ in their guards only", async () => {
    const [first, second] = await inspected({ lamp });
    expect(first).toBe(off?.transitions.get('SWITCH')?.[0]);
    expect(second).toMatchObject({ eventType: 'SWITCH', source: { id: 'lamp.on' }, target: [{ id: 'lamp.off' }] });
    expect(on?.transitions.get('SWITCH')).not.toContain(second);
  });

  it('are told by the ids of their states where it is not', async () => {
    expect(await inspected()).toEqual([
      { eventType: 'SWITCH', source: { id: 'lamp.off' }, target: [{ id: 'lamp.on' }], reenter: false },
      { eventType: 'SWITCH', source: { id: 'lamp.on' }, target: [{ id: 'lamp.off' }], reenter: false },
    ]);
  });
});
