// Replay: flat files or journals of days, and files of the days before them, through the engine, day after day.
import type { Alert } from '../domain/alert.ts';
import { ALERTS_PER_DAY, type BudgetState } from '../domain/budget.ts';
import { VolumeHistory } from '../domain/baseline.ts';
import { TapeLedger } from '../domain/cancel-ledger.ts';
import { ContractTable } from '../domain/contract-table.ts';
import type { DetectorName } from '../domain/detectors/finding.ts';
import type { ThresholdSettings } from '../domain/detectors/threshold.ts';
import type { TapeKind, TradeBatch } from '../domain/trade.ts';
import { createEngine, type Engine, type EngineSummary } from '../engine.ts';
import type { FlatFile } from '../feeds/flat-file/open.ts';
import type { DayQuotes } from '../feeds/flat-file/quotes.ts';
import { readQuotes, type ReadReport, readTape, readVolumes } from '../feeds/flat-file/read.ts';
import type { DayTape } from '../feeds/flat-file/tape.ts';
import { VolumeCounter } from '../feeds/flat-file/volumes.ts';
import { type JournalDay, replayJournal } from './journal.ts';
import type { UnderlyingFailure } from '../domain/life.ts';
import type { TailMemory } from '../domain/tail-memory.ts';
import { OrderLessons } from './order-lessons.ts';

/** A day to replay: its prints or active minutes, and the quotes of some of its contracts where there are any. */
export interface ReplayDay {
  readonly tape: FlatFile;
  readonly quotes: FlatFile | null;
}

/** Files to replay and to learn from, each list in the order of days. */
export interface ReplayPlan {
  readonly days: readonly ReplayDay[];
  /** Journals of live sessions, when these are replayed instead. */
  readonly journals?: readonly JournalDay[];
  readonly history: readonly FlatFile[];
}

/** Where the work stands. */
export interface ReplayProgress {
  readonly step: 'history' | 'read' | 'replay' | 'journal';
  readonly date: string;
  readonly done: number;
  readonly total: number;
}

/** Told what happens, in this order for each day: progress, alerts, the day. */
export interface ReplayObserver {
  readonly onProgress: (progress: ReplayProgress) => void;
  readonly onAlert: (alert: Alert) => void;
  readonly onHistory: (report: ReadReport) => void;
  readonly onDay: (day: ReplayedDay) => void;
  readonly onFailure: (failure: UnderlyingFailure) => void;
}

/** A day that was replayed. */
export interface ReplayedDay {
  readonly date: string;
  readonly tape: TapeKind;
  readonly report: ReadReport;
  /** What reading its quotes gave; null without quotes. */
  readonly quotes: ReadReport | null;
  readonly summary: EngineSummary;
  /** Sessions its normal rests on; 0 means that nothing could be unusual. */
  readonly baselineSessions: number;
  /** What whoever reads the alerts should know, in sentences. */
  readonly notices: readonly string[];
  /** The budget at the end of the day; null without the detector that keeps it. */
  readonly budget: BudgetState | null;
}

export interface ReplaySettings {
  /** The detectors that decide; the threshold alone unless said. */
  readonly detectors?: readonly DetectorName[];
  readonly threshold: ThresholdSettings;
  /** Alerts a day that the detector `surprise` may spend; 20 unless said. */
  readonly alertsPerDay?: number;
  /** What is known of its tails; days replayed are added. Nothing unless given. */
  readonly tails?: TailMemory;
  /** Rows of a batch; changes the speed, never the alerts. */
  readonly batchRows?: number;
}

/** Replays a plan. Each day replayed becomes history for the days after it. */
export async function replay(
  plan: ReplayPlan,
  settings: ReplaySettings,
  observer: ReplayObserver,
): Promise<void> {
  const table = new ContractTable();
  const history = new VolumeHistory();
  const wantsOrders = settings.detectors?.includes('surprise') ?? false;
  const lessons = wantsOrders
    ? new OrderLessons(table, plan.days[0]?.tape.kind ?? 'trades', settings.tails)
    : null;
  for (const file of plan.history) {
    const { date } = file.session;
    const orders = lessons?.counterOf(file) ?? null;
    const onRead = (done: number, total: number): void =>
      observer.onProgress({ step: 'history', date, done, total });
    const { volumes, report } = await readVolumes(file, table, onRead, orders);
    history.add(volumes);
    if (orders !== null) lessons?.learn(orders, date);
    observer.onHistory(report);
  }
  const shared = { table, history, lessons, settings, observer };
  const { days, journals = [] } = plan;
  for (const day of days) {
    const isLast = day === days.at(-1) && journals.length === 0;
    await replayDay(day, shared, isLast);
  }
  for (const journal of journals) await replayJournal(journal, shared);
}

