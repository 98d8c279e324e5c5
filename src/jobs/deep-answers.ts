// The store's answers, deepened: a day or a year that the database no longer holds is asked of the Parquet files.
import type { Queries } from '../db/pool.ts';
import { storeQueries } from '../db/queries.ts';
import type { ContractSession, ContractSums, FlowBucket, StoreQueries } from '../domain/answers.ts';
import { parseTicker } from '../domain/contract.ts';
import type { HistoricalDay, HistoricalPrint, HistoryQueries } from '../domain/history-answers.ts';
import { BUCKET_MS } from '../domain/session.ts';
import { historyDir } from '../history/places.ts';
import { type OpenHistory, openHistory } from '../history/questions.ts';
import type { Log } from '../log.ts';
import { historyPlaces } from './history-places.ts';

/** All that is stored, hot or deep. */
export interface DeepStore extends AsyncDisposable {
  readonly answers: StoreQueries;
}

/**
 * The answers of a reader's pool and of the files in a data directory; these are opened when first asked.
 * A file of a day that is gone is logged, and its day answered as one that is not held.
 */
export function openDeepStore(reader: Queries, dataDir: string, log: Pick<Log, 'write'>): DeepStore {
  let history: Promise<OpenHistory> | null = null;
  const open = async (): Promise<OpenHistory> =>
    (history ??= openHistory(historyPlaces(reader, historyDir(dataDir)), (path) =>
      log.write('history.missing', { path }),
    ));
  return {
    answers: deepened(storeQueries(reader), open),
    async [Symbol.asyncDispose]() {
      (await history)?.[Symbol.dispose]();
    },
  };
}

/**
 * Answers of the store where it has some, and of deep history where it has none. Hot days are told from deep ones by
 * their prints: a session is dropped whole, so a first page without a print means that it is not hot.
 */
function deepened(store: StoreQueries, history: () => Promise<HistoryQueries>): StoreQueries {
  return {
    ...store,
    async flow(underlying, sessionDate) {
      const hot = await store.flow(underlying, sessionDate);
      if (hot !== null && hot.length > 0) return hot;
      const deep = await (await history()).underlyingFlow(underlying, sessionDate);
      return deep === null || deep.length === 0 ? hot : deep.map(withoutAlerts);
    },
    async underlyingPrints(underlying, sessionDate, after, limit) {
      const isDeep = after !== null && Number(after.key) >= DEEP_KEYS;
      const hot = isDeep ? null : await store.underlyingPrints(underlying, sessionDate, after, limit);
      if (hot !== null && hot.items.length > 0) return hot;
      const place = isDeep ? { atMs: after.atMs, key: fromDeepKey(after.key) } : null;
      const deep = await (await history()).underlyingPrints(underlying, sessionDate, place, limit);
      if (deep === null || (deep.items.length === 0 && place === null)) return hot;
      const next = deep.next === null ? null : { atMs: deep.next.atMs, key: toDeepKey(deep.next.key) };
      return { items: deep.items.map(withMultiplier), next };
    },
    async largestContracts(sessionDate, atMs, limit): Promise<readonly ContractSums[]> {
      const hot = await store.largestContracts(sessionDate, atMs, limit);
      if (hot.length > 0) return hot;
      const deep = await history();
      return (await deep.largestContracts(sessionDate, atMs - (atMs % BUCKET_MS), limit)) ?? hot;
    },
    async contractDays(osi, from, until) {
      const hot = await store.contractDays(osi, from, until);
      const known = new Set(hot?.map(({ sessionDate }) => sessionDate));
      const deep = (await (await history()).contractDays(osi, from, until)).filter(
        ({ sessionDate, volume }) => volume !== 0 && !known.has(sessionDate),
      );
      if (deep.length === 0) return hot;
      const all = [...(hot ?? []), ...deep.map(sessionOf)];
      return all.toSorted((a, b) => (a.sessionDate < b.sessionDate ? -1 : 1));
    },
  };
}

/** A place in a Parquet file is nanoseconds and row, "123.4567"; as one number it cannot be a row of the hot tape. */
const DEEP_KEYS = 10_000_000_000;
const ROWS_MAX = 1_000_000_000;

function toDeepKey(place: string): string {
  const [nanos = 0, row = 0] = place.split('.').map(Number);
  return String(DEEP_KEYS + nanos * ROWS_MAX + row);
}

function fromDeepKey(key: string): string {
  const place = Number(key) - DEEP_KEYS;
  return `${Math.floor(place / ROWS_MAX)}.${place % ROWS_MAX}`;
}

/** Alerts of a deep day are in the list of alerts; the five minutes of its file know none. */
function withoutAlerts(bucket: Omit<FlowBucket, 'alerts'>): FlowBucket {
  return { ...bucket, alerts: 0 };
}

function withMultiplier({ nanos: _nanos, ...print }: HistoricalPrint) {
  const contract = parseTicker(print.osi);
  return { ...print, multiplier: 'fault' in contract ? 100 : contract.multiplier };
}

function sessionOf({ sessionDate, volume, prints, premiumCents, closeE4 }: HistoricalDay): ContractSession {
  return { sessionDate, volume, prints: prints ?? 0, premiumCents: premiumCents ?? 0, lastPriceE4: closeE4 };
}
