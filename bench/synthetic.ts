// A tape without a market: prints of many contracts made as fast as they are folded, to see how cost grows.
import type { VolumeBaseline } from '../src/domain/baseline.ts';
import { TapeLedger } from '../src/domain/cancel-ledger.ts';
import { ContractTable } from '../src/domain/contract-table.ts';
import { DEFAULT_THRESHOLD } from '../src/domain/detectors/threshold.ts';
import { requireSession } from '../src/domain/session.ts';
import { allocateColumns, type TradeBatch } from '../src/domain/trade.ts';
import { createEngine, type Engine } from '../src/engine.ts';
import { Random } from '../src/lib/random.ts';

export const BATCH_ROWS = 1 << 18;
const SESSION = requireSession('2026-11-20');

export interface SyntheticMarket {
  readonly underlyings: number;
  /** Contracts in all, the same number of each underlying. */
  readonly contracts: number;
}

/** Interns the market's tickers: contract number = underlying x contracts of each + place. */
export function tableOf({ underlyings, contracts }: SyntheticMarket): ContractTable {
  const table = new ContractTable();
  const each = Math.ceil(contracts / underlyings);
  for (let underlying = 0; underlying < underlyings; underlying++) {
    const name = [17_576, 676, 26, 1].map((scale) =>
      String.fromCharCode(65 + (Math.floor(underlying / scale) % 26)),
    );
    for (let place = 0; place < each; place++) {
      const right = place % 2 === 0 ? 'C' : 'P';
      table.internTicker(`O:${name.join('')}261218${right}${String(1_000 + place * 500).padStart(8, '0')}`);
    }
  }
  return table;
}

/** An engine for a session of such a market, every contract normally quiet. */
export function engineOf(table: ContractTable): Engine {
  const baseline: VolumeBaseline = { sessions: 30, dates: [], volumeSum: () => 23_400 };
  return createEngine({
    session: SESSION,
    table,
    baseline,
    threshold: DEFAULT_THRESHOLD,
    cancels: new TapeLedger([]),
    tape: () => [],
  });
}

/**
 * Prints spread evenly over the session, their underlyings by Zipf's law (exponent 1), the contracts of one by a cube,
 * so that few are busy and most are quiet. Batches share their columns.
 */
export function* syntheticTape(
  { underlyings, contracts }: SyntheticMarket,
  prints: number,
): Generator<TradeBatch> {
  const random = new Random(`${underlyings} ${contracts} ${prints}`);
  const each = Math.ceil(contracts / underlyings);
  const logOfAll = Math.log(underlyings + 1);
  const spanMs = SESSION.closeMs - SESSION.openMs;
  const columns = allocateColumns(BATCH_ROWS);
  columns.condition.fill(209);
  columns.exchange.fill(302);
  columns.priceE4.fill(12_500);
  for (let firstRow = 0; firstRow < prints; firstRow += BATCH_ROWS) {
    const length = Math.min(BATCH_ROWS, prints - firstRow);
    for (let row = 0; row < length; row++) {
      // Inverse of the law: the logarithm of the rank is uniform.
      const rank = Math.floor(Math.exp((random.uint32() / 2 ** 32) * logOfAll)) - 1;
      const depth = (random.uint32() / 2 ** 32) ** 3;
      columns.contract[row] = Math.min(rank, underlyings - 1) * each + Math.floor(depth * each);
      columns.atMs[row] = SESSION.openMs + Math.floor(((firstRow + row) / prints) * spanMs);
      columns.size[row] = 1 + (random.uint32() & 7);
    }
    yield { session: SESSION, kind: 'trades', length, firstRow, sequence: null, ...columns };
  }
}

/** CPU seconds of this process, user and system. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
