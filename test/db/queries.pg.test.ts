// The answers of the store: filters, pages that neither lose nor repeat, and null for what is unknown.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeAlerts } from '../../src/db/alerts.ts';
import { buildBaseline, loadBaseline } from '../../src/db/baselines.ts';
import { withLastPrints } from '../../src/db/last-prints.ts';
import { endGap, endOpenGaps, openGap } from '../../src/db/feed-gaps.ts';
import { sumPrints } from '../../src/db/print-sums.ts';
import { createPrintWriter } from '../../src/db/print-writer.ts';
import { type Store, storeQueries } from '../../src/db/queries.ts';
import type { Alert } from '../../src/domain/alert.ts';
import type { TimeCursor } from '../../src/domain/answers.ts';
import { ContractTable } from '../../src/domain/contract-table.ts';
import { requireSession } from '../../src/domain/session.ts';
import { batchOf } from '../../src/domain/trade.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { at, print, tableOf } from '../support/tape.ts';

const CALL = 'O:SPY261218C00650000';
const PUT = 'O:SPY261218P00600000';
const session = requireSession('2026-11-20');

/** Alert number n, a second after the one before; every third of one second, so that cursors meet ties. */
function alertNumber(n: number): Alert {
  const second = Math.floor(n / 3);
  return {
    id: n.toString(16).padStart(16, '0'),
    at: new Date(session.midnightMs + session.openMs + second * 1000).toISOString(),
    sessionDate: session.date,
    detector: n % 2 === 0 ? 'threshold' : 'zscore',
    kind: 'unusual contract',
    rule: { id: 'r', hash: 'h' },
    underlying: n % 5 === 0 ? 'QQQ' : 'SPY',
    contract: CALL,
    contractName: 'SPY 18 Dec 26 650 call',
    side: 'buy',
    direction: n % 4 === 0 ? 'bullish' : 'unknown',
    directionShare: null,
    sidedShare: 0.5,
    probabilityBuy: null,
    sideMethod: 'no quote',
    sideAccuracy: null,
    quoteAgeMs: null,
    severity: 'low',
    observed: 5000,
    expected: 12.3456,
    unit: 'contracts',
    threshold: 500,
    baselineSessions: 30,
    surprise: null,
    premium: `${n * 1000}.10`,
    vwap: '1.62',
    prints: 3,
    orders: 1,
    sweeps: 0,
    exchanges: 1,
    largestOrder: 5000,
    flags: [],
  };
}

