// What the records of a session do to its engine: the same live, at a restart and in a replay of the journal.
import type { Alert } from '../domain/alert.ts';
import type { VolumeBaseline } from '../domain/baseline.ts';
import type { ContractTable } from '../domain/contract-table.ts';
import type { DetectorName } from '../domain/detectors/finding.ts';
import type { ThresholdSettings } from '../domain/detectors/threshold.ts';
import type { UnderlyingFailure } from '../domain/life.ts';
import type { Session } from '../domain/session.ts';
import { SessionLedger } from '../domain/session-ledger.ts';
import type { TradeBatch } from '../domain/trade.ts';
import { createEngine, type Engine } from '../engine.ts';
import type { ControlWords } from '../feeds/journal/control.ts';
import { SessionTape } from './session-tape.ts';

/** How often the engine's clock moves while the tape is quiet, ms. */
export const TICK_MS = 100;

/** Quiet time after which the actor of an underlying is stopped until its next print, ms: most never come back. */
const IDLE_MS = 1_800_000;

export interface SessionFoldSettings {
  readonly session: Session;
  readonly table: ContractTable;
  readonly baseline: VolumeBaseline;
  readonly detectors: readonly DetectorName[];
  readonly threshold: ThresholdSettings;
  /** Alerts a day that the detector `surprise` may spend; 20 unless said. */
  readonly alertsPerDay?: number;
  readonly onFailure: (failure: UnderlyingFailure) => void;
}

/** A session's engine, fed by frames and ticks as they stand in the journal. */
export class SessionFold {
  readonly session: Session;
  readonly tape: SessionTape;
  readonly engine: Engine;
  readonly #ledger = new SessionLedger();
  /** Event time of the newest print, ms after midnight, and when its frame was received, epoch ms. */
  #newestMs = -Infinity;
  #heardAtMs = -Infinity;

  constructor({ session, table, ...rest }: SessionFoldSettings) {
    this.session = session;
    this.tape = new SessionTape(session, table);
    this.engine = createEngine({
      ...rest,
      session,
      table,
      cancels: this.#ledger,
      tape: () => this.#ledger.tape(),
      idleMs: IDLE_MS,
    });
  }

  /** Event time of the newest print, epoch ms; -Infinity before the first. */
  get lastEventMs(): number {
    return this.session.midnightMs + this.#newestMs;
  }

  /** Folds a frame; gives what it added to the tape, valid until the next frame. */
  frame(bytes: Buffer, receivedAtMs: number, onAlert: (alert: Alert) => void): readonly TradeBatch[] {
    const { quotes, batches } = this.tape.step(bytes, receivedAtMs);
    if (quotes !== null) this.engine.takeQuotes(quotes);
    for (const batch of batches) {
      this.hear(batch, receivedAtMs);
      this.fold(batch, onAlert);
    }
    return batches;
  }

  /** Does what a control record says, but for the baseline, which must be fetched. */
  heed({ nextRow, alertsPerDay, awayFromMs, awayToMs }: ControlWords): void {
    if (nextRow !== undefined) this.tape.continueAt(nextRow);
    if (alertsPerDay !== undefined) this.engine.changeBudget(alertsPerDay);
    if (awayFromMs !== undefined && awayToMs !== undefined) this.engine.standStill(awayFromMs, awayToMs);
  }

  /** Notes how far the tape has come with a batch. */
  hear(batch: TradeBatch, receivedAtMs: number): void {
    const lastMs = batch.atMs[batch.length - 1]!;
    if (lastMs <= this.#newestMs) return;
    this.#newestMs = lastMs;
    this.#heardAtMs = receivedAtMs;
  }

  /** Folds the prints of a batch. */
  fold(batch: TradeBatch, onAlert: (alert: Alert) => void): void {
    this.#ledger.add(batch);
    this.engine.take(batch).forEach(onAlert);
    this.engine.passivate(this.#newestMs);
  }

  /** True when a tick would say something new: the tape was quiet from its newest print to this moment (epoch ms). */
  isQuiet(untilMs: number): boolean {
    return untilMs - this.#heardAtMs >= TICK_MS && this.#heardAtMs !== -Infinity;
  }

  /**
   * The tape was quiet until this moment: time passes without prints. It is counted from the newest print on, so that
   * a feed that is a quarter of an hour behind the market is not taken for one that has fallen silent.
   */
  tick(quietUntilMs: number): void {
    if (!this.isQuiet(quietUntilMs)) return;
    this.engine.tick(this.#newestMs + quietUntilMs - this.#heardAtMs);
  }
}
