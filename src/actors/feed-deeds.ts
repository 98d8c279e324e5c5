// The deeds of the feed: its connection as an actor, and the guards, delays and actions that its chart names.
import { assign, enqueueActions, fromCallback, sendTo, setup } from 'xstate';
import { present } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import {
  type Activity,
  backoffMs,
  causeOf,
  type Connection,
  type ConnectionEvents,
  type FeedEvent,
  type FeedMemory,
  QUOTES_MAX,
  reasonOf,
  statusEvent,
} from './feed-words.ts';

type Command =
  | { readonly type: 'authenticate' }
  | { readonly type: 'subscribe' | 'unsubscribe'; readonly channels: readonly string[] };

interface ConnectionInput {
  readonly connect: (events: ConnectionEvents) => Connection;
  readonly activity: Activity;
  readonly clock: Clock;
  readonly marketClock: Clock;
}

/** One connection as an actor: opened when it starts, closed when it stops, silent afterwards. */
const connection = fromCallback<Command, ConnectionInput>(({ input, receive, sendBack }) => {
  const { activity, clock, marketClock } = input;
  let open: Connection | null = null;
  try {
    open = input.connect({
      onStatus: (status, message) => sendBack(statusEvent(status, message)),
      onMessage: () => {
        activity.messageAtMs = clock.now();
        activity.messageMarketMs = activity.aliveMarketMs = marketClock.now();
        if (activity.awaited) sendBack({ type: 'data' });
      },
      onAlive: () => (activity.aliveMarketMs = marketClock.now()),
      onLost: (reason) => sendBack({ type: 'lost', reason }),
    });
  } catch (error) {
    sendBack({ type: 'lost', reason: error instanceof Error ? error.message : String(error) });
  }
  receive((command) => {
    if (command.type === 'authenticate') open?.authenticate();
    else if (command.type === 'subscribe') open?.subscribe(command.channels);
    else open?.unsubscribe(command.channels);
  });
  return () => open?.close();
});

