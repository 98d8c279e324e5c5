// The live session's ledger takes back the same prints as the ledger that knew beforehand what would be cancelled.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TapeLedger } from '../../src/domain/cancel-ledger.ts';
import { requireSession } from '../../src/domain/session.ts';
import { SessionLedger } from '../../src/domain/session-ledger.ts';
import { batchOf, type Print } from '../../src/domain/trade.ts';
import { assertProperty } from '../support/properties.ts';

const session = requireSession('2026-11-20');
const print = fc.record({
  contract: fc.nat(3),
  atMs: fc.constantFrom(34_200_000, 34_200_001, 40_000_000),
  priceE4: fc.constantFrom(100, 200),
  size: fc.integer({ min: 1, max: 2 }),
  condition: fc.constantFrom(209, 209, 209, 201, 247),
  exchange: fc.constantFrom(302, 303),
});

describe('a cancel in a live session', () => {
  test('finds the print that the replay of the same tape finds', () => {
    assertProperty(
      fc.property(fc.array(print, { maxLength: 60 }), (prints: Print[]) => {
        const live = new SessionLedger();
        const replayed = new TapeLedger(prints.filter(({ condition }) => condition === 201));
        prints.forEach((one, row) => {
          const batch = batchOf(session, [one], { firstRow: row });
          live.add(batch);
          replayed.add(batch);
          if (one.condition !== 201) return;
          const { contract, priceE4, size, exchange } = one;
          const found = live.takeOut(contract, row, priceE4, size, exchange);
          expect(found).toBe(replayed.takeOut(contract, row, priceE4, size, exchange));
        });
      }),
    );
  });

  test('finds prints among more than the first columns hold, and of contracts far apart', () => {
    const ledger = new SessionLedger();
    const one = { atMs: 40_000_000, priceE4: 100, size: 1, condition: 209, exchange: 302 };
    const prints = Array.from({ length: 10_000 }, (_, i) => ({ ...one, contract: i * 3, priceE4: 100 + i }));
    ledger.add(batchOf(session, prints));
    expect(ledger.count).toBe(10_000);
    expect(ledger.takeOut(29_997, 20_000, 10_099, 1, 302)).toBe(40_000_000);
    expect(ledger.takeOut(29_997, 20_000, 10_099, 1, 302)).toBeNull();
    expect(ledger.takeOut(99_999, 20_000, 100, 1, 302)).toBeNull();
  });
});
