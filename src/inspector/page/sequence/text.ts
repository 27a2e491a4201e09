// How times, durations and names are written in the diagram, the log and the counters. No DOM.

/** `340 µs`, `1.25 ms`, `12.4 s`. */
export function durationText(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return '–';
  if (milliseconds < 0.9995) return `${Math.round(milliseconds * 1000)} µs`;
  if (milliseconds < 999.5) return `${Number(milliseconds.toPrecision(3))} ms`;
  if (milliseconds < 119_500) return `${Number((milliseconds / 1000).toPrecision(3))} s`;
  return `${Math.round(milliseconds / 60_000)} min`;
}

/** A moment of a recording: `12.345`, `2:05.120`, `1:02:05.120`. */
export function timeText(milliseconds: number): string {
  const whole = Math.max(0, Math.floor(milliseconds));
  const seconds = Math.floor(whole / 1000);
  const rest = `${two(seconds % 60)}.${String(whole % 1000).padStart(3, '0')}`;
  if (seconds < 60) return rest.replace(/^0(?=\d\.)/u, '');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`;
}

/** `7`, `1,234`, `12.3k`, `4.6M`. */
export function countText(count: number): string {
  if (count < 10_000) return grouped(Math.round(count));
  if (count < 999_500) return `${Number((count / 1000).toPrecision(3))}k`;
  return `${Number((count / 1_000_000).toPrecision(3))}M`;
}

/** `812 KB`, `48.2 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 999_500) return `${Math.round(bytes / 1000)} KB`;
  if (bytes < 999_500_000) return `${Number((bytes / 1_000_000).toPrecision(3))} MB`;
  return `${Number((bytes / 1_000_000_000).toPrecision(3))} GB`;
}

/** The whole number with its thousands apart, the same everywhere. */
export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/gu, ',');
}

/** The beginning of what is long. */
export function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
