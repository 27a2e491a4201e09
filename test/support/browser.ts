// A real browser for the tests of a file, and what is watched in each of its pages: a test fails by an error on the console, by one that nothing caught, and by
// a request that would leave the machine.
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { launchChromium } from '../../dist/bench/chromium.js';

export interface Opened {
  readonly page: Page;
  /** The addresses that it asked for, those of sockets included. */
  readonly requests: readonly string[];
  /** What was wrong in it so far: errors on the console, errors that nothing caught, requests that leave the machine. */
  readonly problems: string[];
}

export interface TestBrowser {
  /** Opens a page with a profile of its own, until the test has finished; it had no problems by then. */
  open(address: string, options?: BrowserContextOptions): Promise<Opened>;
}

/** Starts a browser before the tests of the file, and ends it after them. */
export function useBrowser(): TestBrowser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await launchChromium();
  }, 60_000);
  afterAll(() => browser?.close());
  return {
    async open(address, options = {}) {
      if (!browser) throw new Error('the browser starts before the tests');
      const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
      context.setDefaultTimeout(10_000);
      const requests: string[] = [];
      const problems: string[] = [];
      watch(context, requests, problems);
      const page = await context.newPage();
      onTestFinished(async () => {
        await context.close();
        expect(problems).toEqual([]);
      });
      await page.goto(address);
      return { page, requests, problems };
    },
  };
}

function watch(context: BrowserContext, requests: string[], problems: string[]): void {
  const asked = (address: string) => {
    requests.push(address);
    if (!isLocal(address)) problems.push(`asked for ${address}`);
  };
  context.on('request', (request) => asked(request.url()));
  context.on('page', (page) => page.on('websocket', (socket) => asked(socket.url())));
  context.on('weberror', (error) => problems.push(`uncaught: ${String(error.error())}`));
  context.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${message.text()} (${message.location().url})`);
  });
}

/** Whether what has this address is on this machine. */
function isLocal(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return ['file:', 'data:', 'blob:'].includes(protocol) || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}
