// The test projects: unit tests, tests that need Postgres (pg) and whole-system simulations (sim).
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    passWithNoTests: true,
    projects: [
      { test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/**/*.{pg,sim}.test.ts'] } },
      { test: { name: 'pg', include: ['test/**/*.pg.test.ts'] } },
      { test: { name: 'sim', include: ['test/**/*.sim.test.ts'], testTimeout: 60_000 } },
    ],
  },
});
