// The feed's life: one connection at a time, from the first word of the provider to the last of ours.
//
//   open ┬ connecting ─► authenticating ─► subscribing ─► live ⇄ stale
//        └─ lost, kicked, dropped, too slow to answer ─► backoff ─► open
//   open ── the key is refused, or the plan has no tape ─► refused          any ── drain ─► closed
//
// What each state does with each event ("·" means nothing, on purpose); a test a cell in
// test/actors/feed-table.test.ts, the tables of all machines in docs/statecharts.md:
//
// event         connecting      authenticating  subscribing      live           stale          backoff  refused  closed
// greeted       authenticating  ·               ·                ·              ·              ·        ·        ·
// authenticated authenticating  subscribing     ·                ·              ·              ·        ·        ·
// accepted      authenticating  ·               live             ·              ·              ·        ·        ·
// declined      authenticating  ·               next channel,    notice         notice         ·        ·        ·
//                                               after the last:
//                                               refused
// authFailed    refused         refused         refused          refused        refused        ·        ·        ·
// kicked        backoff, long   backoff, long   backoff, long    backoff, long  backoff, long  ·        ·        ·
// dropped       backoff         backoff         backoff          backoff        backoff        ·        ·        ·
// lost          backoff         backoff         backoff          backoff        backoff        ·        ·        ·
// data          ·               ·               live             ·              live           ·        ·        ·
// quotes        kept            kept            kept             sent           sent           kept     ·        ·
// deadline      backoff         backoff         backoff          stale if       live if quiet  open     (none)   (none)
//                                                                silent, else   is expected,
//                                                                live           backoff if too
//                                                                               long, else stale
// drain         closed          closed          closed           closed         closed         closed   closed   ·
//
// Time to wait runs on one clock and the market's time on another: a demo plays a morning in a minute, but a server's
// answer takes as long as ever.
import { type ActorRefFrom, createActor } from 'xstate';
import { present } from '../lib/assert.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { feedSetup } from './feed-deeds.ts';
import {
  type Activity,
  DEFAULT_TIMING,
  type FeedInput,
  type FeedMemory,
  type FeedState,
} from './feed-words.ts';

export const feedMachine = feedSetup.createMachine({
  id: 'feed',
  context: ({ input }) => input,
  initial: 'open',
  on: { drain: '.closed' },
  states: {
    open: {
      entry: 'beginConnection',
      invoke: {
        id: 'connection',
        src: 'connection',
        input: ({ context: { connect, activity, clock, marketClock } }) => ({
          connect,
          activity,
          clock,
          marketClock,
        }),
      },
      initial: 'connecting',
      on: {
        lost: { target: 'backoff', actions: ['openGap', 'planRetry'] },
        dropped: { target: 'backoff', actions: ['openGap', 'planRetry'] },
        kicked: { target: 'backoff', actions: ['openGap', 'planLongRetry'] },
        authFailed: { target: 'refused', actions: ['openGap', 'refuseKey'] },
        quotes: { actions: 'keepQuotes' },
      },
      states: {
        connecting: {
          on: {
            // The documents disagree on the first word, so any will do.
            greeted: 'authenticating',
            authenticated: 'authenticating',
            accepted: 'authenticating',
            declined: 'authenticating',
          },
          after: { answerDeadline: { target: '#feed.backoff', actions: ['openGap', 'planRetry'] } },
        },
        authenticating: {
          entry: 'authenticate',
          on: { authenticated: 'subscribing' },
          after: { answerDeadline: { target: '#feed.backoff', actions: ['openGap', 'planRetry'] } },
        },
        subscribing: {
          entry: ['subscribe', 'awaitData'],
          exit: 'ignoreData',
          on: {
            accepted: { target: 'live', actions: ['goLive', 'closeGap', 'subscribeQuotes'] },
            data: { target: 'live', actions: ['goLive', 'closeGap', 'subscribeQuotes'] },
            declined: [
              {
                guard: 'hasNextChannel',
                target: 'subscribing',
                reenter: true,
                actions: ['noticeFallback', 'nextChannel'],
              },
              { target: '#feed.refused', actions: ['openGap', 'refusePlan'] },
            ],
          },
          after: { answerDeadline: { target: '#feed.backoff', actions: ['openGap', 'planRetry'] } },
        },
        live: {
          on: { declined: { actions: 'notice' }, quotes: { actions: 'changeQuotes' } },
          after: {
            silenceCheck: [
              { guard: 'isSilent', target: 'stale', actions: 'openStaleGap' },
              { target: 'live', reenter: true },
            ],
          },
        },
        stale: {
          entry: 'awaitData',
          exit: 'ignoreData',
          on: {
            data: { target: 'live', actions: 'closeGap' },
            declined: { actions: 'notice' },
            quotes: { actions: 'changeQuotes' },
          },
          after: {
            silenceCheck: [
              { guard: 'isQuietTime', target: 'live', actions: 'closeGap' },
              { guard: 'isSilentTooLong', target: '#feed.backoff', actions: ['openGap', 'planRetry'] },
              { target: 'stale', reenter: true },
            ],
          },
        },
      },
    },
    backoff: {
      on: { quotes: { actions: 'keepQuotes' } },
      after: { backoff: 'open' },
    },
    refused: {},
    closed: { type: 'final' },
  },
});

