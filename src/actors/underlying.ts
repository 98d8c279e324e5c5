// The actor of an underlying: a fold over the tape's batches that owns the underlying's state.
//
//   tape ──► folds its rows, findings go into the message's list
//   quotes ► waits with them until a print passes
//
// It never throws on data. If it throws at all, its shard replaces it (see shard.ts).
import { type ActorRefFrom, fromTransition } from 'xstate';
import type { QuoteBatch } from '../domain/quote.ts';
import type { TradeBatch } from '../domain/trade.ts';
import type { Finding } from '../domain/detectors/finding.ts';
import { foldQuotes, foldTrades, type UnderlyingState } from '../domain/underlying.ts';

/** The rows `order[from..to)` of a batch: one message an underlying a batch. Valid only while it is handled. */
export type UnderlyingMessage =
  | {
      readonly type: 'tape';
      readonly trades: TradeBatch;
      readonly order: Int32Array;
      readonly from: number;
      readonly to: number;
      readonly findings: Finding[];
    }
  | {
      readonly type: 'quotes';
      readonly quotes: QuoteBatch;
      readonly order: Int32Array;
      readonly from: number;
      readonly to: number;
    };

/** The state is mutated in place and the same reference returned: the documented exception to immutability. */
export const underlyingLogic = fromTransition(
  (state: UnderlyingState, message: UnderlyingMessage): UnderlyingState => {
    // A stopped actor is sent `xstate.stop` through the same door, so everything unknown leaves the state alone.
    if (message.type === 'tape') {
      foldTrades(state, message.trades, message.order, message.from, message.to, message.findings);
    } else if (message.type === 'quotes') {
      foldQuotes(state, message.quotes, message.order, message.from, message.to);
    }
    return state;
  },
  ({ input }: { input: UnderlyingState }) => input,
);

export type UnderlyingActor = ActorRefFrom<typeof underlyingLogic>;
