// Small tapes for tests: contracts by ticker, prints as objects, and what the fold makes of them.
import { Decimal } from 'decimal.js';
import { ContractArena, SlotDirectory } from '../../src/domain/arena.ts';
import type { VolumeBaseline } from '../../src/domain/baseline.ts';
import { TapeLedger } from '../../src/domain/cancel-ledger.ts';
import { ContractTable } from '../../src/domain/contract-table.ts';
import { compileThreshold } from '../../src/domain/detectors/threshold.ts';
import type { Session } from '../../src/domain/session.ts';
import { batchOf, type Print, type TapeKind } from '../../src/domain/trade.ts';
import type { Detector } from '../../src/domain/detectors/detector.ts';
import type { OrderBaseline } from '../../src/domain/order-baseline.ts';
import type { Finding } from '../../src/domain/detectors/finding.ts';
import { foldTrades, UnderlyingState } from '../../src/domain/underlying.ts';

/** A session's market: its contracts, what is normal for them, and the rule. */
export interface Market {
  readonly session: Session;
  readonly tickers: readonly string[];
  /** Sessions of the baseline, and each ticker's volume over all of them. */
  readonly sessions: number;
  readonly volumeSums: readonly number[];
  /** Prints of the last days with trades; none unless given. */
  readonly lastPrints?: (contract: number) => ArrayLike<number>;
  readonly factor: string;
  readonly floor: number;
  /** What is normal of orders; nothing unless given. */
  readonly orders?: OrderBaseline | null;
  /** Detectors beside the threshold; none unless said. */
  readonly detectors?: readonly Detector[];
}

/** A table that knows `tickers` by their places in the list. */
export function tableOf(tickers: readonly string[]): ContractTable {
  const table = new ContractTable();
  tickers.forEach((ticker, place) => {
    if (table.internTicker(ticker) !== place) throw new Error(`${ticker} is not contract ${place}`);
  });
  return table;
}

/** A baseline by contract number. */
export function baselineOf(
  sessions: number,
  volumeSums: readonly number[],
  lastPrints: (contract: number) => ArrayLike<number> = () => [],
): VolumeBaseline {
  return { sessions, dates: [], volumeSum: (contract) => volumeSums[contract] ?? 0, lastPrints };
}

/** `09:31:00.250` as ms after midnight. */
export function at(time: string): number {
  const [hours = '0', minutes = '0', seconds = '0'] = time.split(':');
  return Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Math.round(Number(seconds) * 1000);
}

/** A print of contract 0 at a time of day, 1.00 dollar, electronic, on Cboe, unless said otherwise. */
export function print(time: string, size: number, rest: Partial<Print> = {}): Print {
  return { contract: 0, atMs: at(time), size, priceE4: 10_000, condition: 209, exchange: 302, ...rest };
}

/** True for prints that take an earlier one back: A, C, E and G on the wire. */
export function isCancel({ condition }: Pick<Print, 'condition'>): boolean {
  return [201, 203, 205, 207].includes(condition);
}

/** The states of a market's underlyings after a tape, and what was found on it, in the order of the tape. */
export interface Folded {
  readonly findings: Finding[];
  readonly states: readonly UnderlyingState[];
}

/** Folds a tape cut into batches of the given sizes (taken in turn); every underlying has a state of its own. */
export function fold(
  market: Market,
  prints: readonly Print[],
  cuts: readonly number[] = [],
  kind: TapeKind = 'trades',
): Folded {
  const table = tableOf(market.tickers);
  const cancels = new TapeLedger(prints.filter(isCancel));
  const context = {
    session: market.session,
    table,
    baseline: {
      ...baselineOf(market.sessions, market.volumeSums, market.lastPrints),
      orders: market.orders ?? null,
    },
    threshold: compileThreshold({ factor: new Decimal(market.factor), floor: market.floor }),
    detectors: market.detectors ?? [],
    cancels,
  };
  const arena = new ContractArena();
  const directory = new SlotDirectory();
  const states = Array.from(
    { length: table.underlyingCount },
    (_, underlying) => new UnderlyingState(context, arena, directory, underlying),
  );
  const findings: Finding[] = [];
  for (let firstRow = 0, cut = 0; firstRow < prints.length; cut++) {
    const rows = cuts.length === 0 ? prints.length : Math.max(1, cuts[cut % cuts.length]!);
    const part = prints.slice(firstRow, firstRow + rows);
    const batch = batchOf(market.session, part, { kind, firstRow });
    cancels.add(batch);
    for (const [underlying, state] of states.entries()) {
      const mine = part.flatMap((one, row) => (table.underlyingOf(one.contract) === underlying ? [row] : []));
      foldTrades(state, batch, Int32Array.from(mine), 0, mine.length, findings);
    }
    firstRow += rows;
  }
  return { findings: findings.toSorted((a, b) => a.row - b.row), states };
}
