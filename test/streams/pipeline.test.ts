// The pipeline: findings come in the order of the tape, whoever found them and however the tape was cut.
import * as fc from 'fast-check';
import { from, Subject } from 'rxjs';
import { expect, test } from 'vitest';
import { requireSession } from '../../src/domain/session.ts';
import { batchOf, type TradeBatch } from '../../src/domain/trade.ts';
import type { Finding } from '../../src/domain/detectors/finding.ts';
import { findingsOf } from '../../src/streams/pipeline.ts';
import type { RoutedBatch } from '../../src/streams/route.ts';
import { assertProperty } from '../support/properties.ts';
import { print, tableOf } from '../support/tape.ts';

const SESSION = requireSession('2025-11-24');
const TABLE = tableOf(['O:SPY251219C00650000', 'O:NVDA251219C00180000', 'O:QQQ251219C00600000']);

function batchesOf(contracts: readonly number[], rows: number): TradeBatch[] {
  const batches: TradeBatch[] = [];
  for (let firstRow = 0; firstRow < contracts.length; firstRow += rows) {
    const part = contracts.slice(firstRow, firstRow + rows);
    batches.push(
      batchOf(
        SESSION,
        part.map((contract) => print('10:00', 1, { contract })),
        { firstRow },
      ),
    );
  }
  return batches;
}

/** Finds every row, the last group first: no order to rely on. */
function findEverything({ batch, order, groups, starts }: RoutedBatch<TradeBatch>): Finding[] {
  const findings: Finding[] = [];
  for (let group = groups - 1; group >= 0; group--) {
    for (const row of order.subarray(starts[group], starts[group + 1])) {
      findings.push({ row: batch.firstRow + row, contract: batch.contract[row] } as Finding);
    }
  }
  return findings;
}

test('findings come in the order of the tape, whatever the size of the batches', () => {
  assertProperty(
    fc.property(
      fc.array(fc.nat(2), { maxLength: 50 }),
      fc.integer({ min: 1, max: 60 }),
      (contracts, rows) => {
        const told: number[][] = [];
        findingsOf(from(batchesOf(contracts, rows)), { table: TABLE, deliver: findEverything }).subscribe(
          ({ row, contract }) => told.push([row, contract]),
        );
        expect(told).toEqual(contracts.map((contract, row) => [row, contract]));
      },
    ),
  );
});

test('each batch is told before the next is taken, so nothing waits inside', () => {
  const events: string[] = [];
  const tape = new Subject<TradeBatch>();
  findingsOf(tape, { table: TABLE, deliver: findEverything }).subscribe(({ row }) =>
    events.push(`row ${row}`),
  );
  for (const batch of batchesOf([0, 1, 2, 0], 2)) {
    events.push(`batch of ${batch.firstRow}`);
    tape.next(batch);
  }
  expect(events).toEqual(['batch of 0', 'row 0', 'row 1', 'batch of 2', 'row 2', 'row 3']);
});
