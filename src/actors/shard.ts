// A shard: the supervisor of the underlyings that hash to it, and the owner of their contracts' state.
//
//   running ── adopt ──► running, one underlying more
//   running ── an underlying failed ──► running, that underlying replaced by a fresh one, or, after three failures in
//                                       the session, left out (quarantined); its siblings do not notice
//   running ── baseline ──► running, what is normal for its contracts set anew
//   running ── stop ──► stopped
import { type ActorRefFrom, assertEvent, assign, enqueueActions, setup } from 'xstate';
import { ContractArena, type SlotDirectory } from '../domain/arena.ts';
import type { VolumeBaseline } from '../domain/baseline.ts';
import { resetContracts, retrigger } from '../domain/contract-rows.ts';
import { type UnderlyingContext, type UnderlyingFailure, UnderlyingState } from '../domain/underlying.ts';
import { type UnderlyingActor, underlyingLogic } from './underlying.ts';

/** Failures of one underlying in a session after which it is left out. */
export const FAILURES_MAX = 3;

export interface ShardInput {
  readonly context: UnderlyingContext;
  readonly directory: SlotDirectory;
  /** Tells the directory which actor now stands for an underlying; null: none any more. */
  readonly register: (underlying: number, actor: UnderlyingActor | null, state: UnderlyingState) => void;
  /** Tells the operator of a failure. */
  readonly onFailure: (failure: UnderlyingFailure) => void;
}

interface ShardMemory extends ShardInput {
  readonly arena: ContractArena;
  /** Failures in this session, by underlying. */
  readonly failures: ReadonlyMap<number, number>;
  /** States of the underlyings that live here. */
  readonly states: Map<number, UnderlyingState>;
}

type ShardEvent =
  | { readonly type: 'baseline'; readonly baseline: VolumeBaseline }
  | { readonly type: 'adopt'; readonly underlying: number }
  | { readonly type: 'stop' }
  | { readonly type: 'xstate.error.actor.*'; readonly actorId: string; readonly error: unknown };

function actorId(underlying: number): string {
  return `underlying-${underlying}`;
}

export const shardMachine = setup({
  types: { context: {} as ShardMemory, events: {} as ShardEvent, input: {} as ShardInput },
  actors: { underlying: underlyingLogic },
  actions: {
    adopt: assign(({ context, event, spawn }) => {
      assertEvent(event, 'adopt');
      const state = new UnderlyingState(context.context, context.arena, context.directory, event.underlying);
      const actor = spawn('underlying', { id: actorId(event.underlying), input: state });
      context.states.set(event.underlying, state);
      context.register(event.underlying, actor, state);
      return {};
    }),
    adoptBaseline: assign(({ context, event }) => {
      assertEvent(event, 'baseline');
      const next: UnderlyingContext = { ...context.context, baseline: event.baseline };
      let clockMs = next.session.openMs;
      for (const state of context.states.values()) {
        state.context = next;
        for (const detector of state.detectors) detector.onBaseline?.();
        clockMs = Math.max(clockMs, state.clockMs);
      }
      retrigger(context.arena, next, clockMs);
      return { context: next };
    }),
    replace: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'xstate.error.actor.*');
      const underlying = Number(event.actorId.slice(actorId(0).length - 1));
      const failures = (context.failures.get(underlying) ?? 0) + 1;
      const quarantined = failures >= FAILURES_MAX;
      enqueue.stopChild(event.actorId);
      enqueue.assign({ failures: new Map(context.failures).set(underlying, failures) });
      const state = new UnderlyingState(context.context, context.arena, context.directory, underlying);
      resetContracts(state, underlying);
      if (quarantined) enqueue(() => context.register(underlying, null, state));
      else enqueue.raise({ type: 'adopt', underlying });
      const name = context.context.table.underlyingName(underlying);
      enqueue(() => context.onFailure({ underlying: name, error: event.error, failures, quarantined }));
    }),
  },
}).createMachine({
  id: 'shard',
  context: ({ input }) => ({ ...input, arena: new ContractArena(), failures: new Map(), states: new Map() }),
  initial: 'running',
  states: {
    running: {
      on: {
        adopt: { actions: 'adopt' },
        baseline: { actions: 'adoptBaseline' },
        'xstate.error.actor.*': { actions: 'replace' },
        stop: 'stopped',
      },
    },
    stopped: { type: 'final' },
  },
});

export type ShardActor = ActorRefFrom<typeof shardMachine>;
