// Questions to deep history and their answers: days and years that the database does not keep print by print.
import type { ContractSums, FlowBucket, Page, StoredPrint, TimeCursor } from './answers.ts';

/** A print of deep history; `sequence` is 0, files carry none. */
export interface HistoricalPrint extends StoredPrint {
  readonly osi: string;
  /** Nanoseconds beyond `atMs`. */
  readonly nanos: number;
}

/** A session of a contract; null is what the day's file does not tell, which aggregates do not. */
export interface HistoricalDay {
  readonly sessionDate: string;
  readonly prints: number | null;
  /** Contracts. */
  readonly volume: number;
  readonly premiumCents: number | null;
  readonly openE4: number | null;
  readonly highE4: number | null;
  readonly lowE4: number | null;
  readonly closeE4: number | null;
  /** Parent orders of the regular hours that reached 1, 5, 10, 25, 50, 100, 250, 500, 1,000 and 2,500 contracts. */
  readonly orders: readonly number[] | null;
}

/** What deep history answers. A day it does not hold, or not print by print, gives null; dates are New York dates. */
export interface HistoryQueries {
  /** Prints of all contracts of an underlying on a day, oldest first. `limit` is 1 to 1,000. */
  underlyingPrints(
    underlying: string,
    sessionDate: string,
    after: TimeCursor | null,
    limit: number,
  ): Promise<Page<HistoricalPrint> | null>;
  /** What was traded in an underlying on a day, five minutes at a time; buckets without prints are left out. */
  underlyingFlow(
    underlying: string,
    sessionDate: string,
  ): Promise<ReadonlyArray<Omit<FlowBucket, 'alerts'>> | null>;
  /** The contracts with the most premium in the five minutes that begin at `fromMs` (epoch), the largest first. */
  largestContracts(
    sessionDate: string,
    fromMs: number,
    limit: number,
  ): Promise<readonly ContractSums[] | null>;
  /** The sessions of a contract between two dates, both included, oldest first; at most 400 days are looked at. */
  contractDays(osi: string, from: string, to: string): Promise<readonly HistoricalDay[]>;
}
