// What a claim says: whether it is so. What counts as true or false in an `if` does here, too; only a promise is refused, for it would count as true whatever comes of it.

/** Whether a claim says that it is so. Throws for a promise. */
export function isSo(answer: unknown): boolean {
  if (typeof answer === 'object' && answer !== null && 'then' in answer && typeof answer.then === 'function') {
    throw new TypeError('The claim gives a promise. Have it say at once whether it is so: it must not be async.');
  }
  return Boolean(answer);
}
