// What must be said above all views: that a recording is shown, that something is wrong, that the program is gone.
import type { Connection } from './connection.ts';
import { fileProblem } from './files.ts';
import { Icon } from './icons.tsx';
import { loaded, type Intake } from './intake.ts';
import { timeline } from './store.ts';

export interface BannersProps {
  readonly connection: Connection;
  readonly intake: Intake;
}

export function Banners({ connection, intake }: BannersProps) {
  const file = loaded.value;
  const state = connection.state.value;
  return (
    <div class="banners">
      {fileProblem.value !== undefined && (
        <p class="banner banner-bad" role="alert">
          <span>{fileProblem.value}</span>
          <button
            type="button"
            class="button-small"
            aria-label="Close this message"
            onClick={() => (fileProblem.value = undefined)}
          >
            <Icon name="close" />
          </button>
        </p>
      )}
      {file && (
        <p class="banner banner-file" role="status">
          <span>
            You look at the recording <strong>{file.name}</strong>
            {file.problem === undefined ? '.' : `. ${file.problem}`}
          </span>
          <button type="button" class="button" onClick={intake.close}>
            {state.type === 'none' ? 'Close it' : 'Back to live'}
          </button>
        </p>
      )}
      {!file && state.type === 'refused' && timeline.value.records.length > 0 && (
        <p class="banner banner-bad" role="alert">
          <span>
            {state.reason} {state.mend}
          </span>
          <button type="button" class="button" onClick={connection.wake}>
            Try again
          </button>
        </p>
      )}
    </div>
  );
}
