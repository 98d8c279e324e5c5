// The store of the API's tests: a few things in arrays, in the order and with the cursors that a store promises.
import type { Alert } from '../../src/domain/alert.ts';
import type {
  AlertQuery,
  ContractFilter,
  Page,
  StoredPrint,
  StoreQueries,
  TimeCursor,
  UnderlyingPrint,
} from '../../src/domain/answers.ts';
import { type OptionContract, parseTicker } from '../../src/domain/contract.ts';
import { withoutReceipt } from '../../src/domain/receipt.ts';
import { raisedAlert } from '../support/raised-alert.ts';

export const SESSION = '2026-11-20';
export const NOON_MS = Date.UTC(2026, 10, 20, 17);
export const CALL = 'O:NVDA261218C00180000';

function contractOf(osi: string): OptionContract {
  const contract = parseTicker(osi);
  if ('fault' in contract) throw new Error(contract.fault);
  return contract;
}

const PRINTS: readonly StoredPrint[] = Array.from({ length: 250 }, (_, at) => ({
  atMs: NOON_MS + at * 10,
  priceE4: 16_200 + at,
  size: 1 + at,
  condition: 227,
  exchange: 312,
  sequence: at,
}));

/** Answers from arrays, in the order and with the cursors that the store promises. */
export class FakeStore implements StoreQueries {
  stored: Alert[] = [];
  /** Thrown by every question while set. */
  fault: { readonly thrown: unknown } | null = null;
  /** Answered before every question. */
  before: () => Promise<void> = () => Promise.resolve();
  readonly asked: AlertQuery[] = [];

