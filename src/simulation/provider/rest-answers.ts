// The simulated provider's REST side: the few addresses that the service asks, answered as the real one writes.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../lib/clock.ts';
import type { Market, MarketDay } from '../market.ts';
import type { ProviderKey } from './client.ts';
import type { ProviderFaults } from './faults.ts';
import { speedOf } from './player.ts';
import { conditionsPage, type Page, snapshotPage, statusNow, tradesPage } from './rest-pages.ts';

export interface RestSettings {
  readonly market: Market;
  readonly day: MarketDay;
  readonly clock: Clock;
  readonly keys: ReadonlyMap<string, ProviderKey>;
  readonly faults: ProviderFaults;
}

const UPGRADE = 'Please upgrade your plan at https://massive.com/pricing';
const BODIES: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { status: 'ERROR', error: 'Unknown API Key' },
  403: { status: 'NOT_AUTHORIZED', message: `You are not entitled to this data. ${UPGRADE}` },
  404: { status: 'NOT_FOUND', message: 'The requested resource was not found' },
  429: {
    status: 'ERROR',
    error: `You've exceeded the maximum requests per minute, please wait or upgrade your subscription to continue.`,
  },
  500: { status: 'ERROR', error: 'Internal server error' },
};
const RATE_WINDOW_MS = 60_000;

/** Makes the function that answers requests. */
export function answerRest(
  settings: RestSettings,
): (request: IncomingMessage, response: ServerResponse) => void {
  let requests = 0;
  const send = (response: ServerResponse, status: number, body: string): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };
  const counted = new RateCounter(settings.clock);
  return (request, response) => {
    const id = `sim-${++requests}`;
    const fail = (status: number): void =>
      send(response, status, JSON.stringify({ request_id: id, ...(BODIES[status] ?? BODIES[500]) }));
    const forced = settings.faults.restStatuses.shift();
    if (forced !== undefined) return fail(forced);
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? '127.0.0.1'}`);
    const shown = request.headers.authorization?.replace(/^Bearer +/i, '') ?? url.searchParams.get('apiKey');
    const plan = settings.keys.get(shown ?? '');
    if (plan === undefined) return fail(401);
    if (counted.next(plan.key) > (plan.requestsPerMinute ?? Infinity)) return fail(429);
    const page = pageOf(url, plan, settings);
    if (typeof page === 'number') return fail(page);
    if ('text' in page) return send(response, 200, page.text);
    const next = page.next === null ? '' : `,"next_url":${JSON.stringify(nextUrl(url, page.next))}`;
    send(response, 200, `{"status":"OK","request_id":"${id}","results":[${page.results.join(',')}]${next}}`);
  };
}

/** The page at an address, or the status of the error. */
function pageOf(
  url: URL,
  plan: ProviderKey,
  { market, day, clock }: RestSettings,
): Page | { readonly text: string } | number {
  const nowMs = clock.now();
  const path = decodeURIComponent(url.pathname);
  // A cursor stands for all that was asked with the first page.
  const cursor = url.searchParams.get('cursor');
  const query = new URLSearchParams(
    cursor === null ? url.search : Buffer.from(cursor, 'base64url').toString('utf8'),
  );
  if (path === '/v1/marketstatus/now') return { text: statusNow(day.session, nowMs) };
  if (path === '/v3/reference/conditions') return conditionsPage(query);
  const [, trades] = /^\/v3\/trades\/([^/]+)$/.exec(path) ?? [];
  if (trades !== undefined) {
    return plan.channels.includes('T') ? (tradesPage(day, trades, query, nowMs) ?? 404) : 403;
  }
  const [, underlying] = /^\/v3\/snapshot\/options\/([^/]+)$/.exec(path) ?? [];
  if (underlying !== undefined) return snapshotPage(market, day, underlying, query, nowMs) ?? 404;
  return 404;
}

function nextUrl(url: URL, query: URLSearchParams): string {
  return `${url.origin}${url.pathname}?cursor=${Buffer.from(query.toString()).toString('base64url')}`;
}

/** Requests of a key in the running minute of real time. */
class RateCounter {
  readonly #clock: Clock;
  readonly #counts = new Map<string, number>();
  #windowEndMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  next(key: string): number {
    const nowMs = this.#clock.now();
    if (nowMs >= this.#windowEndMs) {
      this.#counts.clear();
      this.#windowEndMs = nowMs + RATE_WINDOW_MS * speedOf(this.#clock);
    }
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count;
  }
}
