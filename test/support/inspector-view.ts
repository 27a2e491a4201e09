// What a reader of the inspector's page sees, by its words and roles, and the servers that show a page something.
import type { Locator, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { startServer, type InspectorServer } from '../../dist/src/inspector/server.js';
import { showRecording } from '../../dist/src/inspector/shows.js';
import type { InspectorRecord } from '../../dist/src/inspector/records.js';
import { RECORDED, recordClass, type ClassOptions } from '../../dist/test/fixtures/recordings.js';

export interface View {
  readonly page: Page;
  /** How the connection stands. */
  readonly connection: Locator;
  readonly tree: Locator;
  /** The row of an actor, a node or a cell. */
  row(name: string | RegExp): Locator;
  /** Chooses an actor in the tree. */
  choose(name: string): Promise<void>;
  /** The chosen actor's pane, and in it its statechart and snapshot. */
  readonly actor: Locator;
  readonly chart: Locator;
  /** The states that are drawn as active. */
  activeStates(): Promise<string[]>;
  readonly snapshot: Locator;
  readonly diagram: Locator;
  readonly log: Locator;
  readonly filter: Locator;
  /** How many entries of the log are shown, in words. */
  readonly hits: Locator;
  readonly scrubber: Locator;
  button(name: string | RegExp): Locator;
}

export function viewOf(page: Page): View {
  const tree = page.getByRole('tree');
  const chart = page.locator('.chart');
  const view: View = {
    page,
    connection: page.locator('.toolbar-state'),
    tree,
    row: (name) =>
      tree.locator('.tree-row', {
        has: page.locator('.tree-name', {
          hasText: typeof name === 'string' ? new RegExp(`^${escaped(name)}$`) : name,
        }),
      }),
    choose: (name) => view.row(name).click(),
    actor: page.getByRole('region', { name: 'Chosen actor' }),
    chart,
    activeStates: () => chart.locator('.chart-active > .chart-title').allTextContents(),
    snapshot: page.getByRole('region', { name: 'Snapshot of the actor' }),
    diagram: page.locator('.sequence'),
    log: page.locator('.log-scroll'),
    filter: page.getByRole('searchbox', { name: 'Filter the log and the diagram' }),
    hits: page.locator('.log-hits'),
    scrubber: page.getByRole('slider'),
    button: (name) => page.getByRole('button', { name }),
  };
  return view;
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

export interface Shown {
  readonly url: string;
  readonly records: readonly InspectorRecord[];
  readonly server: InspectorServer;
}

export const CLASS: ClassOptions = { students: 12, threads: 3, messages: 400 };

/** Serves a recording until the test has finished: a made-up class, or other records. */
export async function serveRecording(records: readonly InspectorRecord[] = recordClass(CLASS)): Promise<Shown> {
  const server = await startServer({ show: showRecording(RECORDED, records), port: 0, tell: console.error });
  onTestFinished(() => server.close());
  return { url: server.url, records, server };
}
