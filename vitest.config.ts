import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // most tests wait for threads, processes and pages: one at a time leaves the machine idle
    maxWorkers: 2,
    globalSetup: ['test/build.ts', 'test/chromium.ts'],
    server: { deps: { external: [/\/dist\//] } },
    typecheck: { enabled: true, include: ['test/**/*.test-d.ts'] },
  },
});
