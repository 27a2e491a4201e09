// The keys, in a dialog.
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from './icons.tsx';
import { KEYS } from './keys.ts';

export const helpOpen = signal(false);

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(
    () =>
      helpOpen.subscribe((open) => {
        if (open && !dialog.current?.open) dialog.current?.showModal();
        else if (!open) dialog.current?.close();
      }),
    [],
  );
  return (
    <dialog
      ref={dialog}
      class="help"
      aria-labelledby="help-title"
      onClose={() => (helpOpen.value = false)}
      onClick={(event) => event.target === dialog.current && (helpOpen.value = false)}
    >
      <div class="help-inside">
        <header>
          <h2 id="help-title">Keys</h2>
          <button
            type="button"
            class="button-small"
            title="Close"
            aria-label="Close"
            onClick={() => (helpOpen.value = false)}
          >
            <Icon name="close" />
          </button>
        </header>
        <dl>
          {KEYS.map(({ keys, text }) => (
            <div key={text}>
              <dt>
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
        <p>
          To look back rewinds what you see, never the program. The address of the page holds the moment and the actor
          you look at.
        </p>
      </div>
    </dialog>
  );
}