/** The feed of a running service. */
export interface Feed {
  readonly state: FeedState;
  /** Why the feed is not live, or null. */
  readonly sentence: string | null;
  /** The channel subscribed: "T.*". */
  readonly channel: string;
  /** Replaces the contracts whose quotes are wanted; beyond 1,000 the last are left out. */
  watchQuotes(tickers: readonly string[]): void;
  /** Closes the connection for good; doing so twice is harmless. */
  drain(): void;
}

/** Starts a feed; it lives until it is drained. */
export function startFeed(input: FeedInput): Feed {
  const activity: Activity = { messageAtMs: 0, messageMarketMs: null, aliveMarketMs: null, awaited: false };
  const behindSinceMs = input.behindSinceMs ?? null;
  const memory: FeedMemory = {
    ...input,
    marketClock: input.marketClock ?? input.clock,
    timing: { ...DEFAULT_TIMING, ...input.timing },
    activity,
    channel: 0,
    channelBefore: null,
    quotes: [],
    attempt: 0,
    delayMs: 0,
    liveSinceMs: null,
    staleSinceMs: 0,
    gap: behindSinceMs === null ? null : { fromMs: behindSinceMs, reason: 'start' },
    sentence: null,
  };
  const actor: ActorRefFrom<typeof feedMachine> = createActor(feedMachine, {
    input: memory,
    clock: machineClock(input.clock),
  });
  let before: FeedState | null = null;
  actor.subscribe((snapshot) => {
    const state = stateOf(snapshot.value);
    if (state !== before) input.tell({ kind: 'state', state: (before = state) });
  });
  actor.start();
  return {
    get state() {
      return stateOf(actor.getSnapshot().value);
    },
    get sentence() {
      return actor.getSnapshot().context.sentence;
    },
    get channel() {
      const { channel, channels } = actor.getSnapshot().context;
      return present(channels[channel], 'the channel of the feed');
    },
    watchQuotes: (tickers) => actor.send({ type: 'quotes', tickers }),
    drain() {
      if (actor.getSnapshot().status === 'active') actor.send({ type: 'drain' });
    },
  };
}

function stateOf(value: unknown): FeedState {
  return (typeof value === 'string' ? value : Object.values(value as Record<string, string>)[0]) as FeedState;
}

/** Our clock as the machine wants it. */
function machineClock(clock: Clock) {
  return {
    setTimeout: (callback: () => void, ms: number): Timer => clock.after(ms, callback),
    clearTimeout: (timer: Timer) => timer.cancel(),
  };
}
