// The page's grid: toolbar and counters above, the tree at the left, the chosen actor in the middle, the messages at the right, the scrubber below.
import { useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ActorPane } from './actor-pane.tsx';
import { Banners } from './banners.tsx';
import { Boundary } from './boundary.tsx';
import type { Connection } from './connection.ts';
import { Counters } from './counters/counters.tsx';
import { Divider, sizes } from './divider.tsx';
import { Empty } from './empty.tsx';
import { openDropped } from './files.ts';
import { Help } from './help.tsx';
import { flooded, loaded, type Intake } from './intake.ts';
import { Log } from './log/log.tsx';
import { Scrubber } from './scrubber.tsx';
import { Sequence } from './sequence/sequence.tsx';
import { currentTimeline } from './store.ts';
import { Toolbar } from './toolbar.tsx';
import { Tree } from './tree.tsx';

export interface AppProps {
  readonly connection: Connection;
  readonly intake: Intake;
}

export function App({ connection, intake }: AppProps) {
  const over = useSignal(false);
  useEffect(() => openDropped(intake, (isOver) => (over.value = isOver)), []);
  // also before the first actor: where there is a node, its gauges and its messages can be seen
  const empty = useComputed(() => {
    const { actors, messages } = currentTimeline();
    return actors.size === 0 && messages.length === 0 && !loaded.value;
  });

  return (
    <div class={`app${flooded.value ? ' app-flooded' : ''}`}>
      <header class="toolbar">
        <Toolbar connection={connection} intake={intake} />
      </header>
      <Banners connection={connection} intake={intake} />
      {empty.value ? <Empty connection={connection} intake={intake} /> : <Views connection={connection} />}
      <footer class="app-scrubber" aria-label="Recorded time">
        <Boundary name="The scrubber">
          <Scrubber />
        </Boundary>
      </footer>
      <Help />
      {over.value && <div class="drop">Drop the recording to open it</div>}
    </div>
  );
}

function Views({ connection }: { readonly connection: Connection }) {
  const { tree, actor, sequence } = sizes.value;
  return (
    <>
      <section class="app-counters" aria-label="Counters">
        <Boundary name="The counters">
          <Counters />
        </Boundary>
      </section>
      <main
        class="app-views"
        style={{ gridTemplateColumns: `${tree}px 5px minmax(0, ${actor}fr) 5px minmax(0, ${1 - actor}fr)` }}
      >
        <nav class="app-tree" aria-label="Actors">
          <Boundary name="The tree of actors">
            <Tree />
          </Boundary>
        </nav>
        <Divider of="tree" label="Width of the tree" direction="vertical" />
        <section class="app-actor" aria-label="Chosen actor">
          <Boundary name="The actor">
            <ActorPane connection={connection} />
          </Boundary>
        </section>
        <Divider of="actor" label="Width of the chosen actor" direction="vertical" />
        <section
          class="app-messages"
          aria-label="Messages"
          style={{ gridTemplateRows: `minmax(0, ${sequence}fr) 5px minmax(0, ${1 - sequence}fr)` }}
        >
          <div class="app-sequence">
            <Boundary name="The sequence diagram">
              <Sequence />
            </Boundary>
          </div>
          <Divider of="sequence" label="Height of the diagram" direction="horizontal" />
          <div class="app-log">
            <Boundary name="The log">
              <Log />
            </Boundary>
          </div>
        </section>
      </main>
    </>
  );
}
