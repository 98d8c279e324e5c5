// The files of a day said slowly: rows sorted as objects, and each contract's day taken from its own list of prints.
import { conditionUse, USE } from '../../src/domain/conditions.ts';
import { parseTicker } from '../../src/domain/contract.ts';
import { parentOrders } from '../../src/domain/parent.ts';
import { closeMsOf, type Session } from '../../src/domain/session.ts';
import type { Print } from '../../src/domain/trade.ts';

/** A print with the name of its contract and the nanoseconds beyond its millisecond. */
export interface NamedPrint extends Omit<Print, 'contract'> {
  readonly ticker: string;
  readonly nanos: number;
}

/** The underlying of a ticker. */
export function underlyingIn(ticker: string): string {
  const parsed = parseTicker(ticker);
  if ('fault' in parsed) throw new Error(parsed.fault);
  return parsed.underlying;
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The rows by underlying, ticker, millisecond, and place in the file. */
export function slowContractOrder(prints: readonly NamedPrint[]): NamedPrint[] {
  return prints.toSorted(
    (a, b) =>
      byText(underlyingIn(a.ticker), underlyingIn(b.ticker)) || byText(a.ticker, b.ticker) || a.atMs - b.atMs,
  );
}

/** A contract's day. */
export interface SlowContractDay {
  readonly osi: string;
  readonly prints: number;
  readonly volume: number;
  readonly premiumCents: number;
  readonly openE4: number | null;
  readonly highE4: number | null;
  readonly lowE4: number | null;
  readonly closeE4: number | null;
  /** Parent orders of at least 1, 5, 10, 25, 50, 100, 250, 500, 1,000 and 2,500 contracts. */
  readonly orders: readonly number[];
}

const use = (print: NamedPrint): number => conditionUse(print.condition);

/** The prints of one contract that no cancel takes back. */
function standing(prints: readonly NamedPrint[]): NamedPrint[] {
  const left: NamedPrint[] = [];
  for (const print of prints) {
    if ((use(print) & USE.detection) !== 0) left.push(print);
    if ((use(print) & USE.cancel) === 0) continue;
    const place = left.findLastIndex(
      ({ priceE4, size, exchange }) =>
        priceE4 === print.priceE4 && size === print.size && exchange === print.exchange,
    );
    if (place >= 0) left.splice(place, 1);
  }
  return left;
}

/** The days of all contracts of a tape, in the order of history. */
export function slowDays(session: Session, prints: readonly NamedPrint[]): SlowContractDay[] {
  const groups = Map.groupBy(slowContractOrder(prints), ({ ticker }) => ticker);
  return [...groups].map(([osi, rows]) => {
    const counted = rows.filter((row) => (use(row) & USE.detection) !== 0);
    const signed = [
      ...counted.map((row) => ({ row, sign: 1 })),
      ...rows.filter((row) => (use(row) & USE.cancel) !== 0).map((row) => ({ row, sign: -1 })),
    ];
    const sum = (value: (row: NamedPrint) => number): number =>
      signed.reduce((total, { row, sign }) => total + sign * value(row), 0);
    const contract = parseTicker(osi);
    if ('fault' in contract) throw new Error(contract.fault);
    const closeMs = closeMsOf(session, contract);
    const regular = standing(rows).filter(({ atMs }) => atMs >= session.openMs && atMs < closeMs);
    const sizes = parentOrders(regular).map(({ size }) => size);
    const prices = counted.map(({ priceE4 }) => priceE4);
    return {
      osi,
      prints: sum(() => 1),
      volume: sum(({ size }) => size),
      premiumCents: sum(({ priceE4, size }) => priceE4 * size),
      openE4: prices[0] ?? null,
      highE4: prices.length === 0 ? null : Math.max(...prices),
      lowE4: prices.length === 0 ? null : Math.min(...prices),
      closeE4: prices.at(-1) ?? null,
      orders: [1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500].map(
        (least) => sizes.filter((size) => size >= least).length,
      ),
    };
  });
}
