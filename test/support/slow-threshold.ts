// The rule `threshold` said slowly: every window summed again from all prints, at every print, over plain arrays.
import { Decimal } from 'decimal.js';
import { parseTicker } from '../../src/domain/contract.ts';
import { closeMsOf } from '../../src/domain/session.ts';
import type { Print } from '../../src/domain/trade.ts';
import { isCancel, type Market } from './tape.ts';

const FIVE_MINUTES = 300_000;
/** Compression and extended-hours prints. */
const APART = [247, 248];

export interface SlowFinding {
  readonly contract: number;
  readonly row: number;
  readonly atMs: number;
  readonly volume: number;
  readonly premiumCents: number;
  /** Average price weighted by contracts, 1/10,000 dollar, rounded half up. */
  readonly vwapE4: number;
}

interface Seen {
  readonly print: Print;
  readonly inHours: boolean;
  cancelled: boolean;
}

/** What a contract is to the rule. */
class SlowContract {
  readonly closeMs: number;
  readonly #market: Market;
  readonly #place: number;
  /** 'armed' before the first alert; 'above' at or over the trigger; otherwise the moment it fell below. */
  state: 'armed' | 'above' | number = 'armed';

  constructor(market: Market, place: number) {
    const contract = parseTicker(market.tickers[place]!);
    if ('fault' in contract) throw new Error(contract.fault);
    this.closeMs = closeMsOf(market.session, contract);
    this.#market = market;
    this.#place = place;
  }

  /** volume > factor x mean day volume / buckets, and volume >= floor. */
  isUnusual(volume: number): boolean {
    const { sessions, volumeSums, factor, floor, session } = this.#market;
    if (sessions === 0) return false;
    const buckets = (this.closeMs - session.openMs) / FIVE_MINUTES;
    const left = new Decimal(volume).times(sessions).times(buckets);
    return left.gt(new Decimal(factor).times(volumeSums[this.#place] ?? 0)) && volume >= floor;
  }
}

/** The findings of a tape of ONE underlying. `rows` gives each print's row when the tape holds others too. */
export function slowThreshold(
  market: Market,
  prints: readonly Print[],
  rows: readonly number[],
): SlowFinding[] {
  const contracts = market.tickers.map((_, place) => new SlowContract(market, place));
  const seen: Seen[] = [];
  const findings: SlowFinding[] = [];
  let clockMs = -Infinity;
  const windowAt = (contract: number, timeMs: number): Print[] =>
    seen
      .filter((one) => one.inHours && !one.cancelled && one.print.contract === contract)
      .map((one) => one.print)
      .filter((print) => print.atMs > timeMs - FIVE_MINUTES && print.atMs <= timeMs);
  const volumeAt = (contract: number, timeMs: number): number =>
    windowAt(contract, timeMs).reduce((sum, print) => sum + print.size, 0);
  /** Notes the first moment up to `untilMs` at which a contract that was above is no longer. */
  const advance = (untilMs: number): void => {
    contracts.forEach((contract, place) => {
      if (contract.state !== 'above') return;
      const leaving = windowAt(place, clockMs).map((print) => print.atMs + FIVE_MINUTES);
      const moments = leaving.filter((moment) => moment <= untilMs).toSorted((a, b) => a - b);
      const below = moments.find((moment) => !contract.isUnusual(volumeAt(place, moment)));
      if (below !== undefined) contract.state = below;
    });
    clockMs = untilMs;
  };
  prints.forEach((print, index) => {
    const contract = contracts[print.contract]!;
    if (isCancel(print)) {
      const cancelled = seen.findLast((one) => !one.cancelled && isEqual(one.print, print));
      if (cancelled === undefined) return;
      cancelled.cancelled = true;
      if (contract.state === 'above' && !contract.isUnusual(volumeAt(print.contract, clockMs)))
        contract.state = clockMs;
      return;
    }
    if (APART.includes(print.condition)) return;
    const inHours = print.atMs >= market.session.openMs && print.atMs < contract.closeMs;
    if (inHours && print.atMs > clockMs) advance(print.atMs);
    seen.push({ print, inHours, cancelled: false });
    if (!inHours || contract.state === 'above') return;
    const window = windowAt(print.contract, clockMs);
    const volume = window.reduce((sum, one) => sum + one.size, 0);
    if (!contract.isUnusual(volume)) return;
    const speaks = contract.state === 'armed' || clockMs - contract.state >= FIVE_MINUTES;
    contract.state = 'above';
    if (!speaks) return;
    const premiumCents = window.reduce((sum, one) => sum + one.priceE4 * one.size, 0);
    findings.push({
      contract: print.contract,
      row: rows[index]!,
      atMs: clockMs,
      volume,
      premiumCents,
      vwapE4: new Decimal(premiumCents).div(volume).toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toNumber(),
    });
  });
  return findings;
}

function isEqual(a: Print, b: Print): boolean {
  return (
    a.contract === b.contract && a.priceE4 === b.priceE4 && a.size === b.size && a.exchange === b.exchange
  );
}
