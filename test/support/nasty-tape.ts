// Tapes made to break the fold: ties, late prints, cancels of equal prints, gaps of exactly five minutes, both closes.
import * as fc from 'fast-check';
import { requireSession } from '../../src/domain/session.ts';
import type { Print } from '../../src/domain/trade.ts';
import type { Market } from './tape.ts';

/** SPX trades to 16:15, SPXW on its last day to 16:00, SPXW of another day to 16:15; NVDA to 16:00. */
const TICKERS = [
  'O:SPXW251126C06800000',
  'O:SPXW251128P06800000',
  'O:SPX251219C06800000',
  'O:NVDA251219C00180000',
  'O:NVDA251219P00170000',
];

const market: fc.Arbitrary<Market> = fc.record({
  session: fc.constantFrom('2025-11-26', '2025-11-28').map(requireSession),
  tickers: fc.constant(TICKERS),
  sessions: fc.constantFrom(0, 1, 7, 29, 30, 30, 30),
  volumeSums: fc.array(fc.constantFrom(0, 1, 77, 500, 4_000), { minLength: 5, maxLength: 5 }),
  factor: fc.constantFrom('0.1', '1', '1.5', '2.3333'),
  floor: fc.constantFrom(0, 1, 3, 8, 20),
});

interface Step {
  readonly gapMs: number;
  readonly lateMs: number;
  readonly contract: number;
  readonly size: number;
  readonly price: number;
  readonly exchange: number;
  readonly condition: number;
  /** Not null: the print so many before comes once more, or is cancelled. */
  readonly echo: { readonly back: number; readonly cancels: boolean } | null;
}

const step: fc.Arbitrary<Step> = fc.record({
  gapMs: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(0, 0, 1, 50, 1_000, 20_000) },
    { weight: 3, arbitrary: fc.constantFrom(60_000, 150_000, 299_999, 300_000, 300_001, 600_000) },
  ),
  lateMs: fc.oneof(
    { weight: 12, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.nat(10_000) },
    { weight: 1, arbitrary: fc.constantFrom(50, 299_999, 300_000, 300_001) },
  ),
  contract: fc.nat(TICKERS.length - 1),
  size: fc.constantFrom(1, 1, 2, 5, 12),
  price: fc.constantFrom(100, 16_250),
  exchange: fc.constantFrom(302, 65_535),
  condition: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(0, 209, 219, 232) },
    { weight: 1, arbitrary: fc.constantFrom(201, 247, 248, 511, 65_535) },
  ),
  echo: fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.record({ back: fc.nat(12), cancels: fc.boolean() }) },
  ),
});

/** Before the opening, at it, and before each of the closes. */
const START_MS = [34_199_990, 34_200_000, 40_000_000, 46_500_000, 57_300_000];

function printsOf(startMs: number, steps: readonly Step[]): Print[] {
  const prints: Print[] = [];
  let clockMs = startMs;
  for (const { gapMs, lateMs, contract, size, price, exchange, condition, echo } of steps) {
    clockMs += gapMs;
    const atMs = clockMs - lateMs;
    const earlier = echo === null ? undefined : prints.at(-1 - echo.back);
    const cancel = [201, 203, 205, 207][size % 4]!;
    if (echo === null || earlier === undefined) {
      prints.push({ contract, atMs, size, priceE4: price, exchange, condition });
    } else {
      prints.push({ ...earlier, atMs, condition: echo.cancels ? cancel : earlier.condition });
    }
  }
  return prints;
}

const prints = fc
  .tuple(fc.constantFrom(...START_MS), fc.array(step, { minLength: 1, maxLength: 120, size: 'max' }))
  .map(([startMs, steps]) => printsOf(startMs, steps));

/** A market, a tape of it, and the sizes of the batches the tape is cut into. */
export const nastyTape = fc.record({
  market,
  prints,
  cuts: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
});
