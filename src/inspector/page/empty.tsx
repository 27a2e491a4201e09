// What is said where there is nothing to see yet, or no more: why, and what to do.
import type { Connection } from './connection.ts';
import { chooseRecording } from './files.ts';
import { Icon } from './icons.tsx';
import type { Intake } from './intake.ts';

export interface EmptyProps {
  readonly connection: Connection;
  readonly intake: Intake;
}

/** Instead of all views, while there is no record. */
export function Empty({ connection, intake }: EmptyProps) {
  const state = connection.state.value;
  return (
    <main class="welcome">
      <div class="welcome-card">
        {state.type === 'none' && state.why === 'token' && (
          <>
            <h2>This address lacks its key</h2>
            <p>
              The inspector shows a program only to whoever has the address that it prints, with the token in it. Open
              that address; it looks like this:
            </p>
            <pre>{`${location.origin}/#token=…`}</pre>
          </>
        )}
        {state.type === 'none' && state.why === 'file' && (
          <>
            <h2>Open a recording</h2>
            <p>
              This page was opened from a folder, so there is no program to look at. It shows recordings that were saved
              before.
            </p>
          </>
        )}
        {state.type === 'connecting' && (
          <>
            <h2>Connecting…</h2>
            <p>The page asks the program what there is.</p>
          </>
        )}
        {state.type === 'lost' && (
          <>
            <h2>The program does not answer</h2>
            <p>It may have ended, or not be there yet. The page tries again by itself.</p>
            <button type="button" class="button button-accent" onClick={connection.wake}>
              Try now
            </button>
          </>
        )}
        {state.type === 'ended' && (
          <>
            <h2>The program has ended</h2>
            <p>It told nothing before. When it runs again at this address, the page shows it.</p>
          </>
        )}
        {state.type === 'refused' && (
          <>
            <h2>The program refuses this page</h2>
            <p>{state.reason}</p>
            <p>{state.mend}</p>
            <button type="button" class="button button-accent" onClick={connection.wake}>
              Try again
            </button>
          </>
        )}
        {state.type === 'live' && (
          <>
            <h2>Connected, and no actor yet</h2>
            <p>Actors appear here as soon as one is started that the inspector knows of:</p>
            <pre>{`const inspector = await createInspector();

createActor(root, { inspect: inspector.inspect }).start();`}</pre>
            <p>Actors in threads appear by themselves.</p>
          </>
        )}
        <p class="welcome-or">
          <button type="button" class="button" onClick={() => chooseRecording(intake)}>
            <Icon name="open" />
            Open a recording
          </button>
          <span>or drop its file here.</span>
        </p>
      </div>
    </main>
  );
}
