// Where the money is: the price of an underlying as its options tell it, from calls and puts of one strike.
import type { ContractTable } from './contract-table.ts';
import type { DayOrders } from './ladder.ts';
import type { ContractMemory, UnderlyingMemory } from './order-memory.ts';

/** Weight of a day's volatility against what was known. */
const VOLATILITY_WEIGHT = 0.3;
const VOLATILITY_MIN = 0.05;
const VOLATILITY_MAX = 3;
/** Expiries beyond this carry interest and dividends that would pass for price. */
const DAYS_MAX = 120;
/** At the money a straddle is worth this share of price times deviation (2 φ(0), Brenner and Subrahmanyam 1988). */
const STRADDLE = 0.8;

/**
 * Put-call parity, carry left out: spot = strike + call - put, by the day's mean prices, from the pair of an
 * underlying whose call and put are nearest to each other; its straddle gives the volatility. An underlying none of
 * whose pairs traded keeps what is known of it.
 */
export function learnPrices(
  day: DayOrders,
  dayNumber: number,
  table: ContractTable,
  contracts: ContractMemory,
  { spot, volatility }: UnderlyingMemory,
): void {
  const priceOf = new Float64Array(table.count);
  day.contract.forEach((contract, place) => (priceOf[contract] = day.meanPrice[place]!));
  const nearest = new Map<number, number>();
  const volatilityToday = new Map<number, number>();
  for (const contract of day.contract) {
    const partner = contracts.partner[contract]!;
    if (partner < 0 || priceOf[partner] === 0) continue;
    const { outward, strike, expiryDay } = contracts.featuresOf(contract);
    const days = expiryDay - dayNumber;
    if (outward < 0 || days > DAYS_MAX) continue;
    const [call, put] = [priceOf[contract]!, priceOf[partner]!];
    const underlying = table.underlyingOf(contract);
    const distance = Math.abs(call - put) / strike;
    if (distance >= (nearest.get(underlying) ?? Infinity)) continue;
    nearest.set(underlying, distance);
    spot[underlying] = strike + call - put;
    const implied = (call + put) / (STRADDLE * strike * Math.sqrt((days + 0.5) / 365));
    const believed = Math.min(VOLATILITY_MAX, Math.max(VOLATILITY_MIN, implied));
    volatilityToday.set(underlying, believed);
  }
  for (const [underlying, today] of volatilityToday) {
    volatility[underlying]! += VOLATILITY_WEIGHT * (today - volatility[underlying]!);
  }
}
