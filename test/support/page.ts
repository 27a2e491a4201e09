// A page in this realm, for tests of React: it has a document and all else is Node's, so that threads are started here as ever.
import { Component, type ReactNode } from 'react';
import { Window } from 'happy-dom';
import { onTestFinished } from 'vitest';
import { until } from './observing.ts';

const window = new Window();
const { document, navigator } = window;
// a newer Node has a navigator of its own, which cannot be assigned
Object.assign(globalThis, { window, document, ...('navigator' in globalThis ? {} : { navigator }) });
// React looks for a document when it is loaded
const { createRoot } = await import('react-dom/client');

export interface Shown {
  readonly text: string;
  render(element: ReactNode): void;
  unmount(): void;
  /** Goes on when the page shows this text. */
  shows(text: string): Promise<void>;
}

/** Shows an element until the test has finished. */
export function show(element: ReactNode): Shown {
  const container = document.createElement('div');
  const root = createRoot(container, { onCaughtError: () => {} });
  onTestFinished(() => root.unmount());
  root.render(element);
  return {
    get text() {
      return container.textContent;
    },
    render: (next) => root.render(next),
    unmount: () => root.unmount(),
    async shows(text) {
      await until(`the page shows '${text}'`, () => container.textContent === text);
    },
  };
}

interface Failure {
  readonly error?: { readonly code?: unknown };
}

/** Shows the code of what its children throw. */
export class Boundary extends Component<{ readonly children?: ReactNode }, Failure> {
  override state: Failure = {};
  static getDerivedStateFromError(error: { readonly code?: unknown }): Failure {
    return { error };
  }
  override render(): ReactNode {
    return this.state.error ? `failed: ${String(this.state.error.code)}` : this.props.children;
  }
}
