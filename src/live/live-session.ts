// A live session: every frame is journaled, folded by the engine and handed to the writer, and a restart does it again.
import type { Alert } from '../domain/alert.ts';
import type { VolumeBaseline } from '../domain/baseline.ts';
import type { Session } from '../domain/session.ts';
import { SessionLedger } from '../domain/session-ledger.ts';
import type { TradeBatch } from '../domain/trade.ts';
import { createEngine, type Engine, type EngineSummary } from '../engine.ts';
import { readJournal } from '../feeds/journal/reader.ts';
import { GatheredTape } from './gathered-tape.ts';
import type { LiveSessionPorts, LiveSessionSettings } from './session-ports.ts';
import { SessionTape } from './session-tape.ts';

/** What a restart found in the journal. */
export interface Recovery {
  readonly frames: number;
  readonly prints: number;
  readonly alerts: number;
  /** Epoch ms of the last frame; null for a journal without. */
  readonly lastReceivedMs: number | null;
}

/** How far the store is behind the journal. */
interface Backlog {
  /** First row that the writer was not given. */
  readonly fromRow: number;
}

/** Quiet time after which the actor of an underlying is stopped until its next print, ms: most never come back. */
const IDLE_MS = 1_800_000;

/** Frames after which the event loop turns while the journal is read. */
const FRAMES_A_TURN = 64;

/** One session from its journal's first record to its end. */
export class LiveSession {
  readonly session: Session;
  readonly #ports: LiveSessionPorts;
  readonly #settings: LiveSessionSettings;
  readonly #tape: SessionTape;
  readonly #engine: Engine;
  readonly #ledger = new SessionLedger();
  #lastEventMs = -Infinity;
  #backlog: Backlog | null = null;
  #catchingUp = false;
  /** Rows given to the writer, and rows that the store had before. */
  #given = 0;
  #known = 0;
  #run = 0;
  #ended = false;
  /** Records that the journal had lost when it was last told the number of the next row. */
  #lostRecords: number;

