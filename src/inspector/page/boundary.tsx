// A view that throws is replaced by a sentence, and the others go on.
import type { ComponentChildren } from 'preact';
import { useErrorBoundary } from 'preact/hooks';

export function Boundary({ name, children }: { readonly name: string; readonly children?: ComponentChildren }) {
  const [error, reset] = useErrorBoundary((thrown) => console.error(thrown)) as [unknown, () => void];
  if (error === undefined) return <>{children}</>;
  return (
    <div class="boundary" role="alert">
      <p>
        {name} could not be drawn: {error instanceof Error ? error.message : 'something went wrong in it.'}
      </p>
      <button type="button" class="button" onClick={reset}>
        Draw it again
      </button>
    </div>
  );
}
