// The writer: takes batches and alerts, holds a bounded number of them, and sees to it that each is stored once.
//
// Three lanes (see writer-lane.ts) live beside each other: prints, which gather into pieces, alerts, which are stored
// at once, and sums, which follow the prints that are stored. The state told to the outside is that of the print lane:
//
//   idle ── batch ──► gathering ──► flushing ──► idle          flushing ── store is away ──► away ── pause ──► flushing
//   any ── drain ──► draining ── nothing left, or deadline ──► closed
//
// Invariants: received = stored + duplicate + discarded by reason + inFlight + left, at every moment (W1).
// A batch is taken whole or refused whole (W2). Pieces reach the store in the order of their tape, one at a time (W3).
import { createActor } from 'xstate';
import type { Alert } from '../domain/alert.ts';
import type { TradeBatch } from '../domain/trade.ts';
import { assert, InvariantError } from '../lib/assert.ts';
import type { Timer } from '../lib/clock.ts';
import { type LaneActor, type LaneInput, laneMachine } from './writer-lane.ts';
import { WriterQueue } from './writer-queue.ts';
import type {
  BatchOutcome,
  DrainReport,
  Lane,
  WriterCounts,
  WriterPorts,
  WriterSettings,
  WriterState,
} from './writer-words.ts';

/** Alerts that may wait, some 20 MB: more than a busy week has; what floods beyond it the tape can raise again. */
export const ALERTS_MAX = 10_000;
const ALERTS_AT_ONCE = 500;
/** As often as a page is looked at; the more prints a bar is made of, the less each of them costs the server. */
const SUM_MS = 2_000;
/** Rows after which their sums do not wait any longer. */
const SUM_ROWS = 131_072;

export class Writer {
  readonly #ports: WriterPorts;
  readonly #queue: WriterQueue;
  readonly #alertsMax: number;
  readonly #alerts: Alert[] = [];
  readonly #prints: LaneActor;
  readonly #alertLane: LaneActor;
  readonly #sumLane: LaneActor;
  readonly #waitingForRoom: Array<() => void> = [];
  readonly #printCounts = { received: 0, stored: 0, duplicate: 0, settled: 0, refused: 0 };
  readonly #alertCounts = { received: 0, stored: 0, duplicate: 0, discarded: 0 };
  #alertsAtOnce = ALERTS_AT_ONCE;
  #retries = 0;
  /** Rows stored since their sums were looked at; what an earlier process left is looked for at the start. */
  #unsummed: number;
  #state: WriterState = 'idle';

