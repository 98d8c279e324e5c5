// The words of the feed: what it is given, what it hears, what it remembers and what it tells.
import type { Clock } from '../lib/clock.ts';

/** Contracts whose quotes one connection may ask for (the provider's limit). */
export const QUOTES_MAX = 1_000;

/** What a connection tells the feed. */
export interface ConnectionEvents {
  /** A message about the connection itself, in the provider's words. */
  readonly onStatus: (status: string, message: string) => void;
  /** Something of the tape came, not about the connection itself. Called for each frame. */
  readonly onMessage: () => void;
  /** The other side answered a ping. */
  readonly onAlive: () => void;
  /** The connection is gone, or never came to be; nothing follows. */
  readonly onLost: (reason: string) => void;
}

/** A connection as the feed uses it. */
export interface Connection {
  authenticate(): void;
  subscribe(channels: readonly string[]): void;
  unsubscribe(channels: readonly string[]): void;
  /** Ends it without a further word. */
  close(): void;
}

/** How long the feed waits for what, ms. */
export interface FeedTiming {
  /** For the greeting, for the answer to the key, for the answer to a subscription: each. */
  readonly answerMs: number;
  /** Silence in market hours after which the feed is stale. */
  readonly silenceMs: number;
  /** How often silence is looked for. */
  readonly silenceCheckMs: number;
  /** How long a stale connection is kept before another is tried. */
  readonly staleMsMax: number;
  /** The first wait after a failure; it doubles with each further one up to the second value. */
  readonly backoffFirstMs: number;
  readonly backoffMaxMs: number;
  /** The wait after another program took our place. */
  readonly kickedMs: number;
  /** A connection that was live this long makes the next failure a first one again. */
  readonly stableMs: number;
}

export const DEFAULT_TIMING: FeedTiming = {
  answerMs: 10_000,
  silenceMs: 15_000,
  silenceCheckMs: 1_000,
  staleMsMax: 45_000,
  backoffFirstMs: 1_000,
  backoffMaxMs: 60_000,
  kickedMs: 60_000,
  stableMs: 30_000,
};

export type FeedState =
  | 'connecting'
  | 'authenticating'
  | 'subscribing'
  | 'live'
  | 'stale'
  | 'backoff'
  | 'refused'
  | 'closed';

/** Why a connection ended or never came to be, as it is counted. */
export type LossCause =
  /** It was closed, or could not be opened. */
  | 'closed'
  /** It stood and said nothing while the market was open. */
  | 'stale'
  /** The provider did not answer in time. */
  | 'timeout'
  /** The provider gave our place to another connection with the same key. */
  | 'max_connections'
  /** The key is refused. */
  | 'auth_failed'
  /** The plan of the key has none of the channels. */
  | 'refused'
  /** The provider ended it with words of its own. */
  | 'other';

/** What the feed tells whoever started it, in the order in which it happens. */
export type FeedNews =
  | { readonly kind: 'state'; readonly state: FeedState }
  /** Told when the channel is another than before. Degraded: windows instead of prints. */
  | { readonly kind: 'live'; readonly channel: string; readonly degraded: boolean }
  /** From this moment (epoch ms) something may be missing. */
  | { readonly kind: 'gapOpened'; readonly fromMs: number; readonly reason: string }
  /** Between these moments something may be missing. */
  | { readonly kind: 'gap'; readonly fromMs: number; readonly untilMs: number; readonly reason: string }
  | {
      readonly kind: 'waiting';
      readonly sentence: string;
      readonly delayMs: number;
      readonly attempt: number;
      readonly cause: LossCause;
      /** False for an attempt that never became live. */
      readonly wasLive: boolean;
    }
  | { readonly kind: 'notice'; readonly sentence: string }
  /** The feed gave up, because trying again cannot help. */
  | { readonly kind: 'refused'; readonly sentence: string; readonly cause: LossCause };