describe('the answers of the store', () => {
  let clone: TestDatabase;
  let store: Store;
  const alerts = Array.from({ length: 40 }, (_alert, n) => alertNumber(n));
  beforeAll(async () => {
    clone = await cloneDatabase();
    store = storeQueries(clone.db);
    const writer = createPrintWriter(clone.db, tableOf([CALL, PUT]));
    const prints = Array.from({ length: 25 }, (_print, n) =>
      print(`09:${31 + Math.floor(n / 2)}:00`, n + 1, { priceE4: 10_000 + n * 100 }),
    );
    await writer.store(batchOf(session, [...prints, print('10:30:00', 9, { contract: 1 })]));
    await sumPrints(clone.db);
    await storeAlerts(clone.db, alerts);
  });
  afterAll(() => clone[Symbol.asyncDispose]());

  it('give an alert back byte for byte, each once however often it is stored', async () => {
    expect(await storeAlerts(clone.db, alerts.slice(0, 5))).toBe(0);
    expect(JSON.stringify(await store.alert(alerts[7]!.id))).toBe(JSON.stringify(alerts[7]));
    expect(await store.alert('nobody')).toBeNull();
  });

  it('page through alerts, newest first, without losing or repeating one at equal times', async () => {
    const seen: string[] = [];
    let before: TimeCursor | null = null;
    do {
      const page: Awaited<ReturnType<Store['alerts']>> = await store.alerts({
        limit: 7,
        ...(before === null ? {} : { before }),
      });
      seen.push(...page.items.map(({ id }) => id));
      before = page.next;
    } while (before !== null);
    expect(seen).toEqual(alerts.map(({ id }) => id).toReversed());
  });

  it('find underlyings by name, with their session', async () => {
    const all = await store.underlyings('', session.date, '', 10);
    expect(all.map(({ symbol }) => symbol)).toEqual(['SPY']);
    const [spy] = all;
    expect(spy).toMatchObject({ volume: 25 * 13 + 9, alerts: alerts.filter((_a, n) => n % 5 !== 0).length });
    expect(await store.underlyings('Q', session.date, '', 10)).toEqual([]);
    expect(await store.underlyings('S', session.date, 'SPY', 10)).toEqual([]);
  });

  it('list the contracts of an underlying, the most premium first, by every filter', async () => {
    const list = async (filter: object) => {
      const page = await store.contracts('SPY', session.date, { limit: 10, ...filter });
      return page!.items.map(({ osi }) => osi);
    };
    expect(await list({})).toEqual([CALL, PUT]);
    expect(await list({ right: 'put' })).toEqual([PUT]);
    expect(await list({ strikeMillsMin: 600_001 })).toEqual([CALL]);
    expect(await list({ strikeMillsMax: 600_000 })).toEqual([PUT]);
    expect(await list({ volumeMin: 10 })).toEqual([CALL]);
    expect(await list({ expiryFrom: '2026-12-19' })).toEqual([]);
    expect(await list({ expiryUntil: '2026-12-18' })).toEqual([CALL, PUT]);
    const first = await store.contracts('SPY', session.date, { limit: 1 });
    expect(first!.items.map(({ osi }) => osi)).toEqual([CALL]);
    expect(await list({ after: first!.next! })).toEqual([PUT]);
    expect(await store.contracts('NOBODY', session.date, { limit: 1 })).toBeNull();
  });

  it('give the prints of an underlying in the order of the tape, page by page', async () => {
    const sizes: number[] = [];
    let after: TimeCursor | null = null;
    do {
      const page: Awaited<ReturnType<Store['underlyingPrints']>> = await store.underlyingPrints(
        'SPY',
        session.date,
        after,
        7,
      );
      sizes.push(...page!.items.map(({ size }) => size));
      after = page!.next;
    } while (after !== null);
    expect(sizes).toEqual([...Array.from({ length: 25 }, (_print, n) => n + 1), 9]);
    expect(await store.underlyingPrints('NOBODY', session.date, null, 7)).toBeNull();
  });

  it('find nothing behind a place that no tape has, and do not fail', async () => {
    const place = { atMs: 4_102_444_800_000, key: '9999999999999999' };
    expect((await store.underlyingPrints('SPY', session.date, place, 7))!.items).toEqual([]);
    expect((await store.prints(CALL, session.date, place, 7))!.items).toEqual([]);
    expect(
      (await store.alerts({ before: { atMs: 4_102_444_800_000, key: 'f'.repeat(16) }, limit: 1 })).items,
    ).toHaveLength(1);
  });

  it('count alerts by what they have in common', async () => {
    const tallies = await store.alertTallies('2026-11-01', session.date, null);
    expect(tallies.reduce((sum, { alerts: count }) => sum + count, 0)).toBe(alerts.length);
    const ofQqq = await store.alertTallies('2026-11-01', session.date, 'QQQ');
    expect(ofQqq.reduce((sum, { alerts: count }) => sum + count, 0)).toBe(8);
    expect(await store.alertTallies('2026-10-01', '2026-10-30', null)).toEqual([]);
  });

  it('hold every filter given', async () => {
    const fromMs = Date.parse(alerts[6]!.at);
    const page = await store.alerts({
      underlying: 'SPY',
      contract: CALL,
      detector: 'threshold',
      severity: 'low',
      direction: 'bullish',
      kind: 'unusual contract',
      side: 'buy',
      premiumCentsMin: 800_010,
      fromMs,
      untilMs: fromMs + 5000,
      limit: 100,
    });
    const expected = alerts.filter(
      (alert, n) => n >= 8 && n % 4 === 0 && n % 5 !== 0 && Date.parse(alert.at) < fromMs + 5000,
    );
    expect(page.items.map(({ id }) => id)).toEqual(expected.map(({ id }) => id).toReversed());
    expect(page.next).toBeNull();
  });

  it('resume a follower where it stopped', async () => {
    const first = await store.alertsSince(0, 30);
    const rest = await store.alertsSince(first.at(-1)!.insertion, 30);
    expect([...first, ...rest].map(({ alert }) => alert.id)).toEqual(alerts.map(({ id }) => id));
    expect(await store.lastInsertion()).toBe(rest.at(-1)!.insertion);
  });

  it('show the flow of an underlying with its alerts', async () => {
    const flow = await store.flow('SPY', session.date);
    const startMs = session.midnightMs + session.openMs;
    expect(flow).toHaveLength(4);
    expect(flow![0]).toEqual({
      startMs,
      prints: 8,
      volume: 36,
      callCents: 376_800,
      putCents: 0,
      alerts: alerts.filter(({ underlying }) => underlying === 'SPY').length,
    });
    expect(await store.flow('NVDA', session.date)).toBeNull();
    expect(await store.flow('SPY', '2026-11-19')).toEqual([]);
    expect(await store.flow('SPY', 'yesterday')).toBeNull();
  });

  it('show a contract, its day, its bars and its prints by pages', async () => {
    expect(await store.contractDay(PUT, session.date)).toMatchObject({
      contract: { osi: PUT, right: 'put', strikeMills: 600_000, expiryDate: '2026-12-18' },
      volume: 9,
      prints: 1,
      premiumCents: 90_000,
      lastPriceE4: 10_000,
    });
    expect(await store.contractDay('O:XXX261218P00600000', session.date)).toBeNull();
    const bars = await store.bars(CALL, session.date);
    expect(bars![0]).toMatchObject({
      openE4: 10_000,
      highE4: 10_700,
      lowE4: 10_000,
      closeE4: 10_700,
      volume: 36,
    });
    const first = await store.prints(CALL, session.date, null, 20);
    const second = await store.prints(CALL, session.date, first!.next, 20);
    expect([...first!.items, ...second!.items].map(({ size }) => size)).toEqual(
      Array.from({ length: 25 }, (_size, n) => n + 1),
    );
    expect(second!.next).toBeNull();
    expect(first!.items[0]).toEqual({
      atMs: session.midnightMs + 34_260_000,
      priceE4: 10_000,
      size: 1,
      condition: 209,
      exchange: 302,
      sequence: 0,
    });
  });

  it('show the largest contracts of five minutes, and the sessions of a contract', async () => {
    const largest = await store.largestContracts(session.date, session.midnightMs + at('10:31:00'), 1);
    expect(largest).toEqual([{ osi: PUT, prints: 1, volume: 9, premiumCents: 90_000 }]);
    expect(await store.largestContracts(session.date, session.midnightMs, 5)).toEqual([]);
    const sums = { prints: 1, volume: 9, premiumCents: 90_000, lastPriceE4: 10_000 };
    expect(await store.contractDays(PUT, '2026-11-01', session.date)).toEqual([
      { sessionDate: session.date, ...sums },
    ]);
    expect(await store.contractDays(PUT, '2026-11-01', '2026-11-19')).toEqual([]);
    expect(await store.contractDays('O:SPY261218C00001000', '2026-11-01', session.date)).toBeNull();
  });

  it('say what is normal once there is a baseline', async () => {
    expect(await store.normal(CALL)).toBeNull();
    const run = await buildBaseline(clone.db, '2026-11-23', 0);
    expect(run).toMatchObject({ dates: [session.date], contracts: 2, made: true });
    expect(await store.normal(CALL)).toEqual({
      run: run.run,
      asOf: '2026-11-23',
      sessions: 1,
      meanDayVolume: 325,
    });
    expect(await store.normal('O:XXX261218P00600000')).toBeNull();
    const table = new ContractTable();
    const loaded = await loadBaseline(clone.db, table);
    const put = table.internTicker(PUT) as number;
    expect([loaded.run, loaded.sessions, loaded.volumeSum(put), loaded.volumeSum(99)]).toEqual([
      run.run,
      1,
      9,
      0,
    ]);
    // One print of the put, and none known of a contract that never traded.
    const counted = await withLastPrints(clone.db, table, loaded);
    expect([counted.lastPrints!(put), counted.lastPrints!(99)]).toEqual([[1], []]);
  });

  it('tell of gaps in the feed until they are ended', async () => {
    const gap = { feed: 'massive', sessionDate: session.date, beganMs: 1_000, reason: 'socket closed' };
    await endGap(clone.db, await openGap(clone.db, gap), 3_000);
    await openGap(clone.db, { ...gap, beganMs: 5_000 });
    expect(
      (await store.gaps(session.date)).map(({ beganMs, endedMs, state }) => [beganMs, endedMs, state]),
    ).toEqual([
      [1_000, 3_000, 'ended'],
      [5_000, null, 'open'],
    ]);
    expect(await endOpenGaps(clone.db, 'massive', 9_000)).toBe(1);
  });
});