  constructor(ports: WriterPorts, settings: WriterSettings = {}) {
    this.#ports = ports;
    this.#queue = settings.queue ?? new WriterQueue();
    this.#alertsMax = settings.alertsMax ?? ALERTS_MAX;
    const { pauseMs = 250, pauseMsMax = 15_000 } = settings;
    const shared = { pauseMs, pauseMsMax, chance: ports.chance };
    this.#prints = this.#lane({
      ...shared,
      gatherMs: settings.gatherMs ?? 200,
      hasWork: () => this.#queue.rows > 0,
      hasEnough: () => this.#queue.hasFullPiece,
      flush: () => this.#flushPrints(),
    });
    this.#alertLane = this.#lane({
      ...shared,
      gatherMs: 0,
      hasWork: () => this.#alerts.length > 0,
      hasEnough: () => true,
      flush: () => this.#flushAlerts(),
    });
    this.#unsummed = ports.sumUp === undefined ? 0 : 1;
    this.#sumLane = this.#lane({
      ...shared,
      gatherMs: settings.sumMs ?? SUM_MS,
      hasWork: () => this.#unsummed > 0,
      hasEnough: () => this.#unsummed >= SUM_ROWS,
      flush: () => this.#flushSums(),
    });
    this.#prints.subscribe(() => this.#tellState());
    this.#prints.start();
    this.#alertLane.start();
    this.#sumLane.start();
  }

  get state(): WriterState {
    return this.#state;
  }

  /** Takes a batch, copying it; false when it has no room: pause, or leave it to the journal, and give it again. */
  accept(batch: TradeBatch): boolean {
    assert(!this.#isEnding, 'the writer takes nothing while it drains');
    if (!this.#queue.add(batch)) return false;
    this.#printCounts.received += batch.length;
    this.#prints.send({ type: 'work' });
    return true;
  }

  /** Resolves when a batch of so many rows would be taken. */
  async room(rows: number): Promise<void> {
    while (!this.#queue.hasRoom(rows) && this.#state !== 'closed') {
      await new Promise<void>((done) => void this.#waitingForRoom.push(done));
    }
  }

  /** Takes an alert and stores it at once; discards it, counted, when too many wait. */
  alert(alert: Alert): void {
    assert(!this.#isEnding, 'the writer takes nothing while it drains');
    this.#alertCounts.received++;
    if (this.#alerts.length >= this.#alertsMax) {
      this.#alertCounts.discarded++;
      return;
    }
    this.#alerts.push(alert);
    this.#alertLane.send({ type: 'work' });
  }

  counts(): WriterCounts {
    const { received, stored, duplicate, settled, refused } = this.#printCounts;
    const inFlight = this.#queue.rows;
    return {
      received,
      stored,
      duplicate,
      discarded: { settled, refused },
      inFlight,
      alerts: { ...this.#alertCounts, inFlight: this.#alerts.length },
      retries: this.#retries,
      bytes: this.#queue.bytes,
    };
  }

  /**
   * Stores what waits and closes, at the latest after `deadlineMs`; tells what is left. Sums that do not end in time
   * are made by the next start.
   */
  async drain(deadlineMs: number): Promise<DrainReport> {
    let isOver = false;
    const timer = this.#ports.clock.after(deadlineMs, () => {
      isOver = true;
      for (const lane of [this.#prints, this.#alertLane, this.#sumLane]) tell(lane, 'deadline');
    });
    await Promise.all([closing(this.#prints), closing(this.#alertLane)]);
    const summing = closing(this.#sumLane);
    if (isOver) tell(this.#sumLane, 'deadline');
    await summing;
    timer.cancel();
    this.#tellState();
    this.#wake();
    return { prints: this.#queue.rows, alerts: this.#alerts.length };
  }

  get #isEnding(): boolean {
    return this.#state === 'draining' || this.#state === 'closed';
  }

  #lane(input: LaneInput): LaneActor {
    const { clock } = this.#ports;
    const timers = {
      setTimeout: (callback: () => void, ms: number) => clock.after(ms, callback),
      clearTimeout: (timer: Timer | undefined) => timer?.cancel(),
    };
    return createActor(laneMachine, { input, clock: timers });
  }

  async #flushPrints(): Promise<void> {
    const piece = this.#queue.take();
    let outcome: BatchOutcome;
    try {
      outcome = await this.#ports.store(piece);
    } catch (error) {
      this.#judge(error, 'prints');
      // It is a row that the store refuses: the piece is halved until the row is alone, and then it is put aside.
      if (this.#queue.split()) return;
      this.#printCounts.refused++;
      outcome = { stored: 0, duplicate: 0, settled: 0 };
    }
    this.#printCounts.stored += outcome.stored;
    this.#printCounts.duplicate += outcome.duplicate;
    this.#printCounts.settled += outcome.settled;
    this.#queue.done();
    if (this.#ports.sumUp !== undefined) {
      this.#unsummed += outcome.stored;
      this.#sumLane.send({ type: 'work' });
    }
    this.#wake();
  }

  async #flushAlerts(): Promise<void> {
    const alerts = this.#alerts.slice(0, this.#alertsAtOnce);
    try {
      const stored = await this.#ports.storeAlerts(alerts);
      this.#alertCounts.stored += stored;
      this.#alertCounts.duplicate += alerts.length - stored;
    } catch (error) {
      this.#judge(error, 'alerts');
      // As with prints: fewer at a time until the one that is refused is alone.
      if (alerts.length > 1) {
        this.#alertsAtOnce = alerts.length >> 1;
        return;
      }
      this.#alertCounts.discarded++;
    }
    this.#alerts.splice(0, alerts.length);
    this.#alertsAtOnce = ALERTS_AT_ONCE;
  }

  async #flushSums(): Promise<void> {
    const seen = this.#unsummed;
    try {
      const left = (await this.#ports.sumUp?.()) ?? 0;
      this.#unsummed += left - seen;
    } catch (error) {
      this.#retries++;
      this.#ports.onError?.(error, 'sums');
      throw error;
    }
  }

  /** Reports an error, and throws it again when it may pass or is our own: then nothing is put aside for it. */
  #judge(error: unknown, about: Lane): void {
    this.#retries++;
    this.#ports.onError?.(error, about);
    if (this.#ports.mayPass(error) || error instanceof InvariantError) throw error;
  }

  #wake(): void {
    for (const done of this.#waitingForRoom.splice(0)) done();
  }

  #tellState(): void {
    const snapshot = this.#prints.getSnapshot();
    const state = stateOf(snapshot);
    if (state === this.#state) return;
    this.#state = state;
    this.#ports.onState?.(state);
  }
}

/** Tells a lane something, unless it is closed already. */
function tell(lane: LaneActor, type: 'drain' | 'deadline'): void {
  if (lane.getSnapshot().status !== 'done') lane.send({ type });
}

/** Lets a lane end its work; resolves when it is closed. */
async function closing(lane: LaneActor): Promise<void> {
  await new Promise<void>((done) => {
    lane.subscribe({ complete: done });
    tell(lane, 'drain');
    if (lane.getSnapshot().status === 'done') done();
  });
}

function stateOf(snapshot: ReturnType<LaneActor['getSnapshot']>): WriterState {
  if (snapshot.matches('closed')) return 'closed';
  if (snapshot.matches({ live: { mode: 'draining' } })) return 'draining';
  if (snapshot.matches({ live: { work: 'away' } })) return 'away';
  return snapshot.matches({ live: { work: 'flushing' } }) ? 'flushing' : 'idle';
}
