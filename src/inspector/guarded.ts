// What goes wrong in telling of a program must not go wrong in the program: it is told on the console, once, and goes no further.
import { textOfError } from '../failures.ts';

export function guarded(task: () => void): void {
  try {
    task();
  } catch (error) {
    complain(error);
  }
}

let hasComplained = false;

function complain(error: unknown): void {
  if (hasComplained) return;
  hasComplained = true;
  console.warn(`troupe: the inspector could not tell all that happened: ${textOfError(error)}`);
}
