// Tapes without anomalies from tapes that may have some: days are exchanged within underlying and days to expiry.
import { dayNumberOf } from '../../src/domain/calendar.ts';
import type { ContractTable } from '../../src/domain/contract-table.ts';
import { allocateColumns, type TradeBatch, type TradeColumns } from '../../src/domain/trade.ts';
import { present } from '../../src/lib/assert.ts';
import { Random } from '../../src/lib/random.ts';

/** A day's rows, whole, in time order. */
export interface WholeTape {
  readonly date: string;
  readonly batch: TradeBatch;
}

/** Upper bounds of the days to expiry that are exchanged among each other. */
const BUCKETS = [0, 3, 7, 14, 30, 60] as const;

function bucketOf(days: number): number {
  let bucket = 0;
  while (bucket < BUCKETS.length && days > BUCKETS[bucket]!) bucket++;
  return bucket;
}

/** How far the days of an underlying in one bucket are moved: a cycle by a random number of places. */
function shiftOf(seed: string, underlying: number, bucket: number, days: number): number {
  return new Random(`${seed}/${underlying}/${bucket}`).below(Math.max(1, days));
}

/**
 * The days with the rows of each contract moved to another of its days in the same bucket of days to expiry, those of
 * one underlying and bucket by as much: what a contract does stays as it is, and when it is in the day, but what lasts
 * from day to day is torn apart.
 */
export function permuteDays(tapes: readonly WholeTape[], table: ContractTable, seed: string): WholeTape[] {
  const dayNumbers = tapes.map(({ date }) => present(dayNumberOf(date), 'the day of a tape'));
  const expiryDays = new Map<number, number>();
  const expiryOf = (contract: number): number => {
    let day = expiryDays.get(contract);
    if (day === undefined) {
      day = present(dayNumberOf(table.contract(contract).expiryDate), 'the day of an expiry');
      expiryDays.set(contract, day);
    }
    return day;
  };
  const targets = new Map<string, number[]>();
  const targetOf = (contract: number, from: number): number => {
    const expiry = expiryOf(contract);
    const bucket = bucketOf(expiry - dayNumbers[from]!);
    const key = `${contract} ${bucket}`;
    let days = targets.get(key);
    if (days === undefined) {
      days = dayNumbers.flatMap((day, i) => (expiry >= day && bucketOf(expiry - day) === bucket ? [i] : []));
      targets.set(key, days);
    }
    const shift = shiftOf(seed, table.underlyingOf(contract), bucket, days.length);
    return days[(days.indexOf(from) + shift) % days.length]!;
  };
  const rows: number[][] = tapes.map(() => []);
  tapes.forEach(({ batch }, from) => {
    const moved = new Map<number, number>();
    for (let row = 0; row < batch.length; row++) {
      const contract = batch.contract[row]!;
      let to = moved.get(contract);
      if (to === undefined) moved.set(contract, (to = targetOf(contract, from)));
      rows[to]!.push(from, row);
    }
  });
  return tapes.map((tape, to) => ({ date: tape.date, batch: gathered(tape.batch, tapes, rows[to]!) }));
}

/** The rows given as pairs of day and row, in time order. */
function gathered(shape: TradeBatch, tapes: readonly WholeTape[], pairs: readonly number[]): TradeBatch {
  const length = pairs.length / 2;
  const places = Array.from({ length }, (_, i) => i);
  const atMs = (place: number): number => tapes[pairs[2 * place]!]!.batch.atMs[pairs[2 * place + 1]!]!;
  places.sort((a, b) => atMs(a) - atMs(b) || a - b);
  const columns: TradeColumns = allocateColumns(length);
  places.forEach((place, row) => {
    const from = tapes[pairs[2 * place]!]!.batch;
    const at = pairs[2 * place + 1]!;
    columns.contract[row] = from.contract[at]!;
    columns.atMs[row] = from.atMs[at]!;
    columns.priceE4[row] = from.priceE4[at]!;
    columns.size[row] = from.size[at]!;
    columns.condition[row] = from.condition[at]!;
    columns.exchange[row] = from.exchange[at]!;
  });
  return { ...shape, length, firstRow: 0, ...columns };
}
