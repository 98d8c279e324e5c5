// The life of an underlying in a session, through all its actors: its state, what it is handling, how often it failed.
import type { QuoteBatch } from './quote.ts';
import type { TradeBatch } from './trade.ts';
import type { Finding } from './detectors/finding.ts';
import { foldQuotes } from './quoted.ts';
import { foldTrades, type UnderlyingState } from './underlying.ts';

/** The rows `order[from..to)` of a batch: one message an underlying a batch. Valid only while it is handled. */
export type UnderlyingMessage =
  | {
      readonly type: 'tape';
      readonly trades: TradeBatch;
      readonly order: Int32Array;
      readonly from: number;
      readonly to: number;
      readonly findings: Finding[];
      /** How many findings there were before this message. */
      readonly found: number;
    }
  | {
      readonly type: 'quotes';
      readonly quotes: QuoteBatch;
      readonly order: Int32Array;
      readonly from: number;
      readonly to: number;
    };

/** An underlying whose actor threw, which no data should make it do. */
export interface UnderlyingFailure {
  readonly underlying: string;
  readonly error: unknown;
  /** Failures of this underlying in the session, this one included. */
  readonly failures: number;
  /** True when it was left out for the rest of the session. */
  readonly quarantined: boolean;
}

/** Everything that outlives the actors of an underlying. */
export class Life {
  readonly underlying: number;
  /** Replaced as a whole when it is rebuilt. */
  state: UnderlyingState;
  /** The message that is being folded; not null afterwards when its fold threw. */
  handling: UnderlyingMessage | null = null;
  /** Failures in this session. */
  failures = 0;
  /** True when it is left out for the rest of the session; its state then stands still. */
  quarantined = false;
  /** Prints that were sent to it, and those of them that came when it was left out. */
  received = 0;
  heldBack = 0;
  /** What is passed over, because it made the fold throw again: rows of the tape, batches of quotes below 0. */
  readonly skipped = new Set<number>();
  /** True when a message came since this was last looked at, and since when none has, ms after midnight. */
  stirred = true;
  quietSinceMs = 0;

  constructor(underlying: number, state: UnderlyingState) {
    this.underlying = underlying;
    this.state = state;
  }

  /** Prints that nobody folded, because they made the fold throw. */
  get lost(): number {
    const { detected, outsideHours, apart, cancels } = this.state.counts;
    return this.received - this.heldBack - detected - outsideHours - apart - cancels;
  }
}

/** Folds a message into the state of an underlying. When it throws, `handling` says on what. */
export function handle(life: Life, message: UnderlyingMessage): void {
  life.handling = message;
  life.stirred = true;
  if (message.type === 'tape') {
    const { trades, order, from, to, findings } = message;
    life.received += to - from;
    foldTrades(life.state, trades, order, from, to, findings);
  } else foldQuotes(life.state, message.quotes, message.order, message.from, message.to);
  life.handling = null;
}
