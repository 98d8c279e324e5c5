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
        const ledger = new TapeLedger(prints.filter(isCancel).map(({ contract }) => contract));
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

it('knows nothing of contracts it was not told of', () => {
  const ledger = new TapeLedger([1]);
  ledger.add(
    batchOf(session, [{ contract: 0, atMs: 1, priceE4: 1, size: 1, condition: 209, exchange: 302 }]),
  );
  expect(ledger.takeOut(0, 1, 1, 1, 302)).toBeNull();
});