/** What a feed is made of. */
export interface FeedInput {
  /** Opens a connection; what it throws counts as a connection lost. */
  readonly connect: (events: ConnectionEvents) => Connection;
  /** Channels to try, the best first: "T.*", "A.*", "AM.*". */
  readonly channels: readonly string[];
  /** For waiting: deadlines, backoff, silence. */
  readonly clock: Clock;
  /** For stamping gaps and knowing market hours; the same clock unless a simulated market runs at another speed. */
  readonly marketClock?: Clock;
  /** Uniform in [0, 1): spreads the retries of many clients. */
  readonly random: () => number;
  /** True at moments (epoch ms) when a living feed is never silent for long. */
  readonly expectsData: (epochMs: number) => boolean;
  readonly tell: (news: FeedNews) => void;
  /** Until when (epoch ms) everything was received before this start: the first gap begins there. */
  readonly behindSinceMs?: number | null;
  readonly timing?: Partial<FeedTiming>;
}

/** When something was last heard. One object a feed, written once a frame, so that no event is sent for it. */
export interface Activity {
  /** Last message, on the clock for waiting. */
  messageAtMs: number;
  /** Last message and last sign of life at all, on the market's clock; null before the first. */
  messageMarketMs: number | null;
  aliveMarketMs: number | null;
  /** True while a message changes the state. */
  awaited: boolean;
}

/** What the feed remembers between events. */
export interface FeedMemory extends FeedInput {
  readonly marketClock: Clock;
  readonly timing: FeedTiming;
  readonly activity: Activity;
  /** Place in `channels` that is asked for, and that was live last. */
  readonly channel: number;
  readonly channelBefore: number | null;
  readonly quotes: readonly string[];
  /** Failures in a row. */
  readonly attempt: number;
  readonly delayMs: number;
  readonly liveSinceMs: number | null;
  readonly staleSinceMs: number;
  readonly gap: { readonly fromMs: number; readonly reason: string } | null;
  readonly sentence: string | null;
}

/** What the feed hears. */
export type FeedEvent =
  | {
      readonly type:
        | 'greeted'
        | 'authenticated'
        | 'authFailed'
        | 'accepted'
        | 'declined'
        | 'kicked'
        | 'dropped';
      readonly message: string;
    }
  | { readonly type: 'lost'; readonly reason: string }
  | { readonly type: 'data' }
  | { readonly type: 'quotes'; readonly tickers: readonly string[] }
  | { readonly type: 'drain' };

type StatusWord = Extract<FeedEvent, { message: string }>['type'];

const STATUS_EVENTS: Readonly<Record<string, StatusWord>> = {
  connected: 'greeted',
  auth_success: 'authenticated',
  auth_failed: 'authFailed',
  auth_timeout: 'dropped',
  auth_required: 'dropped',
  success: 'accepted',
  max_connections: 'kicked',
  slow_consumer: 'dropped',
  force_disconnect: 'dropped',
};

/** The event a status stands for. Every word that is not known declines: so a plan without the channel answers. */
export function statusEvent(status: string, message: string): FeedEvent {
  return { type: STATUS_EVENTS[status] ?? 'declined', message: message === '' ? status : message };
}

/** The wait before an attempt (1, 2, …): doubled each time, bounded, and spread over its upper half by `uniform`. */
export function backoffMs(timing: FeedTiming, attempt: number, uniform: number): number {
  const wholeMs = Math.min(timing.backoffMaxMs, timing.backoffFirstMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(wholeMs * (0.5 + uniform / 2));
}

/** Why an event leads away from a connection, as it is counted; what is no event of the connection is a deadline. */
export function causeOf({ type }: FeedEvent, wasLive: boolean): LossCause {
  if (type === 'lost') return 'closed';
  if (type === 'kicked') return 'max_connections';
  if (type === 'dropped') return 'other';
  return wasLive ? 'stale' : 'timeout';
}

/** Why an event leads away from live, in words. */
export function reasonOf(event: FeedEvent): string {
  if (event.type === 'lost') return event.reason;
  return 'message' in event ? event.message : 'no answer in time';
}
