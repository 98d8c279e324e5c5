// A simulated session by seed, and the ways in which its tape may reach an engine; run alone it prints its alerts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Decimal } from 'decimal.js';
import type { Alert } from '../../src/domain/alert.ts';
import { type VolumeBaseline, VolumeHistory } from '../../src/domain/baseline.ts';
import { ContractTable } from '../../src/domain/contract-table.ts';
import type { UnderlyingFailure } from '../../src/domain/life.ts';
import { OrderCounter } from '../../src/domain/ladder.ts';
import { OrderHistory } from '../../src/domain/order-history.ts';
import { requireSession, sessionsBefore } from '../../src/domain/session.ts';
import { SessionLedger } from '../../src/domain/session-ledger.ts';
import type { TradeBatch } from '../../src/domain/trade.ts';
import { createEngine, type Engine } from '../../src/engine.ts';
import { VolumeCounter } from '../../src/feeds/flat-file/volumes.ts';
import { JournalWriter } from '../../src/feeds/journal/writer.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Random } from '../../src/lib/random.ts';
import { LiveSession } from '../../src/live/live-session.ts';
import { batchesOf } from '../../src/simulation/day-batches.ts';
import { createMarket, type MarketDay } from '../../src/simulation/market.ts';
import { DayTickers, tradeElement } from '../../src/simulation/provider/day-elements.ts';
import { faultyBatch } from './faulty-batch.ts';

export const SESSION = requireSession('2026-11-20');
const HISTORY = sessionsBefore(SESSION.date, 2);
export const DETECTORS = ['threshold', 'surprise'] as const;
/** So small a market must be allowed to speak more often. */
export const ALERTS_PER_DAY = 100;
export const THRESHOLD = { factor: new Decimal(8), floor: 60 } as const;

export interface SimulatedSession {
  readonly day: MarketDay;
  readonly learn: (table: ContractTable) => VolumeBaseline;
}

/** The session of a seed, and what the two days before it teach. */
export function simulatedSession(seed: string): SimulatedSession {
  const market = createMarket({ seed, underlyings: 10, tradesPerDay: 5_000, anomaliesPerDay: 12 });
  const before = HISTORY.map((date) => ({ date, day: market.day(date) }));
  return {
    day: market.day(SESSION.date),
    learn(table) {
      const history = new VolumeHistory();
      const orderHistory = new OrderHistory(table);
      for (const { date, day } of before) {
        const counter = new VolumeCounter();
        const orders = new OrderCounter(orderHistory.hoursOf(requireSession(date)));
        for (const batch of batchesOf(day, table)) {
          counter.add(batch);
          orders.add(batch, batch.atMs);
        }
        history.add(counter.take(date));
        orderHistory.add(orders.take(date));
      }
      const orders = orderHistory.before(SESSION.date);
      if (orders === null) throw new Error('two days taught nothing of orders');
      return { ...history.before(SESSION.date, table.count), orders };
    },
  };
}

/** Alerts as the bytes that a terminal gets. */
export function bytesOf(alerts: readonly Alert[]): string {
  return alerts.map((alert) => `${JSON.stringify(alert)}\n`).join('');
}

export interface Outcome {
  readonly alerts: readonly Alert[];
  readonly failures: readonly UnderlyingFailure[];
  readonly engine: Engine;
  readonly table: ContractTable;
}

/** How the tape reaches the engine. */
export interface Manner {
  /** Rows of the next batch; the whole day in one unless given. */
  readonly cut?: () => number;
  /** Rows whose condition cannot be read. */
  readonly throws?: (row: number) => boolean;
  readonly idleMs?: number;
  /** Order of arrival: rows of the day. */
  readonly order?: Int32Array;
  /** What the engine is told before rows of the day. */
  readonly changes?: ReadonlyArray<{ readonly row: number; readonly tell: (engine: Engine) => void }>;
}

/** Folds the session as an engine without a service does. */
export function runEngine({ day, learn }: SimulatedSession, manner: Manner = {}): Outcome {
  const { cut = () => day.length, throws, idleMs, order, changes = [] } = manner;
  const table = new ContractTable();
  const baseline = learn(table);
  const ledger = new SessionLedger();
  const failures: UnderlyingFailure[] = [];
  const faulty = (batch: TradeBatch): TradeBatch =>
    throws === undefined ? batch : faultyBatch(batch, throws);
  const engine = createEngine({
    session: SESSION,
    table,
    baseline,
    detectors: DETECTORS,
    alertsPerDay: ALERTS_PER_DAY,
    threshold: THRESHOLD,
    cancels: ledger,
    tape: () => ledger.tape().map(faulty),
    onFailure: (failure) => failures.push(failure),
    ...(idleMs === undefined ? {} : { idleMs }),
  });
  const [whole] = Array.from(batchesOf(day, table, day.length)) as [TradeBatch];
  const alerts: Alert[] = [];
  for (let firstRow = 0; firstRow < day.length;) {
    for (const { row, tell } of changes) if (row === firstRow) tell(engine);
    const next = Math.min(day.length, ...changes.map(({ row }) => (row > firstRow ? row : Infinity)));
    const length = Math.min(Math.max(1, cut()), next - firstRow);
    const rows = Array.from({ length }, (_row, n) => order?.[firstRow + n] ?? firstRow + n);
    const batch: TradeBatch = {
      ...whole,
      firstRow,
      length,
      contract: Int32Array.from(rows, (row) => whole.contract[row]!),
      atMs: Int32Array.from(rows, (row) => whole.atMs[row]!),
      priceE4: Int32Array.from(rows, (row) => whole.priceE4[row]!),
      size: Int32Array.from(rows, (row) => whole.size[row]!),
      condition: Uint16Array.from(rows, (row) => whole.condition[row]!),
      exchange: Uint16Array.from(rows, (row) => whole.exchange[row]!),
    };
    ledger.add(batch);
    alerts.push(...engine.take(faulty(batch)));
    engine.passivate(batch.atMs[length - 1]!);
    firstRow += length;
  }
  return { alerts, failures, engine, table };
}

