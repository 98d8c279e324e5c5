// A simulated underlying's days as the realism figures take them.
import { USE, conditionUse } from '../../src/domain/conditions.ts';
import { MINUTE_MS } from '../../src/domain/calendar.ts';
import type { MarketDay } from '../../src/simulation/market.ts';
import type { ChainDay } from './realism.ts';

/**
 * The chain of an underlying on a day, in active minutes of regular hours; cancels and extended hours left
 * out.
 */
export function chainDay(day: MarketDay, underlying: string): ChainDay {
  const chain = new Map<string, { minutes: Map<number, number>; volume: number }>();
  const tickers = Array.from({ length: day.contracts.count }, (_, contract) =>
    day.contracts.underlying(contract) === underlying ? day.contracts.ticker(contract) : null,
  );
  const { contract, atMs, size, condition } = day.columns;
  for (let row = 0; row < day.length; row++) {
    const ticker = tickers[contract[row]!]!;
    if (ticker === null || (conditionUse(condition[row]!) & USE.detection) === 0) continue;
    let found = chain.get(ticker);
    if (found === undefined) chain.set(ticker, (found = { minutes: new Map(), volume: 0 }));
    const minute = Math.floor((atMs[row]! - day.session.openMs) / MINUTE_MS);
    found.minutes.set(minute, (found.minutes.get(minute) ?? 0) + size[row]!);
    found.volume += size[row]!;
  }
  return chain;
}
