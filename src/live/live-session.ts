// A live session: every frame is journaled, folded by the engine and handed to the writer, and a restart does it again.
import { ALERTS_PER_DAY, type BudgetState } from '../domain/budget.ts';
import type { VolumeBaseline } from '../domain/baseline.ts';
import type { Session } from '../domain/session.ts';
import type { TradeBatch } from '../domain/trade.ts';
import type { Engine, EngineSummary } from '../engine.ts';
import { type ControlWords, controlBytes, readControl } from '../feeds/journal/control.ts';
import { readJournal } from '../feeds/journal/reader.ts';
import { GatheredFold } from '../tape/gathered-fold.ts';
import { SessionFold, TICK_MS } from '../tape/session-fold.ts';
import { SessionTape } from '../tape/session-tape.ts';
import type { LiveSessionPorts, LiveSessionSettings } from './session-ports.ts';

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

/** Body of a tick: its time says everything. */
const NOTHING = Buffer.alloc(0);

/** Frames after which the event loop turns while the journal is read. */
const FRAMES_A_TURN = 64;

/** One session from its journal's first record to its end. */
export class LiveSession {
  readonly session: Session;
  readonly #ports: LiveSessionPorts;
  readonly #settings: LiveSessionSettings;
  readonly #fold: SessionFold;
  /** When the last record was written, epoch ms. */
  #recordedAtMs = -Infinity;
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
    const { alertsPerDay = ALERTS_PER_DAY } = settings;
    this.session = session;
    this.#ports = ports;
    this.#settings = settings;
    this.#lostRecords = ports.journal.status.lostRecords;
    const { onFailure } = ports;
    this.#fold = new SessionFold({
      session,
      table,
      baseline,
      detectors,
      threshold,
      alertsPerDay,
      onFailure,
    });
  }

  /** Rows of the tape so far. */
  get rows(): number {
    return this.#fold.tape.rows;
  }

  /** Event time of the newest print, epoch ms; -Infinity before the first. */
  get lastEventMs(): number {
    return this.#fold.lastEventMs;
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
    return this.#fold.tape;
  }

  get engine(): EngineSummary {
    return this.#fold.engine.summary();
  }

  /** Names of the underlyings that failed too often and are left out for the rest of the session. */
  get quarantined(): readonly string[] {
    return this.#fold.engine.quarantined();
  }

  /** Reads what the journal holds: the state is then what it was when the process ended. */
  async recover(): Promise<Recovery> {
    let frames = 0;
    let alerts = 0;
    let lastReceivedMs: number | null = null;
    let runBefore: number | null = null;
    const gathered = new GatheredFold(this.#fold, this.#settings.table, (alert) => {
      alerts++;
      this.#ports.onAlert(alert);
    });
    for await (const entry of readJournal(this.#ports.journalDirectory, this.session.date)) {
      if (!('record' in entry)) {
        this.#ports.onDamage(entry);
        continue;
      }
      const { kind, bytes, receivedAtMs } = entry.record;
      if (kind === 'control') {
        gathered.flush();
        runBefore = (await this.#heed(readControl(bytes))) ?? runBefore;
      } else if (kind === 'tick') gathered.tick(receivedAtMs);
      if (kind !== 'frame') continue;
      lastReceivedMs = receivedAtMs;
      for (const batch of gathered.frame(entry.record)) {
        const { storedRows } = this.#settings;
        if (batch.firstRow + batch.length <= storedRows) continue;
        // What the store has of it is given again, and counts as given.
        this.#known -= Math.max(0, storedRows - batch.firstRow);
        await this.#giveLate(batch);
      }
      if (++frames % FRAMES_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    gathered.flush();
    const { storedRows, baseline, run } = this.#settings;
    this.#known += storedRows;
    const atMs = lastReceivedMs ?? this.session.midnightMs;
    // Where the journal lost rows that the store has, the next print must not pass for one of those.
    if (this.rows < storedRows) this.#numberFrom(storedRows, atMs);
    if (run !== runBefore) this.adoptBaseline(baseline, run, atMs);
    return { frames, prints: this.rows, alerts, lastReceivedMs };
  }

  /** Tickers of the contracts nearest to an alert, the nearest first. */
  nearest(count: number): readonly string[] {
    return this.#fold.engine.nearest(count).map((contract) => this.#settings.table.ticker(contract));
  }

  /** Takes a frame of the feed. */
  take(frame: Buffer, receivedAtMs: number): void {
    const { journal } = this.#ports;
    if (journal.status.lostRecords !== this.#lostRecords) this.#numberFrom(this.rows, receivedAtMs);
    journal.append('frame', receivedAtMs, frame, this.rows);
    this.#recordedAtMs = receivedAtMs;
    for (const batch of this.#fold.frame(frame, receivedAtMs, this.#ports.onAlert)) this.#hand(batch);
  }

  /** The feed lives and the tape was quiet until this moment (epoch ms): the journal is told, and time passes. */
  tick(quietUntilMs: number): void {
    const { midnightMs, openMs, closeMs } = this.session;
    const isOpen = quietUntilMs >= midnightMs + openMs && quietUntilMs < midnightMs + closeMs;
    const isNew = quietUntilMs - this.#recordedAtMs >= TICK_MS && this.#fold.isQuiet(quietUntilMs);
    if (!isOpen || !isNew) return;
    this.#ports.journal.append('tick', quietUntilMs, NOTHING);
    this.#recordedAtMs = quietUntilMs;
    this.#fold.tick(quietUntilMs);
  }

  /** Lets another baseline decide what is normal, and says so in the journal. */
  adoptBaseline(baseline: VolumeBaseline, run: number, atMs: number): void {
    this.#run = run;
    this.#say({ baselineRun: run }, atMs);
    this.#fold.engine.adoptBaseline(baseline);
  }

  /** The budget of the detector `surprise` in numbers; null when it is not at work. */
  get budget(): BudgetState | null {
    return this.#fold.engine.budget();
  }

  get rules(): Engine['rules'] {
    return this.#fold.engine.rules;
  }

  /** Lets chance spend so many alerts a day from here on, and says so in the journal. */
  changeBudget(alertsPerDay: number, atMs: number): void {
    this.#say({ alertsPerDay }, atMs);
    this.#fold.engine.changeBudget(alertsPerDay);
  }

  /** The feed was away from one moment to another (epoch ms): nothing is expected of that time. */
  noteAway(fromMs: number, toMs: number): void {
    const { midnightMs } = this.session;
    const words = { awayFromMs: fromMs - midnightMs, awayToMs: toMs - midnightMs };
    this.#say(words, toMs);
    this.#fold.engine.standStill(words.awayFromMs, words.awayToMs);
  }

  /** Takes no more frames; what is behind is still given to the writer as it finds room. */
  retire(): void {
    this.#fold.engine.stop();
  }

  /** Stops the actors; what is behind stays in the journal. */
  end(): void {
    this.#ended = true;
    this.#fold.engine.stop();
  }

  /** Does what a control record says; gives the run of the baseline that it names. */
  async #heed(words: ControlWords): Promise<number | null> {
    const { baselineRun } = words;
    this.#fold.heed(words);
    if (baselineRun === undefined) return null;
    const baseline = await this.#ports.baselineOf(baselineRun);
    if (baseline !== null) this.#fold.engine.adoptBaseline(baseline);
    return baselineRun;
  }

  /** Numbers the next print, and has the journal say so: whoever reads it may have fewer prints before it. */
  #numberFrom(nextRow: number, atMs: number): void {
    this.#lostRecords = this.#ports.journal.status.lostRecords;
    this.#fold.tape.continueAt(nextRow);
    this.#say({ nextRow }, atMs);
  }

  #say(words: ControlWords, atMs: number): void {
    this.#ports.journal.append('control', atMs, controlBytes(words));
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
    const { journal, journalDirectory } = this.#ports;
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
        const { kind, bytes, receivedAtMs, row } = entry.record;
        if (kind === 'control') tape.continueAt(readControl(bytes).nextRow ?? 0);
        for (const batch of kind === 'frame' ? tape.step(bytes, receivedAtMs, row).batches : []) {
          if (batch.firstRow + batch.length <= given) continue;
          if (batch.firstRow > given) this.#tellHole(batch.firstRow - given);
          if (!(await this.#giveLate(batch))) return;
          given = batch.firstRow + batch.length;
          this.#backlog = { fromRow: given };
        }
      }
      if (given >= journaledRows) continue;
      this.#tellHole(journaledRows - given);
      tape.continueAt((given = journaledRows));
    }
    if (!this.#ended) this.#backlog = null;
  }

  #tellHole(rows: number): void {
    this.#ports.onFault(new Error(`the journal does not have ${rows} prints that the store lacks`));
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
