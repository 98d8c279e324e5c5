// The whole service on a stage: a clone of the database with some history, the simulated provider, a clock played fast.
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Decimal } from 'decimal.js';
import { type Service, type ServiceSettings, startService } from '../../src/app.ts';
import type { Alert } from '../../src/domain/alert.ts';
import { requireSession, sessionsBefore } from '../../src/domain/session.ts';
import { importDay } from '../../src/jobs/import-day.ts';
import { ScaledClock, systemClock } from '../../src/lib/clock.ts';
import { createLog } from '../../src/log.ts';
import { writeTape } from '../../src/simulation/flat-file.ts';
import { createMarket, type MarketSettings } from '../../src/simulation/market.ts';
import { type Provider, startProvider } from '../../src/simulation/provider/provider.ts';
import { cloneDatabase, type TestDatabase } from './database.ts';
import { eventually } from './eventually.ts';

export const SESSION = requireSession('2026-11-20');
export const OPEN_MS = SESSION.midnightMs + SESSION.openMs;
export const KEY = 'key-of-the-stage-0123456789';
/** Fast enough that a day is played in seconds, slow enough that nothing waits for the provider. */
export const FAST = 16_000;
const MARKET: MarketSettings = { seed: 'service', underlyings: 8, tradesPerDay: 6_000, anomaliesPerDay: 10 };
const HISTORY = sessionsBefore(SESSION.date, 3);
export const DAY = createMarket(MARKET).day(SESSION.date);

/** Writes the days of the history once; gives their files and what takes them away. */
async function writeHistory(): Promise<{
  readonly folder: string;
  readonly historyDir: string;
  readonly files: readonly string[];
}> {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-history-'));
  const until = HISTORY.at(-1)!;
  const tape = {
    ...MARKET,
    outDir: folder,
    days: HISTORY.length,
    until,
    order: 'ticker',
    quotes: 'none',
  } as const;
  await writeTape(tape);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const files = HISTORY.map((date) => join(folder, `${date}.csv.gz`));
  return { folder, historyDir: join(folder, 'history'), files };
}
let history: ReturnType<typeof writeHistory> | null = null;

type LogLine = Readonly<Record<string, unknown>> & { readonly kind: string };

export class ServiceStage implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'spyhop-service-'));
  readonly marketClock: ScaledClock;
  readonly clone: TestDatabase;
  readonly provider: Provider;
  /** Alerts told to the terminal, by all processes so far. */
  readonly told: Alert[] = [];
  readonly logged: LogLine[] = [];
  readonly #running = new Set<Service>();

  private constructor(clone: TestDatabase, provider: Provider, marketClock: ScaledClock) {
    this.clone = clone;
    this.provider = provider;
    this.marketClock = marketClock;
  }

  /** Sets the stage: the clock stands a moment before the open, or where it is told. */
  static async set({ startMs = OPEN_MS - 5_000, withHistory = true } = {}): Promise<ServiceStage> {
    const clone = await cloneDatabase();
    let learned: string | null = null;
    if (withHistory) {
      const { files, historyDir } = await (history ??= writeHistory());
      for (const file of files)
        await importDay(clone.db, file, { printsFrom: SESSION.date, historyDir, importedAtMs: 0 });
      learned = historyDir;
    }
    const clock = new ScaledClock(systemClock(), startMs, 1);
    const market = createMarket(MARKET);
    const provider = await startProvider({ market, date: SESSION.date, clock, port: 0, keys: [KEY] });
    const stage = new ServiceStage(clone, provider, clock);
    if (learned !== null) symlinkSync(learned, join(stage.folder, 'history'));
    return stage;
  }

  settings(rest: Partial<ServiceSettings> = {}): ServiceSettings {
    const clock = systemClock();
    const destination = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        for (const line of chunk.toString().trim().split('\n')) this.logged.push(JSON.parse(line) as LogLine);
        done();
      },
    });
    return {
      dataDir: this.folder,
      databaseUrl: this.clone.url,
      feed: { url: this.provider.url, key: KEY },
      api: { host: '127.0.0.1', port: 0, token: null, version: 'test' },
      threshold: { factor: new Decimal(10), floor: 100 },
      hotSessions: 3,
      journalSessions: 5,
      clock,
      marketClock: this.marketClock,
      log: createLog({ level: 'debug', destination, redact: [KEY], clock }),
      onAlert: (alert) => this.told.push(alert),
      ...rest,
    };
  }

  /** Starts a service; it is stopped with the stage when the test does not do it. */
  async start(rest: Partial<ServiceSettings> = {}): Promise<Service> {
    const service = await startService(this.settings(rest));
    this.#running.add(service);
    return service;
  }

  async stop(service: Service, deadlineMs = 10_000): Promise<number> {
    this.#running.delete(service);
    return service.stop(deadlineMs);
  }

  /** Lets the market run until a share of the day's prints has fallen due, and then stand still, almost. */
  async playUntil(share: number, service: Service, speed = FAST): Promise<void> {
    await eventually(
      'a live feed',
      () => service.feedState(),
      (state) => state === 'live',
    );
    this.marketClock.setSpeed(speed);
    await eventually(
      `${share} of the day`,
      () => this.provider.played,
      (played) => played >= DAY.length * share,
    );
    this.marketClock.setSpeed(1);
  }

  async get(service: Service, path: string): Promise<Response> {
    return fetch(`${service.address}${path}`);
  }

  /** A number of the metrics page. */
  async metric(service: Service, name: string): Promise<number> {
    const page = await (await this.get(service, '/metrics')).text();
    const line = page.split('\n').find((one) => one.startsWith(`${name} `));
    return Number(line?.slice(name.length));
  }

  /** Waits until everything that came is stored: the prints that fell due, when they are given. */
  async settled(service: Service, prints?: number): Promise<void> {
    await eventually(
      'everything to be stored',
      async () => {
        const [row] = await this.clone.db.rows<{ rows: number }>(
          'select coalesce(sum(tape_rows), 0)::int as rows from spyhop.journal_position',
        );
        const waiting =
          (await this.metric(service, 'spyhop_queue_events{queue="writer"}')) +
          (await this.metric(service, 'spyhop_queue_events{queue="alerts"}'));
        return { rows: row!.rows, waiting };
      },
      ({ rows, waiting }) => waiting === 0 && rows >= (prints ?? 1),
    );
  }

  async health(service: Service): Promise<Record<string, { ready: boolean; sentence: string }>> {
    const answer = (await (await this.get(service, '/health/ready')).json()) as {
      parts: Array<{ part: string; ready: boolean; sentence: string }>;
    };
    return Object.fromEntries(answer.parts.map(({ part, ...rest }) => [part, rest]));
  }

  /** Ids of the stored alerts, in the order they were stored. */
  async storedAlerts(): Promise<string[]> {
    const rows = await this.clone.db.rows<{ id: string }>(
      'select alert_id as id from spyhop.alert order by insertion',
    );
    return rows.map(({ id }) => id);
  }

  logs(kind: string): LogLine[] {
    return this.logged.filter((line) => line.kind === kind);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const service of this.#running) await service.stop(5_000);
    await this.provider.close();
    await this.clone[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
