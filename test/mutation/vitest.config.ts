import { defineConfig } from 'vitest/config';

/** The policies' own tests, but not the replay of long traces: a mutant that only it kills wants a small test. */
export default defineConfig({
  test: {
    include: ['test/mutation/policies.ts'],
    setupFiles: ['test/setup.ts', 'test/mutation/setup.ts'],
    testTimeout: 60_000,
    bail: 1,
  },
});
