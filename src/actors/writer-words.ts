// The words of the writer: what it is connected to, what it counts, and what it tells.
import type { Alert } from '../domain/alert.ts';
import type { TradeBatch } from '../domain/trade.ts';
import type { Clock } from '../lib/clock.ts';
import type { WriterQueue } from './writer-queue.ts';

/** What became of the rows of a stored batch; the three add up to its length. */
export interface BatchOutcome {
  readonly stored: number;
  readonly duplicate: number;
  /** Rows of a session whose file has replaced the live day. */
  readonly settled: number;
}

/** What a lane carries. */
export type Lane = 'prints' | 'alerts' | 'sums';

/** What the writer is connected to. */
export interface WriterPorts {
  /** Stores a piece of a tape in one transaction; the same piece is given again after an error. */
  readonly store: (piece: TradeBatch) => Promise<BatchOutcome>;
  /** Stores alerts, those that are there already left alone; gives how many were new. */
  readonly storeAlerts: (alerts: readonly Alert[]) => Promise<number>;
  /** Brings sums up to the prints that are stored, some of them; gives the rows still left. Left out: nobody sums. */
  readonly sumUp?: () => Promise<number>;
  /** Whether an error may pass: the database is away, or two met in it. */
  readonly mayPass: (error: unknown) => boolean;
  readonly clock: Clock;
  /** Uniform in [0, 1): spreads the pauses between attempts. */
  readonly chance: () => number;
  /** Told of every error, and what it was about. */
  readonly onError?: (error: unknown, about: Lane) => void;
  /** Told when the state changes. */
  readonly onState?: (state: WriterState) => void;
}

export interface WriterSettings {
  /** Longest a print waits for others before it is stored, ms. */
  readonly gatherMs?: number;
  /** Longest that prints wait for their sums, ms. */
  readonly sumMs?: number;
  readonly pauseMs?: number;
  readonly pauseMsMax?: number;
  /** Alerts that may wait; a flood beyond it is discarded and counted, because the tape can raise them again. */
  readonly alertsMax?: number;
  readonly queue?: WriterQueue;
}

export type WriterState = 'idle' | 'flushing' | 'away' | 'draining' | 'closed';

/** Why prints were not stored. */
export type DiscardReason =
  /** Their session's file has replaced the live day. */
  | 'settled'
  /** The database refuses the row itself. */
  | 'refused';

/** Counts since the start, plain integers. */
export interface WriterCounts {
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly discarded: Readonly<Record<DiscardReason, number>>;
  /** Rows waiting or under way. */
  readonly inFlight: number;
  readonly alerts: {
    readonly received: number;
    readonly stored: number;
    readonly duplicate: number;
    readonly discarded: number;
    readonly inFlight: number;
  };
  /** Attempts that failed and were or will be repeated. */
  readonly retries: number;
  /** Bytes the waiting prints take. */
  readonly bytes: number;
}

/** What a drain left behind, which the journal still has. */
export interface DrainReport {
  readonly prints: number;
  readonly alerts: number;
}
