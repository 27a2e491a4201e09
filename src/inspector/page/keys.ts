// The keys of the page, but for those of a view that has the focus. No DOM at load.
export interface KeyActions {
  readonly toggleLive: () => void;
  readonly step: (steps: number) => void;
  readonly goFirst: () => void;
  readonly goLive: () => void;
  readonly help: () => void;
  /** Puts the focus on the first element of a selector. */
  readonly focus: (selector: string) => void;
  /** Whether a text is being written, or a dialog is open. */
  readonly busy: () => boolean;
}

/** What of a KeyboardEvent is looked at. */
export interface KeyPress {
  readonly key: string;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

export const KEYS: readonly { readonly keys: readonly string[]; readonly text: string }[] = [
  { keys: ['space'], text: 'Pause, and follow what happens again' },
  { keys: ['j', 'k'], text: 'The next message, the one before' },
  { keys: ['J', 'K'], text: 'Ten messages further, ten back' },
  { keys: ['Home', 'End'], text: 'The beginning of what is recorded, its end' },
  { keys: ['/'], text: 'Find actors' },
  { keys: ['f'], text: 'Filter messages' },
  { keys: ['1', '2', '3', '4'], text: 'Go to the tree, the statechart, the snapshot, the messages' },
  { keys: ['←', '→', '↑', '↓'], text: 'Move in the tree, open and close; move the play head' },
  { keys: ['Esc'], text: 'Leave a field, close the message or this' },
  { keys: ['?'], text: 'Show these keys' },
];

/** Where keys put the focus, as selectors. */
const PLACES: Readonly<Record<string, string>> = {
  '/': '.tree-search input',
  f: '.app-log input',
  '1': '.tree-rows',
  '2': '.actor-chart [tabindex="0"]',
  '3': '.snapshot-body',
  '4': '.app-sequence [tabindex="0"]',
};

/** What a key does; whether it did something. */
export function pressed(event: KeyPress, actions: KeyActions): boolean {
  if (event.altKey || event.ctrlKey || event.metaKey || actions.busy()) return false;
  const place = Object.hasOwn(PLACES, event.key) ? PLACES[event.key] : undefined;
  if (place !== undefined) actions.focus(place);
  else if (event.key === ' ') actions.toggleLive();
  else if (event.key === 'j') actions.step(1);
  else if (event.key === 'k') actions.step(-1);
  else if (event.key === 'J') actions.step(10);
  else if (event.key === 'K') actions.step(-10);
  else if (event.key === 'Home') actions.goFirst();
  else if (event.key === 'End') actions.goLive();
  else if (event.key === '?') actions.help();
  else return false;
  return true;
}
