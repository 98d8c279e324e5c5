// Replay: the same alerts from the same days, to the byte, and each day teaches the next.
import { gunzipSync, gzipSync } from 'node:zlib';
import { Decimal } from 'decimal.js';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Alert } from '../../src/domain/alert.ts';
import { planReplay } from '../../src/replay/plan.ts';
import { replay, type ReplayedDay, type ReplayProgress } from '../../src/replay/run.ts';
import { writeTape } from '../../src/simulation/flat-file.ts';
import {
  AGGREGATES,
  barRow,
  Folder,
  lines,
  MONDAY,
  nanoseconds,
  QUOTES,
  SPY,
  TRADES,
  tradeRow,
  TUESDAY,
} from '../support/flat-files.ts';

interface Replayed {
  readonly alerts: readonly Alert[];
  readonly days: readonly ReplayedDay[];
  readonly progress: readonly ReplayProgress[];
}

interface Settings {
  readonly history?: readonly string[];
  readonly factor?: string;
  readonly floor?: number;
  readonly batchRows?: number;
}

async function replayed(paths: readonly string[], settings: Settings = {}): Promise<Replayed> {
  const { history = [], factor = '10', floor = 10, batchRows } = settings;
  const [alerts, days, progress]: [Alert[], ReplayedDay[], ReplayProgress[]] = [[], [], []];
  const { plan } = await planReplay(paths, history);
  const threshold = { factor: new Decimal(factor), floor };
  await replay(
    plan,
    { threshold, ...(batchRows === undefined ? {} : { batchRows }) },
    {
      onProgress: (step) => progress.push(step),
      onAlert: (alert) => alerts.push(alert),
      onHistory: () => {},
      onDay: (day) => days.push(day),
      onFailure: ({ error }) => {
        throw error;
      },
    },
  );
  return { alerts, days, progress };
}

const bytesOf = ({ alerts }: Replayed): string =>
  alerts.map((alert) => `${JSON.stringify(alert)}\n`).join('');

describe('a simulated market of three days', () => {
  const tape = new Folder();
  const settings = { factor: '2', floor: 5 };
  let alerts: string;

  beforeAll(async () => {
    await writeTape({
      outDir: tape.path,
      days: 3,
      until: '2025-11-26',
      seed: '7',
      underlyings: 15,
      tradesPerDay: 1_500,
      anomaliesPerDay: 6,
      order: 'ticker',
      quotes: 'anomalies',
    });
    alerts = bytesOf(await replayed([tape.path], settings));
  });
  afterAll(() => {
    tape[Symbol.dispose]();
  });

  test('has alerts, none on the first day, some with a side', () => {
    const told = alerts
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Alert);
    expect(told.length).toBeGreaterThan(50);
    expect(told.every(({ at }) => at > '2025-11-25')).toBe(true);
    expect(told.filter(({ direction }) => direction !== 'unknown').length).toBeGreaterThan(5);
    expect(told.map(({ at }) => at)).toEqual(told.map(({ at }) => at).toSorted());
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
  });

  test.each([1, 7, 1_000, undefined])('gives them in batches of %s', async (batchRows) => {
    const again = await replayed(
      [tape.path],
      batchRows === undefined ? settings : { ...settings, batchRows },
    );
    expect(bytesOf(again)).toBe(alerts);
  });

  test('gives them sorted by time, plain, with other line ends and other columns', async () => {
    using other = new Folder();
    for (const date of ['2025-11-24', '2025-11-25', '2025-11-26']) {
      const text = gunzipSync(readFileSync(join(tape.path, `${date}.csv.gz`))).toString();
      const rows = text
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => line.split(','));
      rows.sort((a, b) => (a[5]! < b[5]! ? -1 : a[5]! > b[5]! ? 1 : 0));
      const turned = [TRADES.split(','), ...rows].map((row) => [...row.toReversed(), ''].join(','));
      other.write(`${date}.csv`, turned.join('\r\n'));
      other.write(
        `quotes/${date}.csv`,
        gunzipSync(readFileSync(join(tape.path, 'quotes', `${date}.csv.gz`))),
      );
    }
    expect(bytesOf(await replayed([other.path], settings))).toBe(alerts);
  });

  test('gives those of its last day when the others are history, as trades or as the bars made of them', async () => {
    const last = alerts
      .split('\n')
      .filter((line) => line !== '' && (JSON.parse(line) as Alert).at > '2025-11-26');
    const paths = ['2025-11-26.csv.gz', 'quotes/2025-11-26.csv.gz'].map((name) => join(tape.path, name));
    const earlier = ['2025-11-24', '2025-11-25'].map((date) => join(tape.path, `${date}.csv.gz`));
    expect(
      bytesOf(await replayed(paths, { ...settings, history: earlier }))
        .trimEnd()
        .split('\n'),
    ).toEqual(last);
    using bars = new Folder();
    for (const path of earlier) {
      const date = path.slice(-17, -7);
      bars.write(`${date}.csv`, lines(AGGREGATES, ...dayBars(path, date)));
    }
    expect(
      bytesOf(await replayed(paths, { ...settings, history: [bars.path] }))
        .trimEnd()
        .split('\n'),
    ).toEqual(last);
  });

  test('tells of its progress in steps that never go back', async () => {
    const { progress, days } = await replayed([tape.path], { ...settings, batchRows: 100 });
    for (const { summary, date } of days) {
      const steps = progress.filter((step) => step.step === 'replay' && step.date === date);
      expect(steps.map(({ done }) => done)).toEqual(steps.map(({ done }) => done).toSorted((a, b) => a - b));
      expect(steps.at(-1)).toMatchObject({ done: summary.received, total: summary.received });
    }
  });
});

