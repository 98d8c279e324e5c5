// The underlyings: their list, and of one its flow, its contracts with their filters, and its prints.
import type { ContractFilter, ContractRow, TimeCursor } from '../domain/answers.ts';
import { dateOfDayNumber, dayNumberOf } from '../domain/calendar.ts';
import { contractName, parseTicker } from '../domain/contract.ts';
import { formatCents, formatPrice } from '../domain/money.ts';
import { shownTrade } from './contracts.ts';
import { pageAnswer } from './cursor.ts';
import {
  amount,
  choice,
  cursor,
  date as calendarDate,
  dollars,
  limit,
  optional,
  given,
  prefix,
  SESSION_DATE,
  symbol,
} from './parameter.ts';
import { refused } from './problem.ts';
import { ref, type Resource, resource } from './resource.ts';

const PAGE_MAX = 1_000;
const PAGE_USUAL = 100;
/** Largest strike that a ticker can say, 1/1000 dollar. */
const STRIKE_MILLS_MAX = 99_999_999;
/** Days to expiry beyond which nothing is listed. */
const DTE_MAX = 10_000;

const flow = resource({
  path: '/v1/underlyings/{symbol}/flow',
  operation: 'getFlow',
  group: 'underlyings',
  sentence: 'What was traded in the options of an underlying through a session, five minutes at a time.',
  parameters: {
    symbol: symbol('The underlying.'),
    date: SESSION_DATE,
  },
  media: 'application/json',
  schema: ref('Flow'),
  rowSchema: 'FlowBucket',
  missing: 'underlying with prints in this session',
  asksStore: true,
  cheap: true,
  async answer({ symbol: underlying, date }, { ports }) {
    const sessionDate = date ?? ports.currentSession();
    const buckets = await ports.store.flow(underlying, sessionDate);
    if (buckets === null) return null;
    const shown = buckets.map(({ startMs, prints, volume, callCents, putCents, alerts }) => ({
      start: new Date(startMs).toISOString(),
      prints,
      volume,
      callPremium: formatCents(callCents),
      putPremium: formatCents(putCents),
      alerts,
    }));
    return { json: { underlying, sessionDate, buckets: shown }, rows: shown };
  },
});

const list = resource({
  path: '/v1/underlyings',
  operation: 'listUnderlyings',
  group: 'underlyings',
  sentence: 'Underlyings by name, with what was traded in their options in a session.',
  parameters: {
    prefix: optional(prefix('Only symbols that begin so.')),
    date: SESSION_DATE,
    after: optional(symbol('Only behind this symbol: the "next" of the page before.')),
    limit: limit(PAGE_MAX, PAGE_USUAL),
  },
  media: 'application/json',
  schema: ref('UnderlyingPage'),
  rowSchema: 'Underlying',
  asksStore: true,
  async answer({ prefix: begin = '', date, after = '', limit: most }, { ports }) {
    const sessionDate = date ?? ports.currentSession();
    const found = await ports.store.underlyings(begin, sessionDate, after, most + 1);
    const items = found.slice(0, most).map(({ symbol: name, volume, premiumCents, alerts }) => ({
      symbol: name,
      volume,
      premium: formatCents(premiumCents),
      alerts,
    }));
    return {
      json: { items, next: found.length > most ? (items.at(-1)?.symbol ?? null) : null },
      rows: items,
    };
  },
});

function shownContract(row: ContractRow, sessionDate: string, spotE4: number | null) {
  const contract = parseTicker(row.osi);
  return {
    contract: row.osi,
    contractName: 'fault' in contract ? row.osi : contractName(contract),
    expiryDate: row.expiryDate,
    dte: dayNumberOf(row.expiryDate)! - dayNumberOf(sessionDate)!,
    right: row.right,
    strike: formatPrice(row.strikeMills * 10),
    adjusted: row.adjusted,
    volume: row.volume,
    prints: row.prints,
    premium: formatCents(row.premiumCents),
    lastPrice: row.lastPriceE4 === null ? null : formatPrice(row.lastPriceE4),
    moneyness: spotE4 === null ? null : Math.round(Math.log((row.strikeMills * 10) / spotE4) * 1e6) / 1e6,
  };
}

/** Strikes between which ln(strike / spot) lies between two bounds, 1/1000 dollar; without a spot there are none. */
function strikesWithin(spotCents: number | undefined, from: number | undefined, until: number | undefined) {
  if (spotCents === undefined) {
    if (from === undefined && until === undefined) return {};
    throw refused(
      'spot',
      'spot is missing',
      'the price of the underlying in dollars, with a bound of moneyness',
    );
  }
  const strikeAt = (moneyness: number): number => spotCents * 10 * Math.exp(moneyness);
  return {
    ...(from === undefined ? {} : { strikeMillsMin: Math.min(Math.ceil(strikeAt(-from)), STRIKE_MILLS_MAX) }),
    ...(until === undefined
      ? {}
      : { strikeMillsMax: Math.min(Math.floor(strikeAt(until)), STRIKE_MILLS_MAX) }),
  };
}

