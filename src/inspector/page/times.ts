// Moments and spans of time in words. Pure.

/** A span in milliseconds: `0.24 ms`, `12 ms`, `3.21 s`, `2 min 5 s`. */
export function ago(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return '';
  const size = Math.abs(milliseconds);
  if (size < 10) return `${milliseconds.toFixed(2)} ms`;
  if (size < 1000) return `${milliseconds.toFixed(0)} ms`;
  if (size < 60_000) return `${(milliseconds / 1000).toFixed(2)} s`;
  if (size < 3_600_000)
    return `${Math.floor(milliseconds / 60_000)} min ${Math.floor((milliseconds % 60_000) / 1000)} s`;
  return `${Math.floor(milliseconds / 3_600_000)} h ${Math.floor((milliseconds % 3_600_000) / 60_000)} min`;
}

/** The time of the day, to the millisecond. */
export function timeOfDay(epoch: number, at: number): string {
  const date = new Date(epoch + at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

const two = (number: number) => String(number).padStart(2, '0');
