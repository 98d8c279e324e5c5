// The actor of an underlying: a fold over the tape's batches that owns the underlying's state.
//
//   tape ──► folds its rows, findings go into the message's list
//   quotes ► waits with them until a print passes
//
// It never throws on data. If it throws at all, its shard replaces it (see shard.ts): what outlives it is its life.
import { type ActorRefFrom, fromTransition, type TransitionActorLogic } from 'xstate';
import { handle, type Life, type UnderlyingMessage } from '../domain/life.ts';

/**
 * The life is mutated in place and the same snapshot returned: the documented exception to immutability. A new snapshot
 * an underlying a batch would live until the next batch, by which time the collector takes it for old.
 */
export const underlyingLogic: TransitionActorLogic<Life, UnderlyingMessage, Life> = {
  ...fromTransition(
    (life: Life, _message: UnderlyingMessage): Life => life,
    ({ input }: { input: Life }) => input,
  ),
  transition(snapshot, message) {
    // A stopped actor is sent `xstate.stop` through the same door, so everything unknown leaves the life alone.
    if (message.type === 'tape' || message.type === 'quotes') handle(snapshot.context, message);
    return snapshot;
  },
};

export type UnderlyingActor = ActorRefFrom<typeof underlyingLogic>;