/** The order in which prints arrive that are each held up by up to so many ms. */
export function heldUp({ day }: SimulatedSession, random: Random, msMax: number): Int32Array {
  const arrival = Float64Array.from(
    day.columns.atMs.subarray(0, day.length),
    (ms) => ms + random.uniform() * msMax,
  );
  return Int32Array.from(arrival.keys()).sort((a, b) => arrival[a]! - arrival[b]!);
}

interface Frame {
  readonly bytes: Buffer;
  /** Event time of its first print, and when it is received, epoch ms. */
  readonly firstMs: number;
  readonly atMs: number;
}

/** The day in frames of random lengths, some prints said twice and some frames sent twice. */
export function framesOf(
  { day }: SimulatedSession,
  random: Random,
  { repeats }: { repeats: boolean },
): Frame[] {
  const tickers = new DayTickers(day);
  const frames: Frame[] = [];
  let atMs = 0;
  for (let row = 0; row < day.length;) {
    const end = Math.min(day.length, row + 1 + random.below(90));
    const elements = Array.from({ length: end - row }, (_element, n) => tradeElement(day, tickers, row + n));
    if (repeats && random.below(4) === 0) elements.push(...elements.slice(-1 - random.below(5)));
    atMs = Math.max(atMs, SESSION.midnightMs + day.columns.atMs[end - 1]! + random.below(50));
    const firstMs = SESSION.midnightMs + day.columns.atMs[row]!;
    const frame = { bytes: Buffer.from(`[${elements.join(',')}]`), firstMs, atMs };
    frames.push(frame);
    if (repeats && random.below(6) === 0) frames.push(frame);
    row = end;
  }
  return frames;
}

/** Sessions of processes that follow each other over one journal, in a folder that goes away. */
export class SimulatedService implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'spyhop-simulated-'));
  readonly #session: SimulatedSession;
  #storedRows = 0;

  constructor(session: SimulatedSession) {
    this.#session = session;
  }

  /** Begins a process over the journal; `wrap` may spoil what it knows of the normal. */
  async open(wrap = (baseline: VolumeBaseline): VolumeBaseline => baseline) {
    const table = new ContractTable();
    const baseline = wrap(this.#session.learn(table));
    const clock = systemClock();
    const journal = await JournalWriter.open({ directory: this.folder, date: SESSION.date, clock });
    const alerts: Alert[] = [];
    const failures: UnderlyingFailure[] = [];
    const session = new LiveSession(
      {
        session: SESSION,
        table,
        baseline,
        run: 1,
        detectors: DETECTORS,
        alertsPerDay: ALERTS_PER_DAY,
        threshold: THRESHOLD,
        storedRows: this.#storedRows,
      },
      {
        journal,
        journalDirectory: this.folder,
        store: ({ firstRow, length }) =>
          (this.#storedRows = Math.max(this.#storedRows, firstRow + length)) > 0,
        room: () => Promise.resolve(),
        baselineOf: () => Promise.resolve(baseline),
        onAlert: (alert) => alerts.push(alert),
        onFailure: (failure) => failures.push(failure),
        onFault: (error) => {
          throw error;
        },
        onDamage: (damage) => {
          throw new Error(JSON.stringify(damage));
        },
      },
    );
    await session.recover();
    return { session, journal, alerts, failures };
  }

  /** Plays frames, time passing between them, through processes that are stopped before the frames named. */
  async play(
    frames: readonly Frame[],
    stops: readonly number[],
    wrap?: (baseline: VolumeBaseline) => VolumeBaseline,
  ): Promise<{ alerts: readonly Alert[]; failures: readonly UnderlyingFailure[]; rows: number }> {
    let process = await this.open(wrap);
    for (const [number, { bytes, firstMs, atMs }] of frames.entries()) {
      if (stops.includes(number)) {
        await process.journal.close();
        process.session.end();
        process = await this.open(wrap);
      }
      // Every quiet of half a second or more is told once or twice.
      const quietMs = firstMs - process.session.lastEventMs;
      if (quietMs >= 500 && quietMs < Infinity) {
        process.session.tick(firstMs - 300);
        process.session.tick(firstMs - 100);
      }
      process.session.take(bytes, atMs);
    }
    await process.journal.close();
    process.session.end();
    return { ...process, rows: process.session.rows };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const { alerts } = runEngine(simulatedSession(process.argv[2] ?? ''), { cut: () => 999 });
  process.stdout.write(bytesOf(alerts));
}
