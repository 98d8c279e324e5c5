// Two thousand generated trades for the side rules: penny grids, missing quotes, crossed ones and every boundary.
//
// `node test/support/ruled-trades.ts | python3 test/support/tclf-answers.py > test/domain/side-rules.answers.json`
// asks the Python package tclf again.
import type { RuledTrade, ScopedRow } from '../../src/domain/side-rules.ts';
import { Random } from '../../src/lib/random.ts';

const ROWS = 2_000;

function scopedRow(random: Random, priceCents: number): ScopedRow {
  const missing = (share: number, value: number): number => (random.uniform() < share ? NaN : value);
  // Spreads of 0, of 10 cents (whose 30 % is a whole cent), odd ones, and crossed quotes.
  const width = [0, 1, 5, 10, 10, 20, 7, -3][random.below(8)]!;
  const bid = priceCents - random.below(Math.abs(width) + 3) + 1;
  const size = (): number => [1, 5, 10, 10, 37][random.below(5)]!;
  const moved = (): number => (priceCents + random.below(5) - 2) / 100;
  return {
    bid: missing(0.04, bid / 100),
    ask: missing(0.04, (bid + width) / 100),
    bidSize: missing(0.03, size()),
    askSize: missing(0.03, size()),
    prior: missing(0.1, moved()),
    next: missing(0.1, moved()),
  };
}

/** The trades, the same on every machine. */
export function ruledTrades(): RuledTrade[] {
  const random = new Random('side rules');
  return Array.from({ length: ROWS }, () => {
    const priceCents = 20 + random.below(1_500);
    return {
      price: priceCents / 100,
      size: [1, 2, 5, 10, 37][random.below(5)]!,
      national: scopedRow(random, priceCents),
      exchange: scopedRow(random, priceCents),
    };
  });
}

if (import.meta.main) process.stdout.write(JSON.stringify(ruledTrades()));