/** Day bars made of a trades file as the provider makes them: compression and extended hours aside. */
function dayBars(path: string, date: string): string[] {
  const volumes = new Map<string, number>();
  for (const line of gunzipSync(readFileSync(path)).toString().trimEnd().split('\n').slice(1)) {
    const [ticker = '', condition = '', , , , , size] = line.split(',');
    if (condition === '247' || condition === '248') continue;
    const sign = ['201', '203', '205', '207'].includes(condition) ? -1 : 1;
    volumes.set(ticker, (volumes.get(ticker) ?? 0) + sign * Number(size));
  }
  return [...volumes]
    .filter(([, volume]) => volume > 0)
    .map(([ticker, volume]) => barRow('00:00', { ticker, volume: String(volume), date }));
}

describe('days made by hand', () => {
  /** 810 contracts on Monday: ten in each of the 81 times five minutes of SPY's day. */
  const monday = (): string => lines(TRADES, tradeRow('10:00', { size: '810' }));
  const tuesday = (...rows: readonly string[]): string => lines(TRADES, ...rows);
  const burst = (size: string, time = '11:00', condition = '209'): string =>
    tradeRow(time, { size, condition, date: TUESDAY });

  async function tuesdayAlerts(
    rows: readonly string[],
    before: string | Uint8Array = monday(),
  ): Promise<readonly Alert[]> {
    using folder = new Folder();
    folder.write(`${MONDAY}.csv`, before);
    folder.write(`${TUESDAY}.csv`, tuesday(...rows));
    return (await replayed([folder.path])).alerts;
  }

  test('a day is history for the next: above ten times its mean the contract speaks', async () => {
    expect(await tuesdayAlerts([burst('100')])).toEqual([]);
    expect(await tuesdayAlerts([burst('101')])).toMatchObject([
      { contract: SPY, observed: 101, expected: 10, at: '2025-11-25T16:00:00.000Z' },
    ]);
  });

  test('the first day has nothing to compare with, and says so', async () => {
    using folder = new Folder();
    const { days, alerts } = await replayed([folder.write(`${MONDAY}.csv`, monday())], { floor: 0 });
    expect(alerts).toEqual([]);
    expect(days).toMatchObject([{ date: MONDAY, baselineSessions: 0, summary: { received: 1, lost: 0 } }]);
  });

  test('a cancel takes its print back, from the window and from what is normal tomorrow', async () => {
    expect(
      await tuesdayAlerts([burst('60'), burst('60', '11:00:01', '201'), burst('60', '11:00:02')]),
    ).toEqual([]);
    expect(await tuesdayAlerts([burst('60'), burst('60', '11:00:01')])).toHaveLength(1);
    // Monday's 810 and 810 more of which all are taken back: normal stays at ten.
    const before = lines(
      TRADES,
      tradeRow('10:00', { size: '810' }),
      tradeRow('10:30', { size: '810' }),
      tradeRow('10:31', { size: '810', condition: '203' }),
    );
    expect(await tuesdayAlerts([burst('101')], before)).toHaveLength(1);
  });

  test('a contract that did not trade before speaks at the floor', async () => {
    const rows = [tradeRow('11:00', { ticker: 'O:SPY251219P00600000', size: '10', date: TUESDAY })];
    expect(await tuesdayAlerts(rows)).toMatchObject([{ observed: 10, expected: 0 }]);
  });

  test('minutes are replayed as minutes, by bars of the day before', async () => {
    using folder = new Folder();
    const day = folder.write(`days/${MONDAY}.csv`, lines(AGGREGATES, barRow('00:00', { volume: '810' })));
    const bar = barRow('11:00', { volume: '101', date: TUESDAY });
    const path = folder.write(`${TUESDAY}.csv`, lines(AGGREGATES, bar));
    const { alerts, days } = await replayed([path], { history: [day] });
    expect(alerts).toMatchObject([
      { observed: 101, at: '2025-11-25T16:00:59.999Z', flags: ['minute aggregates'] },
    ]);
    expect(days[0]!.tape).toBe('minutes');
  });

  test('quotes give a side to the prints after them, whatever the batches', async () => {
    const quote = `${SPY},302,16.2,24,302,16,17,1,${nanoseconds(TUESDAY, '10:59:58')}`;
    const late = `${SPY},302,16.4,24,302,16.2,17,2,${nanoseconds(TUESDAY, '11:00')}`;
    for (const batchRows of [1, 2, 100]) {
      using folder = new Folder();
      folder.write(`${MONDAY}.csv`, monday());
      folder.write(`${TUESDAY}.csv`, tuesday(burst('1', '10:59:59'), burst('101'), burst('1', '15:00')));
      folder.write(`quotes/${TUESDAY}.csv`, lines(QUOTES, late, quote));
      const { alerts, days } = await replayed([folder.path], { batchRows });
      expect(alerts).toMatchObject([{ direction: 'bullish', observed: 102 }]);
      expect(days[1]!.quotes).toMatchObject({ rows: 2 });
    }
  });

  test('a day that breaks off gives no alert and teaches nothing', async () => {
    using folder = new Folder();
    const whole = gzipSync(
      tuesday(...Array.from({ length: 3_000 }, (_, i) => burst(String(1 + ((i * 7_919) % 8_000))))),
    );
    const paths = [
      folder.write(`${MONDAY}.csv`, monday()),
      folder.write(`${TUESDAY}.csv.gz`, whole.subarray(0, whole.length - 1)),
    ];
    const told: Alert[] = [];
    const { plan } = await planReplay(paths, []);
    const days: string[] = [];
    const run = replay(
      plan,
      { threshold: { factor: new Decimal(10), floor: 10 } },
      {
        onProgress: () => {},
        onAlert: (alert) => told.push(alert),
        onHistory: () => {},
        onDay: ({ date }) => days.push(date),
        onFailure: () => {},
      },
    );
    await expect(run).rejects.toThrow(`${paths[1]} is cut off in the middle: fetch it again`);
    expect([told, days]).toEqual([[], [MONDAY]]);
  });

  test('a file that goes between the plan and the replay is missed by its name', async () => {
    using folder = new Folder();
    const path = folder.write(`${MONDAY}.csv`, monday());
    const { plan } = await planReplay([path], []);
    rmSync(path);
    const none = (): void => {};
    const observer = { onProgress: none, onAlert: none, onHistory: none, onDay: none, onFailure: none };
    const threshold = { factor: new Decimal(10), floor: 10 };
    await expect(replay(plan, { threshold }, observer)).rejects.toThrow(
      `${path} does not exist: check the path`,
    );
  });
});
