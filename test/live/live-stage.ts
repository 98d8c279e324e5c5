// A small simulated day as frames of the feed, a store that remembers what it is given, and sessions over one journal.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Decimal } from 'decimal.js';
import type { Alert } from '../../src/domain/alert.ts';
import { type VolumeBaseline, VolumeHistory } from '../../src/domain/baseline.ts';
import { ContractTable } from '../../src/domain/contract-table.ts';
import { requireSession, sessionsBefore } from '../../src/domain/session.ts';
import type { TradeBatch } from '../../src/domain/trade.ts';
import { VolumeCounter } from '../../src/feeds/flat-file/volumes.ts';
import type { JournalDamage } from '../../src/feeds/journal/reader.ts';
import { JournalWriter } from '../../src/feeds/journal/writer.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { LiveSession } from '../../src/live/live-session.ts';
import { batchesOf } from '../../src/simulation/day-batches.ts';
import { createMarket } from '../../src/simulation/market.ts';
import { DayTickers, tradeElement } from '../../src/simulation/provider/day-elements.ts';

export const SESSION = requireSession('2026-11-20');
export const MARKET_SETTINGS = {
  seed: 'live session',
  underlyings: 8,
  tradesPerDay: 6_000,
  anomaliesPerDay: 10,
} as const;
export const THRESHOLD = { factor: new Decimal(10), floor: 100 } as const;
/** Sessions that teach what is normal. */
export const HISTORY_DATES: readonly string[] = sessionsBefore(SESSION.date, 3);
const ELEMENTS_A_FRAME = 40;

const market = createMarket(MARKET_SETTINGS);
export const DAY = market.day(SESSION.date);

export interface Frame {
  readonly bytes: Buffer;
  readonly atMs: number;
}

/** The day as the provider would send it. */
export const FRAMES: readonly Frame[] = (() => {
  const tickers = new DayTickers(DAY);
  const frames: Frame[] = [];
  for (let row = 0; row < DAY.length; row += ELEMENTS_A_FRAME) {
    const end = Math.min(DAY.length, row + ELEMENTS_A_FRAME);
    const elements = Array.from({ length: end - row }, (_element, n) => tradeElement(DAY, tickers, row + n));
    const atMs = SESSION.midnightMs + DAY.columns.atMs[end - 1]! + 5;
    frames.push({ bytes: Buffer.from(`[${elements.join(',')}]`), atMs });
  }
  return frames;
})();

/** What the days before teach, as `table` numbers contracts. */
export function baselineFor(table: ContractTable): VolumeBaseline {
  const history = new VolumeHistory();
  for (const date of HISTORY_DATES) {
    const counter = new VolumeCounter();
    for (const batch of batchesOf(market.day(date), table)) counter.add(batch);
    history.add(counter.take(date));
  }
  return history.before(SESSION.date, table.count);
}

/** A print as a store keeps it. */
export interface Row {
  readonly row: number;
  readonly ticker: string;
  readonly atMs: number;
  readonly size: number;
}

/** A baseline, as a table numbers contracts. */
type Learned = (table: ContractTable) => VolumeBaseline;

/** Sessions of processes that follow each other over one journal. */
export class Stage implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'spyhop-live-'));
  /** Rows in the order in which the store took them. */
  readonly rows: Row[] = [];
  readonly damage: JournalDamage[] = [];
  readonly faults: unknown[] = [];
  /** The writer's answer: has it room? */
  hasRoom: (rows: number) => boolean = () => true;
  #waiting: Array<() => void> = [];
  /** Baselines by the number of their run. */
  readonly #runs = new Map<number, Learned>();

  /** Where the session's journal begins. */
  get segment(): string {
    return join(this.folder, SESSION.date, '000001.journal');
  }

  /** Knows another run of the baseline. */
  learn(run: number, baseline: Learned): void {
    this.#runs.set(run, baseline);
  }

  /** As if the writer had stored something. */
  wake(): void {
    for (const done of this.#waiting.splice(0)) done();
  }

  /** Begins a process: what the store has is what the ones before gave it. */
  async open(baseline: Learned = baselineFor, run = 1): Promise<Opened> {
    this.#runs.set(run, baseline);
    const table = new ContractTable();
    const clock = systemClock();
    const journal = await JournalWriter.open({ directory: this.folder, date: SESSION.date, clock });
    const alerts: Alert[] = [];
    const storedRows = (this.rows.at(-1)?.row ?? -1) + 1;
    const session = new LiveSession(
      { session: SESSION, table, baseline: baseline(table), run, threshold: THRESHOLD, storedRows },
      {
        journal,
        journalDirectory: this.folder,
        store: (batch) => this.#store(batch, table),
        room: async (rows) => {
          while (!this.hasRoom(rows)) await new Promise<void>((done) => void this.#waiting.push(done));
        },
        baselineOf: async (earlier) => this.#runs.get(earlier)?.(table) ?? null,
        onAlert: (alert) => alerts.push(alert),
        onFailure: ({ error }) => this.faults.push(error),
        onFault: (error) => this.faults.push(error),
        onDamage: (damage) => this.damage.push(damage),
      },
    );
    return { session, journal, alerts, table, recovery: await session.recover() };
  }

  #store(batch: TradeBatch, table: ContractTable): boolean {
    if (!this.hasRoom(batch.length)) return false;
    // As the real store does: rows that it has already are passed over.
    const next = (this.rows.at(-1)?.row ?? -1) + 1;
    for (let at = Math.max(0, next - batch.firstRow); at < batch.length; at++) {
      const ticker = table.ticker(batch.contract[at]!);
      this.rows.push({ row: batch.firstRow + at, ticker, atMs: batch.atMs[at]!, size: batch.size[at]! });
    }
    return true;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Opened {
  readonly session: LiveSession;
  readonly journal: JournalWriter;
  readonly alerts: Alert[];
  readonly table: ContractTable;
  readonly recovery: Awaited<ReturnType<LiveSession['recover']>>;
}

/** Ends a process as a kill does, after the journal's last fsync. */
export async function kill({ session, journal }: Opened): Promise<void> {
  await journal.close();
  session.end();
}

/** Gives a session some of the day's frames. */
export function play({ session }: Opened, from = 0, to = FRAMES.length): void {
  for (const { bytes, atMs } of FRAMES.slice(from, to)) session.take(bytes, atMs);
}

/** What a store must hold of the whole day. */
export function expectedRows(): Row[] {
  return Array.from({ length: DAY.length }, (_row, row) => ({
    row,
    ticker: DAY.contracts.ticker(DAY.columns.contract[row]!),
    atMs: DAY.columns.atMs[row]!,
    size: DAY.columns.size[row]!,
  }));
}
