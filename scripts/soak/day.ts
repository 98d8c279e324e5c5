// The day that every round of the soak lives through: the same frames for all processes, and what is normal before it.
import { Decimal } from 'decimal.js';
import { VolumeHistory } from '../../src/domain/baseline.ts';
import type { ContractTable } from '../../src/domain/contract-table.ts';
import { requireSession, sessionsBefore } from '../../src/domain/session.ts';
import type { LoadedBaseline } from '../../src/db/baselines.ts';
import { VolumeCounter } from '../../src/feeds/flat-file/volumes.ts';
import { batchesOf } from '../../src/simulation/day-batches.ts';
import { createMarket } from '../../src/simulation/market.ts';
import { DayTickers, tradeElement } from '../../src/simulation/provider/day-elements.ts';

export const SESSION = requireSession('2026-11-20');
export const THRESHOLD = { factor: new Decimal(10), floor: 100 };
export const PRINTS_A_FRAME = 30;

const market = createMarket({ seed: 'soak', underlyings: 8, tradesPerDay: 3_000, anomaliesPerDay: 10 });
const day = market.day(SESSION.date);

export interface Frame {
  readonly bytes: Buffer;
  /** Epoch ms; rises from frame to frame. */
  readonly receivedAtMs: number;
}

export const FRAMES: readonly Frame[] = Array.from(
  { length: Math.ceil(day.length / PRINTS_A_FRAME) },
  (_frame, number) => {
    const tickers = new DayTickers(day);
    const from = number * PRINTS_A_FRAME;
    const rows = Math.min(PRINTS_A_FRAME, day.length - from);
    const elements = Array.from({ length: rows }, (_element, n) => tradeElement(day, tickers, from + n));
    const lastMs = SESSION.midnightMs + day.columns.atMs[from + rows - 1]!;
    return { bytes: Buffer.from(`[${elements.join(',')}]`), receivedAtMs: lastMs + number };
  },
);

/** Prints of the day. */
export const PRINTS = day.length;

/** What three days before teach, as `table` numbers contracts. */
export function baselineFor(table: ContractTable): LoadedBaseline {
  const history = new VolumeHistory();
  for (const date of sessionsBefore(SESSION.date, 3)) {
    const counter = new VolumeCounter();
    for (const batch of batchesOf(market.day(date), table)) counter.add(batch);
    history.add(counter.take(date));
  }
  const contracts = table.count;
  return { ...history.before(SESSION.date, contracts), run: 1, asOf: SESSION.date, contracts };
}
