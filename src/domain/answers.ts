// Questions to the store and their answers: the shapes that the store gives and the API shows, page by page.
import type { Alert, Severity } from './alert.ts';
import type { OptionContract } from './contract.ts';
import type { Coverage } from './coverage.ts';
import type { Receipt } from './receipt.ts';
import type { Direction, Lean } from './side.ts';

/** A place in a list ordered by time: what comes before it is the next page. */
export interface TimeCursor {
  /** Epoch ms. */
  readonly atMs: number;
  /** Breaks ties: an alert id, or the row number of a print. */
  readonly key: string;
}

/** One page of a list, newest first unless said otherwise; `next` is null on the last page. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: TimeCursor | null;
}

/** The page of at most `limit` items in rows of which one more was asked for: it tells whether there is a next page. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  itemOf: (row: Row) => Item,
  placeOf: (row: Row) => TimeCursor,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items: shown.map(itemOf), next: more ? placeOf(last) : null };
}

/** Which alerts; every filter given must hold. */
export interface AlertQuery {
  readonly underlying?: string;
  /** OSI ticker. */
  readonly contract?: string;
  readonly detector?: string;
  readonly kind?: string;
  readonly side?: Lean['side'];
  /** -log10 of the tail probability at least. */
  readonly surpriseMin?: number;
  readonly severity?: Severity;
  readonly direction?: Direction;
  readonly premiumCentsMin?: number;
  /** Epoch ms, inclusive and exclusive. */
  readonly fromMs?: number;
  readonly untilMs?: number;
  /** Only alerts before this place. */
  readonly before?: TimeCursor;
  /** 1 to 1,000. */
  readonly limit: number;
}

/** Five minutes of an underlying. */
export interface FlowBucket {
  /** Epoch ms of the bucket's beginning. */
  readonly startMs: number;
  readonly prints: number;
  /** Contracts. */
  readonly volume: number;
  readonly callCents: number;
  readonly putCents: number;
  readonly alerts: number;
}

/** A print as it is stored. */
export interface StoredPrint {
  /** Epoch ms. */
  readonly atMs: number;
  readonly priceE4: number;
  readonly size: number;
  readonly condition: number;
  readonly exchange: number;
  /** 0 for prints of files. */
  readonly sequence: number;
}

/** Five minutes of a contract. */
export interface Bar {
  readonly startMs: number;
  readonly openE4: number;
  readonly highE4: number;
  readonly lowE4: number;
  readonly closeE4: number;
  readonly volume: number;
  readonly prints: number;
  readonly premiumCents: number;
}

/** A contract with its day. */
export interface ContractDay {
  readonly contract: OptionContract;
  readonly sessionDate: string;
  readonly volume: number;
  readonly prints: number;
  readonly premiumCents: number;
  readonly lastPriceE4: number | null;
}

/** What is normal for a contract, by one run of the baseline job. */
export interface ContractNormal {
  readonly run: number;
  /** Session the run was made for: only earlier ones are in it. */
  readonly asOf: string;
  readonly sessions: number;
  /** Contracts a session, absent sessions counted as 0. */
  readonly meanDayVolume: number;
}

/** An underlying with its session. */
export interface UnderlyingRow {
  readonly symbol: string;
  /** Contracts. */
  readonly volume: number;
  readonly premiumCents: number;
  readonly alerts: number;
}

/** Which contracts of an underlying; every filter given must hold. */
export interface ContractFilter {
  /** New York dates, both included. */
  readonly expiryFrom?: string;
  readonly expiryUntil?: string;
  readonly right?: OptionContract['right'];
  readonly strikeMillsMin?: number;
  readonly strikeMillsMax?: number;
  readonly volumeMin?: number;
  /** Only contracts behind this place: premium in cents and ticker. */
  readonly after?: TimeCursor;
  /** 1 to 1,000. */
  readonly limit: number;
}

/** A contract of an underlying with its session. */
export interface ContractRow {
  readonly osi: string;
  readonly expiryDate: string;
  readonly right: OptionContract['right'];
  readonly strikeMills: number;
  readonly multiplier: number;
  readonly adjusted: boolean;
  readonly volume: number;
  readonly prints: number;
  readonly premiumCents: number;
  readonly lastPriceE4: number | null;
}

/** A print of an underlying as it is stored. */
export interface UnderlyingPrint extends StoredPrint {
  readonly osi: string;
  readonly multiplier: number;
}

/** Alerts of a session that have these words in common. */
export interface AlertTally {
  readonly sessionDate: string;
  readonly detector: string;
  readonly kind: string;
  readonly severity: Severity;
  readonly direction: Direction;
  readonly alerts: number;
  readonly premiumCents: number;
}

/** A time in which the feed gave nothing though it should have. */
export interface FeedHole {
  readonly feed: string;
  readonly sessionDate: string;
  /** Epoch ms; the end is null while it is open. */
  readonly beganMs: number;
  readonly endedMs: number | null;
  readonly reason: string;
  readonly state: string;
}

/** What a contract did in some minutes. */
export interface ContractSums {
  readonly osi: string;
  readonly prints: number;
  /** Contracts. */
  readonly volume: number;
  readonly premiumCents: number;
}

/** A session of a contract, by its sums. */
export interface ContractSession {
  readonly sessionDate: string;
  readonly prints: number;
  /** Contracts. */
  readonly volume: number;
  readonly premiumCents: number;
  readonly lastPriceE4: number | null;
}

/** What the store answers. Unknown names give null, never an error; dates are New York dates. */
export interface StoreQueries {
  alerts(query: AlertQuery): Promise<Page<Alert>>;
  alert(id: string): Promise<Alert | null>;
  /** With its receipt, which is null of an alert stored before receipts were kept. */
  receipt(id: string): Promise<{ readonly alert: Alert; readonly receipt: Receipt | null } | null>;
  flow(underlying: string, sessionDate: string): Promise<readonly FlowBucket[] | null>;
  contractDay(osi: string, sessionDate: string): Promise<ContractDay | null>;
  /** Oldest first. */
  prints(
    osi: string,
    sessionDate: string,
    after: TimeCursor | null,
    limit: number,
  ): Promise<Page<StoredPrint> | null>;
  bars(osi: string, sessionDate: string): Promise<readonly Bar[] | null>;
  normal(osi: string): Promise<ContractNormal | null>;
  /** By name: those that begin with the prefix, after a symbol. */
  underlyings(
    prefix: string,
    sessionDate: string,
    after: string,
    limit: number,
  ): Promise<readonly UnderlyingRow[]>;
  /** The most premium first. */
  contracts(
    underlying: string,
    sessionDate: string,
    filter: ContractFilter,
  ): Promise<Page<ContractRow> | null>;
  /** Oldest first. */
  underlyingPrints(
    underlying: string,
    sessionDate: string,
    after: TimeCursor | null,
    limit: number,
  ): Promise<Page<UnderlyingPrint> | null>;
  /** Newest session first; both dates included. */
  alertTallies(from: string, until: string, underlying: string | null): Promise<readonly AlertTally[]>;
  /** Oldest first. */
  gaps(sessionDate: string): Promise<readonly FeedHole[]>;
  /** Of the five minutes that hold a moment (epoch ms), the most premium first. */
  largestContracts(sessionDate: string, atMs: number, limit: number): Promise<readonly ContractSums[]>;
  /** Oldest first; both dates included. */
  contractDays(osi: string, from: string, until: string): Promise<readonly ContractSession[] | null>;
  /** Oldest first; both dates included. */
  coverage(from: string, until: string): Promise<readonly Coverage[]>;
}
