// What an option contract is: the OSI ticker of the feed, taken apart from the right.

export type Right = 'call' | 'put';

/** One listed option contract. */
export interface OptionContract {
  /** Ticker as the feed writes it, with "O:" and without padding: "O:SPY251219C00650000". */
  readonly osi: string;
  /** OSI root, which may differ from the underlying: "SPXW", "GOOG1". */
  readonly root: string;
  /** Security the option is written on: "SPX". The key of every per-underlying actor. */
  readonly underlying: string;
  /** Last day of the contract, New York date "YYYY-MM-DD". */
  readonly expiryDate: string;
  readonly right: Right;
  /** Exercise price in 1/1000 dollar. */
  readonly strikeMills: number;
  /** Shares a contract; 100 until reference data says otherwise. */
  readonly multiplier: number;
  /** True for roots with a digit after a corporate action (or an old mini): the multiplier is then an assumption. */
  readonly adjusted: boolean;
}

/** Why a ticker is not an option contract; the words appear in reports of rejected rows. */
export type TickerFault =
  | 'ticker too short or too long'
  | 'ticker root is not 1 to 6 capital letters or digits'
  | 'ticker date is not a calendar date'
  | 'ticker right is neither C nor P'
  | 'ticker strike is not 8 digits above zero';

/** Roots of index classes whose name is not that of the index (Cboe and Nasdaq product specifications). */
const INDEX_ROOTS: Readonly<Record<string, string>> = {
  SPXW: 'SPX',
  SPXPM: 'SPX',
  SPXQ: 'SPX',
  RUTW: 'RUT',
  RUTQ: 'RUT',
  VIXW: 'VIX',
  NDXP: 'NDX',
  NQX: 'NDX',
};

/** yymmdd, right, strike: the fixed tail of an OSI symbol. Roots may end in digits, so the tail is cut off first. */
const TAIL_LENGTH = 15;
const ROOT = /^[A-Z0-9]{1,6}$/;
const TAIL = /^\d{6}[CP]\d{8}$/;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Last day number of a month (1-12) in the Gregorian calendar. */
function lastDayOf(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 && leap ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0);
}

/** The underlying a root stands for, and whether the root is an adjusted one. */
export function underlyingOfRoot(root: string): { underlying: string; adjusted: boolean } {
  const index = INDEX_ROOTS[root];
  if (index !== undefined) return { underlying: index, adjusted: false };
  if (root.charCodeAt(root.length - 1) > 57) return { underlying: root, adjusted: false };
  const letters = root.replace(/\d+$/, '');
  if (letters === root || letters === '') return { underlying: root, adjusted: false };
  return { underlying: letters, adjusted: true };
}

function faultOf(ticker: string, root: string, tail: string): TickerFault {
  if (ticker.length < TAIL_LENGTH + 1 || ticker.length > TAIL_LENGTH + 8)
    return 'ticker too short or too long';
  // A strike of nine digits shifts the tail by one, so the right and the date are looked at from the right first.
  if (!/^\d{8}$/.test(tail.slice(7)) || Number(tail.slice(7)) === 0)
    return 'ticker strike is not 8 digits above zero';
  if (tail[6] !== 'C' && tail[6] !== 'P') return 'ticker right is neither C nor P';
  if (!ROOT.test(root)) return 'ticker root is not 1 to 6 capital letters or digits';
  return 'ticker date is not a calendar date';
}

/**
 * Parses an OSI ticker ("O:SPY251219C00650000", prefix optional) from the right.
 * Returns the contract, or the fault in words; never throws.
 */
export function parseTicker(ticker: string): OptionContract | { readonly fault: TickerFault } {
  const symbol = ticker.startsWith('O:') ? ticker.slice(2) : ticker;
  const root = symbol.slice(0, -TAIL_LENGTH);
  const tail = symbol.slice(-TAIL_LENGTH);
  const month = Number(tail.slice(2, 4));
  const day = Number(tail.slice(4, 6));
  const year = 2000 + Number(tail.slice(0, 2));
  const strikeMills = Number(tail.slice(7));
  const dateExists = month >= 1 && month <= 12 && day >= 1 && day <= lastDayOf(year, month);
  if (!ROOT.test(root) || !TAIL.test(tail) || !dateExists || strikeMills === 0) {
    return { fault: faultOf(symbol, root, tail) };
  }
  return {
    osi: `O:${symbol}`,
    root,
    ...underlyingOfRoot(root),
    expiryDate: `${year}-${tail.slice(2, 4)}-${tail.slice(4, 6)}`,
    right: tail[6] === 'C' ? 'call' : 'put',
    strikeMills,
    multiplier: 100,
  };
}

/** Writes a contract's OSI ticker: the inverse of {@link parseTicker}. */
export function formatTicker(
  contract: Pick<OptionContract, 'root' | 'expiryDate' | 'right' | 'strikeMills'>,
): string {
  const date = contract.expiryDate.slice(2).replaceAll('-', '');
  const right = contract.right === 'call' ? 'C' : 'P';
  return `O:${contract.root}${date}${right}${String(contract.strikeMills).padStart(8, '0')}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A contract as a trader says it: "NVDA 12 Dec 26 180 call", with the root where it is not the underlying. */
export function contractName(contract: OptionContract): string {
  const [year = '', month = '', day = ''] = contract.expiryDate.split('-');
  const strike = String(contract.strikeMills / 1000);
  const root = contract.root === contract.underlying ? '' : ` (${contract.root})`;
  const date = `${Number(day)} ${MONTHS[Number(month) - 1]} ${year.slice(2)}`;
  return `${contract.underlying}${root} ${date} ${strike} ${contract.right}`;
}
