// The page's entry: makes the connection, binds the address, the keys and the theme to what is looked at, and draws.
import { batch, effect } from '@preact/signals';
import { render } from 'preact';
import { readAddress, writeAddress, type Address } from './address.ts';
import { App } from './app.tsx';
import { connect, type Socket } from './connection.ts';
import { helpOpen } from './help.tsx';
import { createIntake } from './intake.ts';
import { pressed } from './keys.ts';
import { remember, remembered } from './remembered.ts';
import { goFirst, step } from './scrubber.tsx';
import { growRows, prepareRows } from './sequence/selected.ts';
import {
  change,
  chosen,
  chosenMessage,
  goLive,
  live,
  moment,
  pause,
  settings,
  timeline,
  type Settings,
} from './store.ts';

const TOKEN = 'token';
/** How often the address may be written, and how often that may make an entry of the history, in milliseconds. */
const WRITE_EVERY = 400;
const PUSH_EVERY = 1000;

const address = readAddress(location.hash);
const kept = remembered(TOKEN, 'sessionStorage');
const token = address.token ?? (typeof kept === 'string' ? kept : undefined);
if (token !== undefined) remember(TOKEN, token, 'sessionStorage');

const intake = createIntake({
  // a hidden page has no frames
  schedule: (callback) => {
    let called = false;
    const once = () => {
      if (called) return;
      called = true;
      callback();
    };
    requestAnimationFrame(once);
    setTimeout(once, 100);
  },
  now: () => performance.now(),
  after: (milliseconds, callback) => setTimeout(callback, milliseconds),
  prepare: prepareRows,
  grown: growRows,
  hidden: () => document.visibilityState === 'hidden',
});

const connection = connect({
  url: `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/`,
  token,
  file: location.protocol === 'file:',
  // a WebSocket is all that a Socket is; its handlers' events have more fields
  open: (url, protocols) => new WebSocket(url, protocols) as unknown as Socket,
  intake,
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
  answers: async () => {
    try {
      return (await fetch(location.pathname, { method: 'HEAD', cache: 'no-store' })).ok;
    } catch {
      return false;
    }
  },
});
addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') connection.wake();
});
addEventListener('online', connection.wake);

bindAddress();
bindTheme();
bindKeys();
render(<App connection={connection} intake={intake} />, document.querySelector('#app') as Element);

/** The address holds what is looked at. To choose an actor makes an entry of the history; to look at another moment does not. */
function bindAddress(): void {
  look(address);

  let written = address.actor;
  let pushed = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = () => {
    const hash = writeAddress({ token, at: moment.peek(), actor: chosen.peek() });
    if (hash === location.hash) return;
    // whoever walks through the tree by its keys does not want each actor on the way back
    const push = chosen.peek() !== written && performance.now() - pushed > PUSH_EVERY;
    if (push) pushed = performance.now();
    written = chosen.peek();
    try {
      history[push ? 'pushState' : 'replaceState'](null, '', hash === '' ? location.pathname : hash);
    } catch {
      // a browser that forbids it, or has had enough of it
    }
  };
  effect(() => {
    void moment.value;
    const now = chosen.value !== written;
    if (now) write();
    // browsers refuse an address that changes all the time
    else timer ??= setTimeout(() => ((timer = undefined), write()), WRITE_EVERY);
  });
  addEventListener('popstate', () => {
    const next = readAddress(location.hash);
    // another token is another program
    if (next.token !== undefined && next.token !== token) location.reload();
    written = next.actor;
    look(next);
  });
}

function look({ at, actor }: Address): void {
  batch(() => {
    moment.value = at;
    chosen.value = actor;
  });
}

function bindTheme(): void {
  const before = remembered('settings') as Partial<Settings> | undefined;
  if (before?.theme === 'light' || before?.theme === 'dark') change({ theme: before.theme });
  if (before?.direction === 'right') change({ direction: 'right' });
  effect(() => {
    const { theme, direction } = settings.value;
    if (theme === 'auto') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
    remember('settings', { theme, direction });
  });
}

function bindKeys(): void {
  addEventListener('keydown', (event) => {
    const target = event.target as HTMLElement;
    if (event.key === 'Escape' && target.matches('input, textarea, select')) target.blur();
    else if (event.key === 'Escape' && !helpOpen.value) chosenMessage.value = undefined;
    const did = pressed(event, {
      toggleLive: () => (live.value ? pause() : goLive()),
      step,
      goFirst,
      goLive,
      help: () => (helpOpen.value = true),
      focus: (selector) => document.querySelector<HTMLElement>(selector)?.focus(),
      busy: () =>
        helpOpen.value ||
        target.matches('input:not([type=range], [type=checkbox]), textarea, select, [contenteditable]') ||
        // a button is pressed by space
        (event.key === ' ' && target.matches('button, a, summary, [type=checkbox]')),
    });
    if (did) event.preventDefault();
  });
  effect(() => {
    const { title } = timeline.value.header;
    document.title = title === '' ? 'troupe' : `${title} · troupe`;
  });
}
