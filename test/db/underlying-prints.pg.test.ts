// The prints of an underlying page by page, on an open day and a sealed one: all of them, each once, by time.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listUnderlyingPrints } from '../../src/db/market-answers.ts';
import { sumPrints } from '../../src/db/print-sums.ts';
import { createPrintWriter } from '../../src/db/print-writer.ts';
import { sealDay } from '../../src/db/seal.ts';
import type { TimeCursor } from '../../src/domain/answers.ts';
import { requireSession } from '../../src/domain/session.ts';
import { batchOf, type Print } from '../../src/domain/trade.ts';
import { Random } from '../../src/lib/random.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { tableOf } from '../support/tape.ts';

const session = requireSession('2026-11-20');
const random = new Random('prints of an underlying');
const SPY = 0;

/** A day of two underlyings with cancels, prints that no sum counts, late ones, and a stretch without any. */
const DAY: readonly Print[] = Array.from({ length: 3_000 }, (_print, row) => ({
  contract: random.below(3) === 0 ? SPY : 1,
  atMs: 34_200_000 + row * 4_000 + (row > 1_000 ? 3_600_000 : 0) - random.below(600_000),
  priceE4: 10_000,
  size: 1 + random.below(9),
  condition: [209, 209, 201, 247, 248][random.below(5)]!,
  exchange: 302,
}));
const EXPECTED = DAY.map(({ atMs, size, contract }, row) => ({ atMs, size, contract, row }))
  .filter(({ contract }) => contract === SPY)
  .toSorted((a, b) => a.atMs - b.atMs || a.row - b.row)
  .map(({ atMs, size }) => ({ atMs, size }));

describe('the prints of an underlying', () => {
  let clone: TestDatabase;
  beforeAll(async () => {
    clone = await cloneDatabase();
    const writer = createPrintWriter(clone.db, tableOf(['O:SPY261218C00650000', 'O:QQQ261218C00650000']));
    await writer.store(batchOf(session, DAY));
  });
  afterAll(() => clone[Symbol.asyncDispose]());

  async function pages(limit: number): Promise<{ atMs: number; size: number }[]> {
    const seen: { atMs: number; size: number }[] = [];
    let after: TimeCursor | null = null;
    do {
      const page = await listUnderlyingPrints(clone.db, 'SPY', session.date, after, limit);
      for (const { atMs, size } of page!.items) seen.push({ atMs: atMs - session.midnightMs, size });
      after = page!.next;
    } while (after !== null);
    return seen;
  }

  it.each([
    ['that are not summed yet', async () => {}],
    ['of which some are summed', async () => sumPrints(clone.db, 1_500)],
    ['that are all summed', async () => sumPrints(clone.db)],
    [
      'whose sums hold minute aggregates, which leave no prints',
      async () =>
        clone.db.change(
          "update spyhop.flow set prints = prints + 500 where underlying = 'SPY' and bucket % 7 = 0",
        ),
    ],
    ['of a sealed day', async () => sealDay(clone.db, session.date)],
  ])('%s are given page by page, each once', async (_what, prepare) => {
    await prepare();
    for (const limit of [7, 100, 2_000]) expect(await pages(limit)).toEqual(EXPECTED);
  });
});
