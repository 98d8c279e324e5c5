// A market with one more anomaly, at a moment that is known beforehand: what a demo shows first.
import { parseTicker } from '../domain/contract.ts';
import { allocateColumns, type TradeColumns } from '../domain/trade.ts';
import { assert } from '../lib/assert.ts';
import { Random } from '../lib/random.ts';
import type { Market, MarketDay } from './market.ts';

/** When and how the scripted buyer comes. */
export interface ScriptedBurst {
  /** New York date it happens on. */
  readonly date: string;
  /** First print, ms after midnight. */
  readonly atMs: number;
}

/** An order of intermarket sweeps every few seconds, each filled on several venues within a fifth of a second. */
const SWEEPS = 12;
const SWEEP_GAP_MS = 4_000;
const LEGS = 4;
const LEG_GAP_MS = 45;
const SWEEP_CONDITION = 219;
const VENUES = [302, 309, 313, 320, 323] as const;

interface Leg {
  readonly atMs: number;
  readonly priceE4: number;
  readonly size: number;
  readonly exchange: number;
}

/** The market with somebody who buys calls that hardly trade, in sweeps, at the offer. */
export function withBurst(market: Market, burst: ScriptedBurst): Market {
  return {
    ...market,
    day: (date) => (date === burst.date ? addBurst(market.day(date), burst) : market.day(date)),
  };
}

/** A call of a single stock, of another day, that is quoted and hardly traded on the day. */
function chooseContract(day: MarketDay, atMs: number): { readonly contract: number; readonly askE4: number } {
  const prints = new Int32Array(day.contracts.count);
  for (let row = 0; row < day.length; row++) prints[day.columns.contract[row]!]!++;
  for (const name of ['NVDA', 'AAPL', 'TSLA', '']) {
    for (let contract = 0; contract < day.contracts.count; contract++) {
      if (name !== '' && day.contracts.underlying(contract) !== name) continue;
      if (prints[contract]! > 3) continue;
      const parsed = parseTicker(day.contracts.ticker(contract));
      if ('fault' in parsed || parsed.right !== 'call' || parsed.expiryDate === day.session.date) continue;
      const askE4 = askAt(day, contract, atMs);
      if (askE4 >= 5_000 && askE4 <= 200_000) return { contract, askE4 };
    }
  }
  throw new Error(`no contract of ${day.session.date} suits the scripted burst`);
}

function askAt(day: MarketDay, contract: number, atMs: number): number {
  const quotes = day.quotes(contract);
  let askE4 = 0;
  for (let i = 0; i < quotes.length && quotes.atMs[i]! <= atMs; i++) askE4 = quotes.askE4[i]!;
  return askE4;
}

function legsOf(day: MarketDay, { atMs }: ScriptedBurst, askE4: number): Leg[] {
  const random = new Random(`${day.session.date}/scripted`);
  return Array.from({ length: SWEEPS * LEGS }, (_, i) => ({
    atMs: atMs + Math.floor(i / LEGS) * SWEEP_GAP_MS + (i % LEGS) * LEG_GAP_MS,
    priceE4: askE4,
    size: 20 + random.below(60),
    exchange: VENUES[(i + random.below(2)) % VENUES.length]!,
  }));
}

function addBurst(day: MarketDay, burst: ScriptedBurst): MarketDay {
  const { contract, askE4 } = chooseContract(day, burst.atMs);
  const legs = legsOf(day, burst, askE4);
  const length = day.length + legs.length;
  const columns = allocateColumns(length);
  const anomaly = new Uint16Array(length);
  const number = day.truth.length + 1;
  let row = 0;
  let leg = 0;
  for (let at = 0; at < length; at++) {
    const isLeg = leg < legs.length && (row === day.length || legs[leg]!.atMs < day.columns.atMs[row]!);
    if (isLeg) putLeg(columns, at, contract, legs[leg++]!);
    else copyRow(day.columns, row++, columns, at);
    anomaly[at] = isLeg ? number : day.anomaly[at - leg]!;
  }
  assert(row === day.length && leg === legs.length, 'every print of the day and of the burst is on the tape');
  const truth = {
    kind: 'burst' as const,
    contract: day.contracts.ticker(contract),
    underlying: day.contracts.underlying(contract),
    beginMs: legs[0]!.atMs,
    endMs: legs.at(-1)!.atMs,
    prints: legs.length,
    contracts: 1,
    volume: legs.reduce((sum, { size }) => sum + size, 0),
    usualOrders: day.contracts.expectedOrders(contract),
    pattern: null,
  };
  return { ...day, quotes: day.quotes.bind(day), length, columns, anomaly, truth: [...day.truth, truth] };
}

function putLeg(columns: TradeColumns, at: number, contract: number, leg: Leg): void {
  columns.contract[at] = contract;
  columns.atMs[at] = leg.atMs;
  columns.priceE4[at] = leg.priceE4;
  columns.size[at] = leg.size;
  columns.condition[at] = SWEEP_CONDITION;
  columns.exchange[at] = leg.exchange;
}

function copyRow(from: TradeColumns, row: number, into: TradeColumns, at: number): void {
  into.contract[at] = from.contract[row]!;
  into.atMs[at] = from.atMs[row]!;
  into.priceE4[at] = from.priceE4[row]!;
  into.size[at] = from.size[row]!;
  into.condition[at] = from.condition[row]!;
  into.exchange[at] = from.exchange[row]!;
}