  async #ready(): Promise<void> {
    await this.before();
    if (this.fault !== null) throw this.fault.thrown;
  }

  async alerts(query: AlertQuery): Promise<Page<Alert>> {
    await this.#ready();
    this.asked.push(query);
    const { before, limit, fromMs = -Infinity, untilMs = Infinity, premiumCentsMin = 0 } = query;
    const found = this.stored
      .filter(({ at }) => Date.parse(at) >= fromMs && Date.parse(at) < untilMs)
      .filter(({ premium }) => Number(premium) * 100 >= premiumCentsMin)
      .filter((alert) => query.severity === undefined || alert.severity === query.severity)
      .filter((alert) => query.underlying === undefined || alert.underlying === query.underlying)
      .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at) || (a.id < b.id ? 1 : -1))
      .filter(({ at, id }) => {
        if (before === undefined) return true;
        const ms = Date.parse(at);
        return ms < before.atMs || (ms === before.atMs && id < before.key);
      });
    const items = found.slice(0, limit);
    const last = found.length > limit ? items.at(-1) : undefined;
    return { items, next: last === undefined ? null : { atMs: Date.parse(last.at), key: last.id } };
  }

  async alert(id: string) {
    await this.#ready();
    return this.stored.find((alert) => alert.id === id) ?? null;
  }

  async receipt(id: string) {
    await this.#ready();
    const raised = raisedAlert();
    const known = this.stored.some((alert) => alert.id === id);
    return known ? { alert: withoutReceipt(raised), receipt: raised.receipt } : null;
  }

  /** Places that were resumed from. */
  readonly resumed: string[] = [];

  /** The array's order is the order of storing. */
  async alertsAfter(id: string, limit: number) {
    await this.#ready();
    this.resumed.push(id);
    const place = this.stored.findIndex((alert) => alert.id === id);
    return place < 0 ? null : this.stored.slice(place + 1, place + 1 + limit);
  }

  async flow(underlying: string, sessionDate: string) {
    await this.#ready();
    if (underlying !== 'NVDA' || sessionDate !== SESSION) return null;
    return [{ startMs: NOON_MS, prints: 9, volume: 500, callCents: 190_345, putCents: 0, alerts: 1 }];
  }

  async contractDay(osi: string, sessionDate: string) {
    await this.#ready();
    if (osi !== CALL || sessionDate !== SESSION) return null;
    const contract = contractOf(osi);
    return {
      contract,
      sessionDate,
      volume: 4_100,
      prints: 31,
      premiumCents: 664_200_00,
      lastPriceE4: 16_250,
    };
  }

  /** The prints of the call's session. */
  day: readonly StoredPrint[] = PRINTS;

  async prints(osi: string, sessionDate: string, after: { key: string } | null, limit: number) {
    await this.#ready();
    if (osi !== CALL || sessionDate !== SESSION) return null;
    const start = after === null ? 0 : Number(after.key) + 1;
    const items = this.day.slice(start, start + limit);
    const end = start + items.length;
    const next = end < this.day.length ? { atMs: items.at(-1)!.atMs, key: String(end - 1) } : null;
    return { items, next };
  }

  async bars(osi: string, sessionDate: string) {
    await this.#ready();
    if (osi !== CALL || sessionDate !== SESSION) return null;
    const prices = { openE4: 16_200, highE4: 16_900, lowE4: 16_100, closeE4: 16_450 };
    return [{ startMs: NOON_MS, ...prices, volume: 4_100, prints: 31, premiumCents: 66_420_000 }];
  }

  /** What was asked of the contracts of an underlying. */
  readonly filters: ContractFilter[] = [];

  async underlyings(prefix: string, _sessionDate: string, after: string, limit: number) {
    await this.#ready();
    return ['AAPL', 'NFLX', 'NVDA', 'SPY']
      .filter((symbol) => symbol.startsWith(prefix) && symbol > after)
      .slice(0, limit)
      .map((symbol) => ({ symbol, volume: 500, premiumCents: 190_345, alerts: 1 }));
  }

  async contracts(underlying: string, _sessionDate: string, filter: ContractFilter) {
    await this.#ready();
    this.filters.push(filter);
    if (underlying !== 'NVDA') return null;
    const { osi, expiryDate, right, strikeMills, multiplier, adjusted } = contractOf(CALL);
    const contract = { osi, expiryDate, right, strikeMills, multiplier, adjusted };
    const item = { ...contract, volume: 4_100, prints: 31, premiumCents: 66_420_000, lastPriceE4: 16_250 };
    const next = filter.limit === 1 && filter.after === undefined ? { atMs: 66_420_000, key: CALL } : null;
    return { items: [item], next };
  }

  async underlyingPrints(
    underlying: string,
    sessionDate: string,
    after: TimeCursor | null,
    limit: number,
  ): Promise<Page<UnderlyingPrint> | null> {
    const page = underlying === 'NVDA' ? await this.prints(CALL, sessionDate, after, limit) : null;
    if (page === null) return null;
    return { ...page, items: page.items.map((print) => ({ ...print, osi: CALL, multiplier: 100 })) };
  }

  async alertTallies(_from: string, until: string, underlying: string | null) {
    await this.#ready();
    const words = {
      detector: 'threshold',
      kind: 'unusual contract',
      severity: 'high',
      direction: 'bullish',
    } as const;
    return underlying === 'SPY' ? [] : [{ sessionDate: until, ...words, alerts: 3, premiumCents: 600_000 }];
  }

  async gaps(sessionDate: string) {
    await this.#ready();
    const hole = { feed: 'massive', sessionDate, reason: 'closed', beganMs: NOON_MS };
    return [
      { ...hole, endedMs: NOON_MS + 5_000, state: 'ended' },
      { ...hole, beganMs: NOON_MS + 60_000, endedMs: null, state: 'open' },
    ];
  }

  async largestContracts(sessionDate: string) {
    await this.#ready();
    return sessionDate === SESSION
      ? [{ osi: CALL, prints: 31, volume: 4_100, premiumCents: 66_420_000 }]
      : [];
  }

  async contractDays(osi: string, _from: string, until: string) {
    await this.#ready();
    const sums = { prints: 31, volume: 4_100, premiumCents: 66_420_000, lastPriceE4: 16_250 };
    return osi === CALL ? [{ sessionDate: until, ...sums }] : null;
  }

  async coverage(_from: string, until: string) {
    await this.#ready();
    const prints = { filePrints: 1_000, livePrints: 996, had: 995, missed: 5, twice: 1, foreign: 0 };
    return [{ sessionDate: until, ...prints, alerts: { confirmed: 3, contradicted: 0, unchecked: 0 } }];
  }

  async normal(osi: string) {
    await this.#ready();
    return osi === CALL ? { run: 7, asOf: SESSION, sessions: 30, meanDayVolume: 812.5 } : null;
  }
}
