// The provider's REST side as the service uses it: prints of a contract, the market's state, conditions, open interest.
import { strongestCondition } from '../../domain/conditions.ts';
import { parsePriceE4 } from '../../domain/money.ts';
import { Refusal } from '../../lib/refusal.ts';
import { RejectCounts } from './rejects.ts';
import { RestRequests, type RestSettings } from './rest-request.ts';

/** A print as REST gives it: without a sequence number that could be relied on. */
export interface RestTrade {
  /** Epoch ms, and the nanoseconds within it. */
  readonly epochMs: number;
  readonly nanoseconds: number;
  readonly priceE4: number;
  readonly size: number;
  readonly condition: number;
  readonly exchange: number;
}

export interface MarketStatus {
  /** "open", "closed" …, of stocks; the provider tells none of options. */
  readonly market: string;
  /** The provider's clock, epoch ms, to the second. */
  readonly serverTimeMs: number;
  /** Provider's clock minus ours, ms, without the half second that its rounding may add. */
  readonly clockOffsetMs: number;
}

export interface ConditionName {
  readonly id: number;
  readonly name: string;
}

export interface OpenInterest {
  /** OSI ticker. */
  readonly osi: string;
  /** Contracts open after the last clearing. */
  readonly openInterest: number;
}

/** Pages that one question may have: a runaway cursor ends somewhere. */
const PAGES_MAX = 10_000;
const TRADES_A_PAGE = '50000';
const CHAIN_A_PAGE = '250';

type Fields = Readonly<Record<string, unknown>>;

/** A client of one key. */
export class MassiveRest {
  /** Rows that could not be read, by reason. */
  readonly rejects = new RejectCounts();
  readonly #requests: RestRequests;
  readonly #settings: RestSettings;

  constructor(settings: RestSettings) {
    this.#settings = settings;
    this.#requests = new RestRequests(settings);
  }

  /**
   * Prints of a contract from one moment to before another (epoch ms), oldest first, page by page. Throws a Refusal.
   */
  async *trades(osi: string, fromMs: number, untilMs: number): AsyncGenerator<readonly RestTrade[]> {
    const params = {
      'timestamp.gte': `${fromMs}000000`,
      'timestamp.lt': `${untilMs}000000`,
      order: 'asc',
      sort: 'timestamp',
      limit: TRADES_A_PAGE,
    };
    for await (const results of this.#pages(`/v3/trades/${encodeURIComponent(osi)}`, params)) {
      yield results.flatMap((row) => this.#trade(row) ?? []);
    }
  }

  /** The state of the market and of the two clocks. Throws a Refusal. */
  async marketStatus(): Promise<MarketStatus> {
    const { clock } = this.#settings;
    const askedMs = clock.now();
    const { market, serverTime } = (await this.#requests.get('/v1/marketstatus/now')) as Fields;
    const serverTimeMs = Date.parse(String(serverTime));
    if (Number.isNaN(serverTimeMs)) {
      throw new Refusal(
        "the server tells no time at /v1/marketstatus/now: check that its address is the provider's",
      );
    }
    const oursMs = (askedMs + clock.now()) / 2;
    // Its clock is told to the second, so ours is right when it lies anywhere within that second.
    const aheadMs = serverTimeMs - oursMs;
    const clockOffsetMs = aheadMs > 0 ? aheadMs : Math.min(0, aheadMs + 999);
    return { market: String(market), serverTimeMs, clockOffsetMs };
  }

  /** Conditions of option trades as the provider names them. Throws a Refusal. */
  async conditions(): Promise<ConditionName[]> {
    const params = { asset_class: 'options', data_type: 'trade', limit: '1000' };
    const found: ConditionName[] = [];
    for await (const results of this.#pages('/v3/reference/conditions', params)) {
      for (const { id, name } of results) {
        if (typeof id === 'number' && typeof name === 'string') found.push({ id, name });
      }
    }
    return found;
  }

  /** Open interest of all contracts that an underlying lists, page by page; an index is asked as "I:SPX". */
  async *openInterest(underlying: string): AsyncGenerator<readonly OpenInterest[]> {
    const path = `/v3/snapshot/options/${encodeURIComponent(underlying)}`;
    for await (const results of this.#pages(path, { limit: CHAIN_A_PAGE })) {
      yield results.flatMap(({ details, open_interest: openInterest }) => {
        const osi = (details as Fields | undefined)?.['ticker'];
        return typeof osi === 'string' && typeof openInterest === 'number' ? [{ osi, openInterest }] : [];
      });
    }
  }

  async *#pages(path: string, params: Readonly<Record<string, string>>): AsyncGenerator<readonly Fields[]> {
    let body = (await this.#requests.get(path, params)) as Fields;
    for (let page = 1; ; page++) {
      const { results, next_url: nextUrl } = body;
      yield Array.isArray(results) ? (results as Fields[]) : [];
      const next = this.#requests.nextPath(nextUrl);
      if (next === null) return;
      if (page === PAGES_MAX)
        throw new Refusal(`${path} has more than ${PAGES_MAX} pages: ask for a shorter time`);
      body = (await this.#requests.get(next)) as Fields;
    }
  }

  #trade(row: Fields): RestTrade | null {
    const reject = (reason: string): null => {
      this.rejects.add(reason, () => JSON.stringify(row));
      return null;
    };
    const { sip_timestamp: time, price, size, conditions, exchange } = row;
    // Nineteen digits came as text, fewer as a number; both are cut, not rounded.
    const digits = String(time);
    if (!/^\d{19}$/.test(digits)) return reject('timestamp is not 19 digits of nanoseconds');
    const priceE4 = parsePriceE4(String(price));
    if (priceE4 === null) return reject('price is not a number of dollars');
    if (typeof size !== 'number' || !Number.isInteger(size) || size <= 0) {
      return reject('size is not a whole number above zero');
    }
    const ids = Array.isArray(conditions)
      ? (conditions as unknown[]).filter((id) => typeof id === 'number')
      : [];
    return {
      epochMs: Number(digits.slice(0, 13)),
      nanoseconds: Number(digits.slice(13)),
      priceE4,
      size,
      condition: strongestCondition(ids),
      exchange: typeof exchange === 'number' ? exchange : 0,
    };
  }
}