  constructor(settings: LiveSessionSettings, ports: LiveSessionPorts) {
    const { session, table, baseline, threshold, detectors = ['threshold'] } = settings;
    this.session = session;
    this.#ports = ports;
    this.#settings = settings;
    this.#tape = new SessionTape(session, table);
    this.#lostRecords = ports.journal.status.lostRecords;
    const { onFailure } = ports;
    this.#engine = createEngine({
      session,
      table,
      baseline,
      detectors,
      threshold,
      cancels: this.#ledger,
      tape: () => this.#ledger.tape(),
      idleMs: IDLE_MS,
      onFailure,
    });
  }

  /** Rows of the tape so far. */
  get rows(): number {
    return this.#tape.rows;
  }

  /** Event time of the newest print, epoch ms; -Infinity before the first. */
  get lastEventMs(): number {
    return this.#lastEventMs;
  }

  /** Rows that wait in the journal, because the writer had no room for them. */
  get backlogRows(): number {
    return this.#backlog === null ? 0 : this.rows - this.#backlog.fromRow;
  }

  /** Rows that neither the writer nor the store nor the journal has: 0 unless the journal lost some. */
  get unaccountedRows(): number {
    return this.rows - this.#known - this.#given - this.backlogRows;
  }

  /** Number of the baseline's run that decides. */
  get run(): number {
    return this.#run;
  }

  get tape(): Pick<SessionTape, 'counts' | 'rejects' | 'duplicates'> {
    return this.#tape;
  }

  get engine(): EngineSummary {
    return this.#engine.summary();
  }

  /** Names of the underlyings that failed too often and are left out for the rest of the session. */
  get quarantined(): readonly string[] {
    return this.#engine.quarantined();
  }

  /** Reads what the journal holds: the state is then what it was when the process ended. */
  async recover(): Promise<Recovery> {
    let frames = 0;
    let alerts = 0;
    let lastReceivedMs: number | null = null;
    let runBefore: number | null = null;
    const gathered = new GatheredTape(this.#settings.table);
    const fold = (): void => {
      const batch = gathered.take();
      if (batch !== null) this.#foldBatch(batch, onAlert);
    };
    const onAlert = (alert: Alert): void => {
      alerts++;
      this.#ports.onAlert(alert);
    };
    for await (const entry of readJournal(this.#ports.journalDirectory, this.session.date)) {
      if (!('record' in entry)) {
        this.#ports.onDamage(entry);
        continue;
      }
      const { kind, bytes, receivedAtMs } = entry.record;
      if (kind === 'control') {
        fold();
        runBefore = (await this.#heed(bytes)) ?? runBefore;
      }
      if (kind !== 'frame') continue;
      lastReceivedMs = receivedAtMs;
      const { quotes, batches } = this.#tape.step(bytes, receivedAtMs);
      if (quotes !== null) {
        if (gathered.meets(quotes)) fold();
        this.#engine.takeQuotes(quotes);
      }
      for (const batch of batches) {
        await this.#giveUnlessStored(batch);
        if (gathered.add(batch)) continue;
        fold();
        if (!gathered.add(batch)) this.#foldBatch(batch, onAlert);
      }
      if (++frames % FRAMES_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    fold();
    const { storedRows, baseline, run } = this.#settings;
    this.#known += Math.max(0, storedRows - this.rows);
    const atMs = lastReceivedMs ?? this.session.midnightMs;
    // Where the journal lost rows that the store has, the next print must not pass for one of those.
    if (this.rows < storedRows) this.#numberFrom(storedRows, atMs);
    if (run !== runBefore) this.adoptBaseline(baseline, run, atMs);
    return { frames, prints: this.rows, alerts, lastReceivedMs };
  }

  /** Tickers of the contracts nearest to an alert, the nearest first. */
  nearest(count: number): readonly string[] {
    return this.#engine.nearest(count).map((contract) => this.#settings.table.ticker(contract));
  }

  /** Takes a frame of the feed. */
  take(frame: Buffer, receivedAtMs: number): void {
    const { journal } = this.#ports;
    if (journal.status.lostRecords !== this.#lostRecords) this.#numberFrom(this.rows, receivedAtMs);
    journal.append('frame', receivedAtMs, frame);
    for (const batch of this.#fold(frame, receivedAtMs, this.#ports.onAlert)) this.#hand(batch);
  }

  /** Lets another baseline decide what is normal, and says so in the journal. */
  adoptBaseline(baseline: VolumeBaseline, run: number, atMs: number): void {
    this.#run = run;
    this.#ports.journal.appendJson('control', atMs, { baselineRun: run });
    this.#engine.adoptBaseline(baseline);
  }

  /** Takes no more frames; what is behind is still given to the writer as it finds room. */
  retire(): void {
    this.#engine.stop();
  }

  /** Stops the actors; what is behind stays in the journal. */
  end(): void {
    this.#ended = true;
    this.#engine.stop();
  }

  /** Does what a control record says; gives the run of the baseline that it names. */
  async #heed(control: Buffer): Promise<number | null> {
    this.#tape.heed(control);
    const { baselineRun } = JSON.parse(control.toString('utf8')) as { readonly baselineRun?: unknown };
    if (typeof baselineRun !== 'number') return null;
    const baseline = await this.#ports.baselineOf(baselineRun);
    if (baseline !== null) this.#engine.adoptBaseline(baseline);
    return baselineRun;
  }

  /** Numbers the next print, and has the journal say so: whoever reads it may have fewer prints before it. */
  #numberFrom(nextRow: number, atMs: number): void {
    const { journal } = this.#ports;
    this.#lostRecords = journal.status.lostRecords;
    journal.append('control', atMs, this.#tape.continueAt(nextRow));
  }

  #fold(frame: Buffer, receivedAtMs: number, onAlert: (alert: Alert) => void): readonly TradeBatch[] {
    const { quotes, batches } = this.#tape.step(frame, receivedAtMs);
    if (quotes !== null) this.#engine.takeQuotes(quotes);
    for (const batch of batches) this.#foldBatch(batch, onAlert);
    return batches;
  }

  #foldBatch(batch: TradeBatch, onAlert: (alert: Alert) => void): void {
    this.#ledger.add(batch);
    this.#engine.take(batch).forEach(onAlert);
    const lastMs = this.session.midnightMs + batch.atMs[batch.length - 1]!;
    if (lastMs > this.#lastEventMs) this.#lastEventMs = lastMs;
  }

  /** Gives the writer a batch of the journal, unless the store has all of it. */
  async #giveUnlessStored(batch: TradeBatch): Promise<void> {
    if (batch.firstRow + batch.length <= this.#settings.storedRows) this.#known += batch.length;
    else await this.#giveLate(batch);
  }

  /** Gives a batch to the writer; when it has no room, the journal keeps it until it has. */
  #hand(batch: TradeBatch): void {
    if (this.#backlog === null && this.#give(batch)) return;
    this.#backlog ??= { fromRow: batch.firstRow };
    // A journal that could not be read is read again with the next frame.
    if (this.#catchingUp) return;
    this.#catchingUp = true;
    void this.#catchUp(this.#backlog.fromRow)
      .catch(this.#ports.onFault)
      .finally(() => (this.#catchingUp = false));
  }

  /** Reads the journal again from its beginning, and gives the writer what it has not had, as fast as it takes it. */
  async #catchUp(fromRow: number): Promise<void> {
    const { journal, journalDirectory, onFault } = this.#ports;
    const tape = new SessionTape(this.session, this.#settings.table);
    let given = fromRow;
    let read = 0;
    let turns = 0;
    while (!this.#ended && given < this.rows) {
      const journaledRows = this.rows;
      await journal.flush();
      let records = 0;
      for await (const entry of readJournal(journalDirectory, this.session.date)) {
        if (++turns % FRAMES_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
        if (!('record' in entry) || records++ < read) continue;
        read = records;
        const { kind, bytes, receivedAtMs } = entry.record;
        if (kind === 'control') tape.heed(bytes);
        for (const batch of kind === 'frame' ? tape.step(bytes, receivedAtMs).batches : []) {
          if (batch.firstRow + batch.length <= given) continue;
          if (!(await this.#giveLate(batch))) return;
          given = batch.firstRow + batch.length;
          this.#backlog = { fromRow: given };
        }
      }
      if (given >= journaledRows) continue;
      onFault(new Error(`the journal does not have ${journaledRows - given} prints that the store lacks`));
      tape.continueAt((given = journaledRows));
    }
    if (!this.#ended) this.#backlog = null;
  }

  /** Waits until the writer takes a batch; false when the session ended before. */
  async #giveLate(batch: TradeBatch): Promise<boolean> {
    do {
      await this.#ports.room(batch.length);
      if (this.#ended) return false;
    } while (!this.#give(batch));
    return true;
  }

  #give(batch: TradeBatch): boolean {
    const isTaken = this.#ports.store(batch);
    if (isTaken) this.#given += batch.length;
    return isTaken;
  }
}