const contracts = resource({
  path: '/v1/underlyings/{symbol}/contracts',
  operation: 'listContracts',
  group: 'underlyings',
  sentence: 'Contracts of an underlying that traded in a session, the most premium first.',
  description:
    'Every filter given must hold. Moneyness is ln(strike / spot) and needs the spot: below bounds strikes under ' +
    'it, above those over it.',
  parameters: {
    symbol: symbol('The underlying.'),
    date: SESSION_DATE,
    right: optional(choice('Only calls, or only puts.', ['call', 'put'])),
    expiryFrom: optional(calendarDate('Only with this expiry or a later one.')),
    expiryUntil: optional(calendarDate('Only with this expiry or an earlier one.')),
    minDte: optional(amount('Only with at least so many days to expiry.', '1')),
    maxDte: optional(amount('Only with at most so many days to expiry.', '45')),
    minStrike: optional(dollars('Only with at least this strike.')),
    maxStrike: optional(dollars('Only with at most this strike.')),
    minVolume: optional(amount('Only with at least so many contracts traded.', '500')),
    spot: optional(dollars('Price of the underlying, for moneyness.')),
    below: optional(amount('Only with ln(strike / spot) of at least minus this.', '0.1')),
    above: optional(amount('Only with ln(strike / spot) of at most this.', '0.1')),
    limit: limit(PAGE_MAX, PAGE_USUAL),
    cursor: cursor('contracts'),
  },
  media: 'application/json',
  schema: ref('ContractPage'),
  rowSchema: 'ContractRow',
  missing: 'underlying with this symbol',
  asksStore: true,
  async answer(values, { ports }) {
    const sessionDate = values.date ?? ports.currentSession();
    const page = await ports.store.contracts(values.symbol, sessionDate, contractFilter(values, sessionDate));
    if (page === null) return null;
    const spotE4 = values.spot === undefined ? null : values.spot * 100;
    const items = page.items.map((row) => shownContract(row, sessionDate, spotE4));
    return pageAnswer('contracts', items, page.next);
  },
});

interface ContractValues {
  readonly right: 'call' | 'put' | undefined;
  readonly expiryFrom: string | undefined;
  readonly expiryUntil: string | undefined;
  readonly minDte: number | undefined;
  readonly maxDte: number | undefined;
  readonly minStrike: number | undefined;
  readonly maxStrike: number | undefined;
  readonly minVolume: number | undefined;
  readonly spot: number | undefined;
  readonly below: number | undefined;
  readonly above: number | undefined;
  readonly limit: number;
  readonly cursor: TimeCursor | undefined;
}

/** The filter that all values together make: of two bounds the narrower holds. */
function contractFilter(values: ContractValues, sessionDate: string): ContractFilter {
  const today = dayNumberOf(sessionDate)!;
  const within = strikesWithin(values.spot, values.below, values.above);
  const dayAfter = (days: number | undefined): string | undefined =>
    days === undefined ? undefined : dateOfDayNumber(today + Math.min(Math.ceil(days), DTE_MAX));
  const mills = (cents: number | undefined) =>
    cents === undefined ? undefined : Math.min(cents * 10, STRIKE_MILLS_MAX);
  return given<ContractFilter>({
    right: values.right,
    expiryFrom: larger(values.expiryFrom, dayAfter(values.minDte)),
    expiryUntil: smaller(values.expiryUntil, dayAfter(values.maxDte)),
    strikeMillsMin: larger(mills(values.minStrike), within.strikeMillsMin),
    strikeMillsMax: smaller(mills(values.maxStrike), within.strikeMillsMax),
    volumeMin: values.minVolume === undefined ? undefined : Math.ceil(values.minVolume),
    after: values.cursor,
    limit: values.limit,
  });
}

/** The narrower of two lower bounds, each of which may not be there. */
function larger<Bound extends string | number>(one: Bound | undefined, other: Bound | undefined) {
  return one === undefined || (other !== undefined && other > one) ? other : one;
}

/** The narrower of two upper bounds, each of which may not be there. */
function smaller<Bound extends string | number>(one: Bound | undefined, other: Bound | undefined) {
  return one === undefined || (other !== undefined && other < one) ? other : one;
}

const trades = resource({
  path: '/v1/underlyings/{symbol}/trades',
  operation: 'listUnderlyingTrades',
  group: 'underlyings',
  sentence: 'The prints of all contracts of an underlying in a session, oldest first.',
  description: 'Prints are kept for a few sessions; older days live on as bars and summaries.',
  parameters: {
    symbol: symbol('The underlying.'),
    date: SESSION_DATE,
    limit: limit(PAGE_MAX, PAGE_USUAL),
    cursor: cursor('trades'),
  },
  media: 'application/json',
  schema: ref('UnderlyingTradePage'),
  rowSchema: 'UnderlyingTrade',
  missing: 'underlying with this symbol',
  asksStore: true,
  async answer({ symbol: underlying, date, limit: most, cursor: after }, { ports }) {
    const sessionDate = date ?? ports.currentSession();
    const page = await ports.store.underlyingPrints(underlying, sessionDate, after ?? null, most);
    if (page === null) return null;
    const items = page.items.map(({ osi: contract, multiplier, ...print }) => ({
      contract,
      ...shownTrade(print, multiplier),
    }));
    return pageAnswer('trades', items, page.next);
  },
});

export const UNDERLYING_RESOURCES: readonly Resource[] = [list, flow, contracts, trades];
