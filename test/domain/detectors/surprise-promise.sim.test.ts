// The promise of the budget: on a market without anomalies chance speaks about as often as was agreed.
import { expect, it } from 'vitest';
import { sessionsBefore } from '../../../src/domain/session.ts';
import { present } from '../../../src/lib/assert.ts';
import { batchesOf } from '../../../src/simulation/day-batches.ts';
import { createMarket } from '../../../src/simulation/market.ts';
import { NullRun } from '../../support/null-run.ts';

const SEED = 'a quiet autumn';
const LEARN_DAYS = 25;
const WATCHED_DAYS = 20;
/** A small market: a budget of 20 alerts a day is spent on 60 underlyings and 12,000 prints. */
const BUDGET = 20;

it(`speaks by chance within the budget, in the mean of ${WATCHED_DAYS} days (seed "${SEED}")`, () => {
  const market = createMarket({ seed: SEED, underlyings: 60, tradesPerDay: 12_000, anomaliesPerDay: 0 });
  const run = new NullRun({ alertsPerDay: BUDGET, recalibrates: false });
  let spoken = 0;
  sessionsBefore('2026-11-21', LEARN_DAYS + WATCHED_DAYS).forEach((date, i) => {
    const day = market.day(date);
    const batch = present([...batchesOf(day, run.table, day.length)][0], 'a day with prints');
    if (i < LEARN_DAYS) run.learn(batch);
    else run.watch(batch, ({ contracts, underlyings }) => (spoken += contracts + underlyings));
  });
  const mean = spoken / WATCHED_DAYS;
  expect(mean).toBeGreaterThan(0.05 * BUDGET);
  expect(mean).toBeLessThan(1.2 * BUDGET);
});
