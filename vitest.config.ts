import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    setupFiles: ['test/setup.ts'],
    isolate: false, // files share what they import: a third of the processor time
    maxWorkers: '100%', // by default a core is left to watch mode
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: { include: ['sim/**', 'policies/**', 'devices/**', 'workloads/**', 'experiments/**'] },
  },
});
