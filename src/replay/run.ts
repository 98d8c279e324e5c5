// Replay: flat files of days and of the days before them, through the engine, one session after the other.
import type { Alert } from '../domain/alert.ts';
import { VolumeHistory } from '../domain/baseline.ts';
import { TapeLedger } from '../domain/cancel-ledger.ts';
import { ContractTable } from '../domain/contract-table.ts';
import type { ThresholdSettings } from '../domain/detectors/threshold.ts';
import type { TapeKind, TradeBatch } from '../domain/trade.ts';
import { createEngine, type EngineSummary } from '../engine.ts';
import type { FlatFile } from '../feeds/flat-file/open.ts';
import { type ReadReport, readTape, readVolumes } from '../feeds/flat-file/read.ts';
import type { DayTape } from '../feeds/flat-file/tape.ts';
import { VolumeCounter } from '../feeds/flat-file/volumes.ts';
import type { UnderlyingFailure } from '../domain/underlying.ts';

/** Files to replay and to learn from, each list in the order of days. */
export interface ReplayPlan {
  readonly days: readonly FlatFile[];
  readonly history: readonly FlatFile[];
}

/** Where the work stands. */
export interface ReplayProgress {
  readonly step: 'history' | 'read' | 'replay';
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
  readonly summary: EngineSummary;
  /** Sessions its normal rests on; 0 means that nothing could be unusual. */
  readonly baselineSessions: number;
}

export interface ReplaySettings {
  readonly threshold: ThresholdSettings;
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
  for (const file of plan.history) {
    const { date } = file.session;
    const { volumes, report } = await readVolumes(file, table, (done, total) =>
      observer.onProgress({ step: 'history', date, done, total }),
    );
    history.add(volumes);
    observer.onHistory(report);
  }
  for (const file of plan.days) {
    const { date } = file.session;
    const { tape, report } = await readTape(file, table, (done, total) =>
      observer.onProgress({ step: 'read', date, done, total }),
    );
    const baseline = history.before(date, table.count);
    const ledger = new TapeLedger(tape.cancelledContracts);
    const engine = createEngine({
      session: file.session,
      table,
      baseline,
      threshold: settings.threshold,
      cancels: ledger,
      onFailure: observer.onFailure,
    });
    const counter = new VolumeCounter();
    const batches = tapeBatches(tape, ledger, counter, settings.batchRows, (done) =>
      observer.onProgress({ step: 'replay', date, done, total: tape.length }),
    );
    await engine.run(batches, observer.onAlert);
    engine.stop();
    history.add(counter.take(date));
    observer.onDay({
      date,
      tape: tape.kind,
      report,
      summary: engine.summary(),
      baselineSessions: baseline.sessions,
    });
  }
}

/** The batches of a tape, known to the ledger and counted before they are folded; between them the event loop turns. */
async function* tapeBatches(
  tape: DayTape,
  ledger: TapeLedger,
  counter: VolumeCounter,
  batchRows: number | undefined,
  onProgress: (done: number) => void,
): AsyncGenerator<TradeBatch> {
  for (const batch of tape.batches(batchRows)) {
    ledger.add(batch);
    counter.add(batch);
    yield batch;
    onProgress(batch.firstRow + batch.length);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