/** What the days of a replay share. */
export interface Replay {
  readonly table: ContractTable;
  readonly history: VolumeHistory;
  /** Nothing when no detector asks for orders. */
  readonly lessons?: OrderLessons | null;
  readonly settings: ReplaySettings;
  readonly observer: ReplayObserver;
}

/** Replays a day; the last one is history for none, so that its volumes need not be summed. */
async function replayDay(
  { tape: file, quotes: quotesFile }: ReplayDay,
  shared: Replay,
  isLast: boolean,
): Promise<void> {
  const { table, history, lessons, settings, observer } = shared;
  const { session } = file;
  const onRead = (done: number, total: number): void =>
    observer.onProgress({ step: 'read', date: session.date, done, total });
  const { tape, report } = await readTape(file, table, onRead);
  const quoted = quotesFile === null ? null : await readQuotes(quotesFile, table, onRead);
  const orders = lessons?.baselineOf(file) ?? null;
  const baseline = { ...history.before(session.date, table.count), orders };
  const ledger = new TapeLedger(tape.cancels);
  const engine = createEngine({
    session,
    table,
    baseline,
    detectors: settings.detectors ?? ['threshold'],
    threshold: settings.threshold,
    alertsPerDay: settings.alertsPerDay ?? ALERTS_PER_DAY,
    tailFactors: lessons?.tailFactors ?? null,
    cancels: ledger,
    tape: () => tape.batches(),
    onFailure: observer.onFailure,
  });
  const counter = isLast ? null : new VolumeCounter();
  const orderCounter = isLast ? null : (lessons?.counterOf(file) ?? null);
  const feed = quotesBeforePrints(tape, quoted?.quotes ?? null, engine, settings.batchRows);
  const seen = (batch: TradeBatch): void => {
    ledger.add(batch);
    counter?.add(batch);
    orderCounter?.add(batch, batch.atMs);
  };
  await engine.run(observed(feed, seen, tape.length, session.date, observer), observer.onAlert);
  tape.free();
  engine.stop();
  if (counter !== null) history.add(counter.take(session.date, tape.kind === 'trades'));
  if (orderCounter !== null) lessons?.learn(orderCounter, session.date);
  lessons?.learnTails(engine);
  observer.onDay({
    date: session.date,
    tape: tape.kind,
    report,
    quotes: quoted?.report ?? null,
    summary: engine.summary(),
    baselineSessions: baseline.sessions,
    notices: [],
    budget: engine.budget(),
  });
}

/** The batches of a tape; before each the engine is given the quotes up to its last print. */
function* quotesBeforePrints(
  tape: DayTape,
  quotes: DayQuotes | null,
  engine: Engine,
  batchRows: number | undefined,
): Generator<TradeBatch> {
  let settledMs = -Infinity;
  for (const batch of tape.batches(batchRows)) {
    const lastMs = batch.atMs[batch.length - 1]!;
    const ahead = quotes?.takeUntil(lastMs, settledMs) ?? null;
    if (ahead !== null) engine.takeQuotes(ahead);
    yield batch;
    settledMs = lastMs;
  }
}

/** Batches seen by the ledger and the counters before they are folded; between them the event loop turns. */
async function* observed(
  batches: Iterable<TradeBatch>,
  seen: (batch: TradeBatch) => void,
  total: number,
  date: string,
  observer: ReplayObserver,
): AsyncGenerator<TradeBatch> {
  for (const batch of batches) {
    seen(batch);
    yield batch;
    observer.onProgress({ step: 'replay', date, done: batch.firstRow + batch.length, total });
    await new Promise((resolve) => setImmediate(resolve));
  }
}
