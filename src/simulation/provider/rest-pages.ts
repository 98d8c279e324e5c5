// The pages behind the simulated provider's addresses, as the JSON of their results; nanoseconds keep all their digits.
import { newYorkTime } from '../../domain/calendar.ts';
import { CONDITIONS, NO_CONDITION } from '../../domain/conditions.ts';
import { parseTicker } from '../../domain/contract.ts';
import { newYorkDate, type Session, sessionOn } from '../../domain/session.ts';
import { fnv1a32 } from '../../lib/digest.ts';
import type { Market, MarketDay } from '../market.ts';

/** Results as JSON texts, and what asks for the next page. */
export interface Page {
  readonly results: readonly string[];
  readonly next: URLSearchParams | null;
}

/** Cuts one page out of everything, by the limit and the place in the query. */
function paged(
  query: URLSearchParams,
  limits: { standard: number; max: number },
  all: readonly string[],
): Page {
  const asked = Number(query.get('limit') ?? limits.standard);
  const limit = Math.min(limits.max, Number.isInteger(asked) && asked > 0 ? asked : limits.standard);
  const from = Number(query.get('from') ?? 0);
  const next = new URLSearchParams(query);
  next.set('from', String(from + limit));
  return { results: all.slice(from, from + limit), next: from + limit < all.length ? next : null };
}

/** A moment in a filter as nanoseconds: 19 digits, or a date in UTC; null when it is neither. */
function nanoseconds(text: string): bigint | null {
  if (/^\d{16,19}$/.test(text)) return BigInt(text);
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? null : BigInt(ms) * 1_000_000n;
}

function holds(query: URLSearchParams, atNs: bigint): boolean {
  const checks: Readonly<Record<string, (limit: bigint) => boolean>> = {
    'timestamp.gte': (limit) => atNs >= limit,
    'timestamp.gt': (limit) => atNs > limit,
    'timestamp.lte': (limit) => atNs <= limit,
    'timestamp.lt': (limit) => atNs < limit,
  };
  return Object.entries(checks).every(([name, check]) => {
    const limit = nanoseconds(query.get(name) ?? '');
    return limit === null || check(limit);
  });
}

/** Prints of a contract up to now, newest first unless asked otherwise; null when the ticker is none. */
export function tradesPage(
  day: MarketDay,
  ticker: string,
  query: URLSearchParams,
  nowMs: number,
): Page | null {
  if (!ticker.startsWith('O:') || 'fault' in parseTicker(ticker)) return null;
  const number = day.contracts.find(ticker);
  const { contract, atMs, priceE4, size, condition, exchange } = day.columns;
  const rows: string[] = [];
  for (let row = 0; row < day.length; row++) {
    const epochMs = day.session.midnightMs + atMs[row]!;
    if (contract[row] !== number || epochMs > nowMs || !holds(query, BigInt(epochMs) * 1_000_000n)) continue;
    const conditions = condition[row] === NO_CONDITION ? '' : `"conditions":[${condition[row]}],`;
    rows.push(
      `{${conditions}"exchange":${exchange[row]},"price":${priceE4[row]! / 10_000},"sequence_number":0,` +
        `"sip_timestamp":${epochMs}000000,"size":${size[row]}}`,
    );
  }
  if (query.get('order') !== 'asc') rows.reverse();
  return paged(query, { standard: 1_000, max: 50_000 }, rows);
}

/** Contracts that an underlying lists, with the open interest of the evening before; null for an unknown name. */
export function snapshotPage(
  market: Market,
  day: MarketDay,
  name: string,
  query: URLSearchParams,
  nowMs: number,
): Page | null {
  const underlying = name.replace(/^I:/, '');
  const tickers = market.listed(underlying, day.session.date);
  if (tickers.length === 0) return null;
  const price = day.underlyingPrice(underlying, nowMs - day.session.midnightMs);
  const all = tickers.toSorted().map((ticker) => {
    const parsed = parseTicker(ticker);
    if ('fault' in parsed) return '{}';
    return JSON.stringify({
      details: {
        ticker,
        contract_type: parsed.right,
        expiration_date: parsed.expiryDate,
        strike_price: parsed.strikeMills / 1_000,
        shares_per_contract: parsed.multiplier,
      },
      open_interest: openInterest(ticker),
      underlying_asset: { ticker: name, ...(price === null ? {} : { price, timeframe: 'REAL-TIME' }) },
    });
  });
  return paged(query, { standard: 10, max: 250 }, all);
}

/** A made-up figure that is the same at every run: the simulated market keeps no positions. */
function openInterest(ticker: string): number {
  return Math.floor(Math.exp((fnv1a32(ticker) / 2 ** 32) * 9));
}

export function conditionsPage(query: URLSearchParams): Page {
  const all = CONDITIONS.map(({ id, letter, name, code }) =>
    JSON.stringify({
      id,
      type: 'sale_condition',
      name,
      abbreviation: code,
      asset_class: 'options',
      data_types: ['trade'],
      sip_mapping: { OPRA: letter },
      legacy: false,
    }),
  );
  return paged(query, { standard: 10, max: 1_000 }, all);
}

/** The market's state at a moment, as `/v1/marketstatus/now` says it. */
export function statusNow(session: Session, nowMs: number): string {
  const atMs = nowMs - session.midnightMs;
  const isToday = newYorkDate(nowMs) === session.date && !('fault' in sessionOn(session.date));
  const market = isToday && atMs >= session.openMs && atMs < session.closeMs ? 'open' : 'closed';
  const time = `${newYorkDate(nowMs)}T${newYorkTime(nowMs)}`;
  // New York's distance from UTC is what its wall clock and the moment differ by.
  const offsetHours = Math.round((Date.parse(`${time}Z`) - nowMs) / 3_600_000);
  return JSON.stringify({
    market,
    earlyHours: isToday && atMs < session.openMs,
    afterHours: isToday && atMs >= session.closeMs,
    exchanges: { nyse: market, nasdaq: market, otc: market },
    serverTime: `${time}-${String(-offsetHours).padStart(2, '0')}:00`,
  });
}
