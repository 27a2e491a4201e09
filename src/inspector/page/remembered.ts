// What the page keeps from visit to visit. A browser may forbid that, and then nothing is kept.
export function remember(
  name: string,
  value: unknown,
  where: 'localStorage' | 'sessionStorage' = 'localStorage',
): void {
  try {
    globalThis[where].setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // forbidden, or full
  }
}

export function remembered(name: string, where: 'localStorage' | 'sessionStorage' = 'localStorage'): unknown {
  try {
    return JSON.parse(globalThis[where].getItem(PREFIX + name) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

const PREFIX = 'troupe.inspector.';