/** Everything the chart of feed.ts names. */
export const feedSetup = setup({
  types: { context: {} as FeedMemory, events: {} as FeedEvent, input: {} as FeedMemory },
  actors: { connection },
  delays: {
    answerDeadline: ({ context }) => context.timing.answerMs,
    silenceCheck: ({ context }) => context.timing.silenceCheckMs,
    backoff: ({ context }) => context.delayMs,
  },
  guards: {
    isSilent: ({ context: { clock, marketClock, timing, activity, expectsData } }) =>
      clock.now() - activity.messageAtMs >= timing.silenceMs &&
      expectsData(marketClock.now()) &&
      // Silence before the opening is not staleness a second after it.
      expectsData(marketClock.now() - timing.silenceMs),
    isQuietTime: ({ context }) => !context.expectsData(context.marketClock.now()),
    isSilentTooLong: ({ context: { clock, timing, staleSinceMs } }) =>
      clock.now() - staleSinceMs >= timing.staleMsMax,
    hasNextChannel: ({ context }) => context.channel + 1 < context.channels.length,
  },
  actions: {
    authenticate: sendTo('connection', { type: 'authenticate' }),
    subscribe: sendTo('connection', ({ context }) => ({
      type: 'subscribe',
      channels: [present(context.channels[context.channel], 'the channel to subscribe')],
    })),
    subscribeQuotes: enqueueActions(({ context, enqueue }) => {
      const channels = context.quotes.map((ticker) => `Q.${ticker}`);
      if (channels.length > 0) enqueue.sendTo('connection', { type: 'subscribe', channels });
    }),
    keepQuotes: assign(({ context, event }) =>
      event.type === 'quotes' ? { quotes: event.tickers.slice(0, QUOTES_MAX) } : { quotes: context.quotes },
    ),
    changeQuotes: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'quotes') return;
      const wanted = new Set(event.tickers.slice(0, QUOTES_MAX));
      const before = new Set(context.quotes);
      const added = [...wanted].filter((ticker) => !before.has(ticker)).map((ticker) => `Q.${ticker}`);
      const removed = [...before].filter((ticker) => !wanted.has(ticker)).map((ticker) => `Q.${ticker}`);
      // What goes makes room for what comes: the provider counts 1,000 a connection.
      if (removed.length > 0) enqueue.sendTo('connection', { type: 'unsubscribe', channels: removed });
      if (added.length > 0) enqueue.sendTo('connection', { type: 'subscribe', channels: added });
      enqueue.assign({ quotes: [...wanted] });
    }),
    beginConnection: assign({ channel: 0 }),
    nextChannel: assign(({ context }) => ({ channel: context.channel + 1 })),
    awaitData: ({ context }) => (context.activity.awaited = true),
    ignoreData: ({ context }) => (context.activity.awaited = false),
    goLive: assign(({ context }) => {
      const { clock, marketClock, activity, channel, channels, channelBefore, tell } = context;
      activity.messageAtMs = clock.now();
      activity.messageMarketMs = activity.aliveMarketMs = marketClock.now();
      if (channel !== channelBefore) {
        tell({
          kind: 'live',
          channel: present(channels[channel], 'the live channel'),
          degraded: channel > 0,
        });
      }
      return { channelBefore: channel, liveSinceMs: clock.now(), sentence: null };
    }),
    openGap: assign(({ context, event }) => {
      if (context.gap !== null) return {};
      const { activity, marketClock, tell } = context;
      const fromMs = activity.aliveMarketMs ?? marketClock.now();
      const gap = { fromMs, reason: reasonOf(event) };
      tell({ kind: 'gapOpened', ...gap });
      return { gap };
    }),
    openStaleGap: assign(({ context: { activity, clock, marketClock, expectsData, timing, tell } }) => {
      const heardMs = activity.messageMarketMs;
      // The night before the opening is no gap.
      const quietMs = marketClock.now() - timing.silenceMs;
      const gap = { fromMs: heardMs !== null && expectsData(heardMs) ? heardMs : quietMs, reason: 'silence' };
      tell({ kind: 'gapOpened', ...gap });
      return { gap, staleSinceMs: clock.now() };
    }),
    closeGap: assign(({ context: { gap, marketClock, tell } }) => {
      if (gap !== null) tell({ kind: 'gap', ...gap, untilMs: marketClock.now() });
      return { gap: null };
    }),
    planRetry: assign(({ context, event }) => {
      const { clock, timing, liveSinceMs } = context;
      // Only a connection that held for a while proves that the trouble is over.
      const stable = liveSinceMs !== null && clock.now() - liveSinceMs >= timing.stableMs;
      const attempt = stable ? 1 : context.attempt + 1;
      const delayMs = backoffMs(timing, attempt, context.random());
      const sentence = `the feed is down (${reasonOf(event)}): trying again in ${Math.ceil(delayMs / 1000)} s`;
      const wasLive = liveSinceMs !== null;
      const cause = causeOf(event, wasLive);
      context.tell({ kind: 'waiting', sentence, delayMs, attempt, cause, wasLive });
      return { attempt, delayMs, sentence, liveSinceMs: null };
    }),
    planLongRetry: assign(({ context, event }) => {
      const delayMs = Math.round(context.timing.kickedMs * (1 + context.random() / 2));
      const sentence =
        'the provider allows one connection a key and gave ours to a newer one: another copy runs with this key; ' +
        `stop it or give it a key of its own; trying again in ${Math.ceil(delayMs / 1000)} s`;
      const attempt = context.attempt + 1;
      const wasLive = context.liveSinceMs !== null;
      const cause = causeOf(event, wasLive);
      context.tell({ kind: 'waiting', sentence, delayMs, attempt, cause, wasLive });
      return { attempt, delayMs, sentence, liveSinceMs: null };
    }),
    refuseKey: assign(({ context }) => {
      const sentence =
        'the provider refused the key: check MASSIVE_API_KEY against the keys on the dashboard of your account, ' +
        'then start again';
      context.tell({ kind: 'refused', sentence, cause: 'auth_failed' });
      return { sentence };
    }),
    refusePlan: assign(({ context, event }) => {
      const sentence =
        `the plan of this key has none of ${context.channels.join(', ')} (${reasonOf(event)}): choose a plan with ` +
        'options trades or aggregates, then start again';
      context.tell({ kind: 'refused', sentence, cause: 'refused' });
      return { sentence };
    }),
    noticeFallback: ({ context, event }) => {
      const { channel, channels, channelBefore, tell } = context;
      if (channelBefore !== null && channelBefore > channel) return;
      const sentence =
        `the plan of this key does not have ${channels[channel] ?? ''} (${reasonOf(event)}): ` +
        `trying ${channels[channel + 1] ?? ''}, with which an alert knows the window but not the print`;
      tell({ kind: 'notice', sentence });
    },
    notice: ({ context, event }) =>
      context.tell({ kind: 'notice', sentence: `the provider declined a subscription: ${reasonOf(event)}` }),
  },
});
