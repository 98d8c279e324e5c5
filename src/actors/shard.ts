// A shard: the supervisor of the underlyings that hash to it, and the owner of their contracts' state.
//
//   running ── adopt ──► running, one underlying more, or one that slept awake again with the state it had
//   running ── sweep ──► running, the actors of underlyings that were quiet for long stopped; their states stay
//   running ── an underlying failed ──► running, that underlying folded again from its session's first print by a new
//                                       actor, or, at the third failure of the session, left out (quarantined); its
//                                       siblings do not notice
//   running ── baseline ──► running, what is normal for its contracts set anew
//   running ── stop ──► stopped, its actors with it
//
// The table of every state and event, and the invariants, stand in docs/statecharts.md.
import { type ActorRefFrom, assertEvent, assign, enqueueActions, setup } from 'xstate';
import { ContractArena, type SlotDirectory } from '../domain/arena.ts';
import type { VolumeBaseline } from '../domain/baseline.ts';
import { retrigger } from '../domain/contract-rows.ts';
import type { EngineClock } from '../domain/engine-clock.ts';
import { Life } from '../domain/life.ts';
import { recover, type SessionPast } from '../domain/rebuild.ts';
import { settleWindow, type UnderlyingContext, UnderlyingState } from '../domain/underlying.ts';
import type { UnderlyingFailure } from '../domain/life.ts';
import { type UnderlyingActor, underlyingLogic } from './underlying.ts';

export interface ShardInput {
  readonly context: UnderlyingContext;
  readonly directory: SlotDirectory;
  readonly clock: EngineClock;
  /** What an underlying that failed is rebuilt from. */
  readonly past: SessionPast;
  /** Tells the directory which actor now stands for an underlying; null: none, it sleeps or is left out. */
  readonly register: (life: Life, actor: UnderlyingActor | null) => void;
  /** Tells the operator of a failure. */
  readonly onFailure: (failure: UnderlyingFailure) => void;
}

interface ShardMemory extends ShardInput {
  readonly arena: ContractArena;
  /** The underlyings that live here, those that sleep or are left out among them. */
  readonly lives: Map<number, Life>;
}

type ShardEvent =
  | { readonly type: 'baseline'; readonly baseline: VolumeBaseline }
  | { readonly type: 'adopt'; readonly underlying: number }
  /** Stops the actors that have heard nothing for `idleMs` at `atMs` of the engine's time. */
  | { readonly type: 'sweep'; readonly atMs: number; readonly idleMs: number }
  | { readonly type: 'stop' }
  | { readonly type: 'xstate.error.actor.*'; readonly actorId: string; readonly error: unknown };

const ACTOR_ID = 'underlying-';

function actorId(underlying: number): string {
  return `${ACTOR_ID}${underlying}`;
}

/** True once an underlying has been quiet for so long. Whoever stirs begins anew; called at each sweep. */
function isIdle(life: Life, atMs: number, idleMs: number): boolean {
  if (life.stirred) {
    life.stirred = false;
    life.quietSinceMs = atMs;
    return false;
  }
  return atMs - life.quietSinceMs >= idleMs;
}

export const shardMachine = setup({
  types: { context: {} as ShardMemory, events: {} as ShardEvent, input: {} as ShardInput },
  actors: { underlying: underlyingLogic },
  actions: {
    adopt: assign(({ context, event, spawn }) => {
      assertEvent(event, 'adopt');
      const { underlying } = event;
      let life = context.lives.get(underlying);
      if (life?.quarantined === true) return {};
      if (life === undefined) {
        const { arena, directory, clock } = context;
        life = new Life(
          underlying,
          new UnderlyingState(context.context, arena, directory, underlying, clock),
        );
        context.lives.set(underlying, life);
      }
      context.register(life, spawn('underlying', { id: actorId(underlying), input: life }));
      return {};
    }),
    sweep: enqueueActions(({ context, event, enqueue, self }) => {
      assertEvent(event, 'sweep');
      for (const life of context.lives.values()) {
        const id = actorId(life.underlying);
        if (self.getSnapshot().children[id] === undefined) continue;
        if (!isIdle(life, event.atMs, event.idleMs)) continue;
        enqueue.stopChild(id);
        enqueue(() => {
          settleWindow(life.state);
          life.state.window.shrink();
          context.register(life, null);
        });
      }
    }),
    adoptBaseline: assign(({ context, event }) => {
      assertEvent(event, 'baseline');
      const next: UnderlyingContext = { ...context.context, baseline: event.baseline };
      const awake = [...context.lives.values()].filter(({ quarantined }) => !quarantined);
      for (const { state } of awake) {
        settleWindow(state);
        state.context = next;
        for (const detector of state.detectors) detector.onBaseline?.();
      }
      retrigger(context.arena, next, (contract) => {
        const life = context.lives.get(next.table.underlyingOf(contract));
        return life?.quarantined === false ? life.state : undefined;
      });
      return { context: next };
    }),
    replace: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'xstate.error.actor.*');
      const life = context.lives.get(Number(event.actorId.slice(ACTOR_ID.length)));
      enqueue.stopChild(event.actorId);
      if (life === undefined) return;
      recover(life, event.error, context);
      if (life.quarantined) enqueue(() => context.register(life, null));
      else enqueue.raise({ type: 'adopt', underlying: life.underlying });
    }),
  },
}).createMachine({
  id: 'shard',
  context: ({ input }) => ({ ...input, arena: new ContractArena(), lives: new Map() }),
  initial: 'running',
  states: {
    running: {
      on: {
        adopt: { actions: 'adopt' },
        sweep: { actions: 'sweep' },
        baseline: { actions: 'adoptBaseline' },
        'xstate.error.actor.*': { actions: 'replace' },
        stop: 'stopped',
      },
    },
    stopped: { type: 'final' },
  },
});

export type ShardActor = ActorRefFrom<typeof shardMachine>;
