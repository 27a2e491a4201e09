// Asks elk, which answers from a worker, for layouts: one at a time, each with an end. A worker that failed or did not answer in time is closed, and the next
// layout has a new one; so a machine that elk cannot lay out costs its own picture and no other. Nothing here throws or rejects.
import type { MachineDefinition } from '../records.ts';
import { createDrawing, type Drawing } from './drawing.ts';
import { createGraph, type ElkNode } from './graph.ts';
import { createPlan, type Direction } from './plan.ts';

/** Where elk runs. */
export interface ElkPort {
  post(message: object): void;
  close(): void;
}

/** What a port tells. */
export interface ElkListener {
  answered(message: unknown): void;
  failed(error: unknown): void;
}

export type OpenElk = (listener: ElkListener) => ElkPort | Promise<ElkPort>;

/** A picture, or why there is none. */
export type Drawn =
  | { readonly drawing: Drawing; readonly problem?: never }
  | { readonly problem: string; readonly drawing?: never };

export interface Layouter {
  draw(definition: MachineDefinition, direction: Direction): Promise<Drawn>;
  close(): void;
}

/** @param limit - How long a layout may take, in milliseconds. */
export function createLayouter(open: OpenElk, limit = 15_000): Layouter {
  let elk: Promise<Elk> | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  async function layOut(graph: ElkNode): Promise<ElkNode> {
    const mine = (elk ??= openElk(open, limit));
    try {
      return await (await mine).layOut(graph, limit);
    } catch (error) {
      if (elk === mine) elk = undefined;
      mine.then(
        (failed) => failed.close(),
        () => {},
      );
      throw error;
    }
  }

  async function draw(definition: MachineDefinition, direction: Direction): Promise<Drawn> {
    try {
      const plan = createPlan(definition, direction);
      return { drawing: createDrawing(plan, await layOut(createGraph(plan))) };
    } catch (error) {
      return { problem: textOf(error) };
    }
  }

  return {
    draw(definition, direction) {
      const drawn = turn.then(() => draw(definition, direction));
      turn = drawn;
      return drawn;
    },
    close() {
      elk?.then(
        (opened) => opened.close(),
        () => {},
      );
      elk = undefined;
    },
  };
}

interface Elk {
  layOut(graph: ElkNode, limit: number): Promise<ElkNode>;
  close(): void;
}

/** elk's own protocol: messages with an id, answered with the same id and either data or an error. */
async function openElk(open: OpenElk, limit: number): Promise<Elk> {
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: unknown): void }>();
  let asked = 0;
  const port = await withEnd(
    limit,
    Promise.resolve(
      open({
        answered(message) {
          const { id, data, error } = message as {
            readonly id: number;
            readonly data?: unknown;
            readonly error?: unknown;
          };
          const asker = waiting.get(id);
          waiting.delete(id);
          if (error === undefined || error === null) asker?.resolve(data);
          else asker?.reject(error);
        },
        failed(error) {
          for (const { reject } of waiting.values()) reject(error);
          waiting.clear();
        },
      }),
    ),
  );
  const ask = (message: object) =>
    new Promise<unknown>((resolve, reject) => {
      const id = (asked += 1);
      waiting.set(id, { resolve, reject });
      // what JSON leaves out must not reach elk
      port.post({ ...(JSON.parse(JSON.stringify(message)) as object), id });
    });

  try {
    await withEnd(limit, ask({ cmd: 'register', algorithms: ['layered'] }));
  } catch (error) {
    port.close();
    throw error;
  }
  return {
    layOut: async (graph, end) =>
      (await withEnd(end, ask({ cmd: 'layout', graph, layoutOptions: {}, options: {} }))) as ElkNode,
    close: () => port.close(),
  };
}

/** Rejects after so many milliseconds, if there is no answer before. */
function withEnd<T>(limit: number, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the layout took longer than ${limit / 1000} s`)), limit);
    answer.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}

function textOf(error: unknown): string {
  const { message } = (error ?? {}) as { readonly message?: unknown };
  return typeof message === 'string' && message !== '' ? message : String(error);
}
