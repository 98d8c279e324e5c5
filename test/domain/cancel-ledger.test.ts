// The ledger of cancels: each takes back the latest equal print before it, once.
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { TapeLedger } from '../../src/domain/cancel-ledger.ts';
import { requireSession } from '../../src/domain/session.ts';
import { batchOf, type Print } from '../../src/domain/trade.ts';
import { assertProperty } from '../support/properties.ts';
import { isCancel } from '../support/tape.ts';

const session = requireSession('2025-11-26');

const anyPrint: fc.Arbitrary<Print> = fc.record({
  contract: fc.nat(2),
  atMs: fc.integer({ min: 34_000_000, max: 34_000_050 }),
  priceE4: fc.constantFrom(100, 200),
  size: fc.constantFrom(1, 2),
  condition: fc.constantFrom(209, 209, 0, 232, 201, 203, 205, 207, 247, 248),
  exchange: fc.constantFrom(302, 313),
});

it('takes back the latest equal print not taken back yet, or none', () => {
  assertProperty(
    fc.property(
      fc.array(anyPrint, { maxLength: 60, size: 'max' }),
      fc.integer({ min: 1, max: 9 }),
      (prints, cut) => {
        const ledger = new TapeLedger(prints.filter(isCancel));
        const taken = new Set<number>();
        for (let firstRow = 0; firstRow < prints.length; firstRow += cut) {
          const part = prints.slice(firstRow, firstRow + cut);
          ledger.add(batchOf(session, part, { firstRow }));
          part.forEach((print, place) => {
            if (!isCancel(print)) return;
            const row = firstRow + place;
            const expected = prints.findLastIndex((one, candidate) => {
              const usable =
                candidate < row && !taken.has(candidate) && [209, 0, 232].includes(one.condition);
              return usable && key(one) === key(print);
            });
            taken.add(expected);
            const found = ledger.takeOut(print.contract, row, print.priceE4, print.size, print.exchange);
            expect(found).toBe(prints[expected]?.atMs ?? null);
          });
        }
      },
    ),
  );
});

function key({ contract, priceE4, size, exchange }: Print): string {
  return [contract, priceE4, size, exchange].join(' ');
}

it('remembers only prints that equal a cancelled one', () => {
  const told: Print = { contract: 1, atMs: 1, priceE4: 100, size: 5, condition: 209, exchange: 302 };
  const others = [{ contract: 0 }, { priceE4: 200 }, { size: 6 }, { exchange: 313 }, { condition: 248 }];
  const ledger = new TapeLedger([told]);
  ledger.add(
    batchOf(
      session,
      others.map((other) => ({ ...told, ...other })),
    ),
  );
  expect(ledger.count).toBe(0);
  ledger.add(batchOf(session, [told, told], { firstRow: 5 }));
  expect(ledger.count).toBe(2);
  expect(ledger.takeOut(1, 7, 200, 5, 302)).toBeNull();
  expect([7, 7, 7].map((row) => ledger.takeOut(1, row, 100, 5, 302))).toEqual([1, 1, null]);
});

it('keeps apart as many different prints as the tape has cancels of', () => {
  const prints: Print[] = Array.from({ length: 5_000 }, (_, i) => ({
    contract: i % 40,
    atMs: i,
    priceE4: 100 * (i % 50),
    size: 1 + (i % 90),
    condition: 209,
    exchange: 300 + (i % 7),
  }));
  const ledger = new TapeLedger(prints);
  ledger.add(batchOf(session, prints));
  expect(ledger.count).toBe(5_000);
  const newest = new Map(prints.map((print) => [key(print), print.atMs]));
  for (const print of prints.toReversed()) {
    const found = ledger.takeOut(print.contract, 5_000, print.priceE4, print.size, print.exchange);
    if (newest.has(key(print))) expect(found).toBe(newest.get(key(print)));
    newest.delete(key(print));
  }
});
