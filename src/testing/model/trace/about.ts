// What a run is the way to, in a sentence.
import type { About } from './run.ts';

export function aboutText({ kind, claim }: About): string {
  switch (kind) {
    case 'always':
      return `'${claim}' does not hold`;
    case 'eventually':
      return `'${claim}' never comes to hold`;
    case 'sometimes':
      return `'${claim}' holds nowhere`;
    case 'reached':
      return `'${claim}' holds`;
    case 'unhandled':
      return 'an event is dropped, for nothing handles it there';
    case 'deadlock':
      return 'nothing more happens, and it may not stop there';
    default:
      return 'an actor fails';
  }
}
