// A lane of the writer: the life of what carries one kind of thing to the store, prints or alerts.
//
//   idle ── work ──► gathering ── a while passed, or enough waits ──► flushing ── done ──► gathering, or idle
//   flushing ── failed ──► away ── growing pause ──► flushing
//
// Beside it, in parallel, so that a flush under way is not cut off by a change of mind:
//
//   open ── drain ──► draining: nothing gathers any more; idle ──► closed
//   draining ── deadline ──► closed; what is left is counted by whoever owns the queue
//
// closed is the end: work that comes then is not for this lane.
// Work that comes while flushing or away only adds to the queue: the queue is the port's, with its bounds.
import { type ActorRefFrom, assign, fromPromise, setup, stateIn } from 'xstate';

export interface LaneInput {
  /** Longest that the first of a flush waits for others, ms. */
  readonly gatherMs: number;
  /** First pause after a failure, and the longest, ms. */
  readonly pauseMs: number;
  readonly pauseMsMax: number;
  /** Uniform in [0, 1): spreads the pauses. */
  readonly chance: () => number;
  /** True while something waits. */
  readonly hasWork: () => boolean;
  /** True when so much waits that gathering longer gains nothing. */
  readonly hasEnough: () => boolean;
  /** Stores some of what waits, or puts aside what will never be stored. Rejects when it should be tried again. */
  readonly flush: () => Promise<void>;
}

interface LaneMemory extends LaneInput {
  /** Failures since the last success. */
  readonly failures: number;
}

type LaneEvent =
  | { readonly type: 'work' }
  | { readonly type: 'drain' }
  /** Ends a drain that takes too long. */
  | { readonly type: 'deadline' };

/** Doublings of the pause; more would pass any bound. */
const DOUBLINGS_MAX = 16;

export const laneMachine = setup({
  types: { context: {} as LaneMemory, events: {} as LaneEvent, input: {} as LaneInput },
  actors: { flush: fromPromise<void, () => Promise<void>>(({ input }) => input()) },
  guards: {
    isDraining: stateIn({ live: { mode: 'draining' } }),
    hasWork: ({ context }) => context.hasWork(),
    hasEnough: ({ context }) => context.hasEnough(),
  },
  delays: {
    gather: ({ context }) => context.gatherMs,
    pause: ({ context }) => {
      const doubled = context.pauseMs * 2 ** Math.min(context.failures - 1, DOUBLINGS_MAX);
      // Half of the pause is left to chance, so that many writers do not come back at once.
      return Math.min(doubled, context.pauseMsMax) * (0.5 + context.chance() / 2);
    },
  },
  actions: {
    succeeded: assign({ failures: 0 }),
    failed: assign({ failures: ({ context }) => context.failures + 1 }),
  },
}).createMachine({
  id: 'lane',
  context: ({ input }) => ({ ...input, failures: 0 }),
  initial: 'live',
  states: {
    live: {
      type: 'parallel',
      states: {
        work: {
          initial: 'idle',
          states: {
            idle: {
              always: [
                { guard: 'hasWork', target: 'gathering' },
                { guard: 'isDraining', target: '#lane.closed' },
              ],
              // The event changes nothing by itself: it makes the lane look whether something waits.
              on: { work: {} },
            },
            gathering: {
              always: [
                { guard: 'isDraining', target: 'flushing' },
                { guard: 'hasEnough', target: 'flushing' },
              ],
              after: { gather: 'flushing' },
              on: { work: {} },
            },
            flushing: {
              invoke: {
                src: 'flush',
                input: ({ context }) => context.flush,
                onDone: { target: 'idle', actions: 'succeeded' },
                onError: { target: 'away', actions: 'failed' },
              },
            },
            away: {
              after: { pause: 'flushing' },
              // Whoever leaves does not wait for the pause to end before the first further try.
              on: { drain: 'flushing' },
            },
          },
        },
        mode: {
          initial: 'open',
          states: {
            open: { on: { drain: 'draining' } },
            draining: { on: { deadline: '#lane.closed' } },
          },
        },
      },
    },
    closed: { type: 'final' },
  },
});

export type LaneActor = ActorRefFrom<typeof laneMachine>;
