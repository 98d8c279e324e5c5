// The test projects: unit tests, tests that need Postgres (pg) and whole-system simulations (sim).
import { defineConfig } from 'vitest/config';
import { SkipsReporter } from './test/support/skips-reporter.ts';

const onCi = process.env['CI'] !== undefined;

export default defineConfig({
  test: {
    passWithNoTests: true,
    reporters: ['default', new SkipsReporter(), ...(onCi ? (['json'] as const) : [])],
    outputFile: { json: 'out/vitest.json' },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.{pg,sim}.test.ts'],
          // A limit against hanging, not a measure of speed: a busy machine may take ten times as long as a quiet one.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'pg',
          include: ['test/**/*.pg.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          globalSetup: 'test/support/database.ts',
        },
      },
      {
        test: { name: 'sim', include: ['test/**/*.sim.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
      },
    ],
  },
});
