// One alert as the engine raises it, with its receipt: three orders of a quiet contract on a quoted market.
import { Decimal } from 'decimal.js';
import { SessionLedger } from '../../src/domain/session-ledger.ts';
import { requireSession } from '../../src/domain/session.ts';
import type { RaisedAlert } from '../../src/domain/receipt.ts';
import { batchOf, type Print } from '../../src/domain/trade.ts';
import { createEngine } from '../../src/engine.ts';
import { baselineOf, print, tableOf } from './tape.ts';

export const RAISED_CONTRACT = 'O:NVDA261218C00180000';
export const RAISED_PRINTS: readonly Print[] = [
  print('10:00:00', 60, { priceE4: 20_000 }),
  print('10:00:01', 30, { priceE4: 21_000, exchange: 303, condition: 219 }),
  print('10:00:01.050', 20, { priceE4: 21_000, exchange: 302, condition: 219 }),
  print('10:00:02', 50, { priceE4: 22_000 }),
];

/** The alert, of the session 2026-11-20. */
export function raisedAlert(): RaisedAlert {
  const session = requireSession('2026-11-20');
  const ledger = new SessionLedger();
  const engine = createEngine({
    session,
    table: tableOf([RAISED_CONTRACT]),
    baseline: baselineOf(30, [7_800]),
    threshold: { factor: new Decimal(10), floor: 150 },
    cancels: ledger,
    tape: () => ledger.tape(),
  });
  const [first] = RAISED_PRINTS as [Print, ...Print[]];
  const column = (value: number): Int32Array => Int32Array.of(value);
  engine.takeQuotes({
    length: 1,
    settledMs: 0,
    contract: column(0),
    atMs: column(first.atMs - 250),
    bidE4: column(19_500),
    askE4: column(20_000),
    bidSize: column(10),
    askSize: column(12),
  });
  const batch = batchOf(session, RAISED_PRINTS);
  ledger.add(batch);
  const [alert] = engine.take(batch);
  engine.stop();
  return alert!;
}
