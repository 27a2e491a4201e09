// Names in shared memory that a test makes belong to the program; each test hands its own back.
import { afterEach } from 'vitest';

const mine: { unlink(): void }[] = [];

/** Has what was made unlinked after the test. */
export function keep<T extends { unlink(): void }>(made: T): T {
  mine.push(made);
  return made;
}

afterEach(() => {
  for (const made of mine.splice(0)) made.unlink();
});
