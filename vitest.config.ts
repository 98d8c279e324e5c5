// The test projects: unit tests, tests that need Postgres (pg) and whole-system simulations (sim).
import { defineConfig } from 'vitest/config';
import { SkipsReporter } from './test/support/skips-reporter.ts';

const onCi = process.env['CI'] !== undefined;

// Limits against hanging, no measure of speed: a busy machine may take ten times as long as a quiet one.
const limits = { testTimeout: 120_000, hookTimeout: 120_000 };

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
          ...limits,
        },
      },
      {
        test: {
          name: 'pg',
          include: ['test/**/*.pg.test.ts'],
          ...limits,
          globalSetup: 'test/support/database.ts',
        },
      },
      {
        test: { name: 'sim', include: ['test/**/*.sim.test.ts'], ...limits },
      },
    ],
  },
});
