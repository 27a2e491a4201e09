import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/build.ts', 'test/chromium.ts'],
    server: { deps: { external: [/\/dist\//] } },
    typecheck: { enabled: true, include: ['test/**/*.test-d.ts'] },
  },
});
