/** The tests of the inspector's page run in a real browser: it is there before they begin. Where it cannot be, those tests fail and say so. */
export async function setup(): Promise<void> {
  // built a moment ago
  const { provideChromium } = await import('../dist/bench/chromium.js');
  provideChromium();
}
