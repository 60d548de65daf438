import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const ssr = { resolve: { conditions: ['source', 'node', 'import', 'default'] } };

export default defineConfig({
  test: {
    // By default one processor is left out: of two, that is every second one. A machine under emulation has one processor, as a test has.
    maxWorkers: availableParallelism(),
    reporters: ['default', './tools/testkit/src/closing-reporter.ts'],
    projects: [
      { extends: true, ssr, test: { name: 'unit', include: ['tools/*/test/**/*.test.ts'], testTimeout: 60_000 } },
      { extends: true, ssr, test: { name: 'cli', include: ['tools/cli/e2e/**/*.test.ts'], testTimeout: 120_000 } },
      {
        extends: true,
        ssr,
        test: { name: 'boot', include: ['tools/*/boot/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 300_000 },
      },
      {
        extends: true,
        ssr,
        // What takes too long for every change: `npm run test:nightly`.
        test: { name: 'nightly', include: ['tools/*/nightly/**/*.test.ts'], testTimeout: 1_800_000, fileParallelism: false },
      },
    ],
  },
});
