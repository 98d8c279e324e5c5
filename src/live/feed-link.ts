// The link to the provider: the feed's life joined with the socket, the session that takes its frames, and its gaps.
import { performance } from 'node:perf_hooks';
import { type Feed, startFeed } from '../actors/feed.ts';
import type { FeedNews } from '../actors/feed-words.ts';
import { endGap, endOpenGaps, openGap } from '../db/feed-gaps.ts';
import type { Queries } from '../db/pool.ts';
import { openSocket } from '../feeds/massive/socket.ts';
import { LATENESS_MS } from '../feeds/massive/wire.ts';
import { type Clock, every, type Timer } from '../lib/clock.ts';
import type { Log } from '../log.ts';
import type { FeedCounts } from './feed-counts.ts';
import { TICK_MS } from '../tape/session-fold.ts';
import type { LiveSession } from './live-session.ts';

/** Channels to try, the best first. */
const CHANNELS = ['T.*', 'A.*', 'AM.*'] as const;
/** Name of the feed in the table of gaps. */
const FEED_NAME = 'massive';

/**
 * Contracts whose quotes are watched: those nearest to an alert. The provider allows a thousand; a hundred are more
 * than ever stir at once, and leave room on the wire.
 */
export const QUOTES_WATCHED = 100;
/** How often it is looked which they are. */
const WATCH_MS = 500;

/** What the link is made of. */
export interface FeedLinkSettings {
  readonly url: string;
  readonly key: string;
  readonly clock: Clock;
  readonly marketClock: Clock;
  readonly log: Log;
  readonly db: Queries;
  readonly counts: FeedCounts;
  readonly session: () => LiveSession;
  /** Until when everything was received before this start, epoch ms; null when nothing was. */
  readonly behindSinceMs: number | null;
}

/** Starts the feed; it lives until it is drained. */
export function openFeedLink(settings: FeedLinkSettings): Feed {
  const { url, key, clock, marketClock, counts, session } = settings;
  const record = gapRecorder(settings);
  const feed = startFeed({
    connect: (events) =>
      openSocket(
        { url, key, clock, marketClock },
        {
          ...events,
          onFrame(bytes, receivedAtMs) {
            counts.frame(bytes.length, clock.now());
            takeFrame(session(), bytes, receivedAtMs, counts);
          },
        },
      ),
    channels: CHANNELS,
    clock,
    marketClock,
    random: () => Math.random(),
    expectsData(epochMs) {
      const { midnightMs, openMs, closeMs } = session().session;
      return epochMs >= midnightMs + openMs && epochMs < midnightMs + closeMs;
    },
    tell(news) {
      counts.hear(news);
      logNews(settings, news);
      record(news);
    },
    behindSinceMs: settings.behindSinceMs,
  });
  const watching = watchQuotes(feed, settings);
  const stopTicks = watchQuiet(feed, settings);
  return {
    get state() {
      return feed.state;
    },
    get sentence() {
      return feed.sentence;
    },
    get channel() {
      return feed.channel;
    },
    watchQuotes: (tickers) => feed.watchQuotes(tickers),
    drain() {
      watching.cancel();
      stopTicks();
      feed.drain();
    },
  };
}

/** Hands a frame on, and measures what that costs and how old its newest print was. */
function takeFrame(session: LiveSession, bytes: Buffer, receivedAtMs: number, counts: FeedCounts): void {
  const newestMs = session.lastEventMs;
  const beganMs = performance.now();
  session.take(bytes, receivedAtMs);
  counts.busySeconds += (performance.now() - beganMs) / 1000;
  const { lastEventMs } = session;
  if (lastEventMs > newestMs) counts.delays.observe(Math.max(0, receivedAtMs - lastEventMs) / 1000);
}

/**
 * Tells the session that time passes while its tape is quiet. Between the provider and here prints may be under way,
 * so what is told is what time it was on the market a while ago, by the clock on which things are under way.
 */
function watchQuiet(feed: Feed, { clock, marketClock, session }: FeedLinkSettings): () => void {
  const readings: number[] = [];
  return every(clock, TICK_MS, () => {
    if (feed.state !== 'live') {
      readings.length = 0;
      return;
    }
    readings.push(marketClock.now());
    if (readings.length > LATENESS_MS / TICK_MS) session().tick(readings.shift()!);
  });
}

/** Asks for the quotes of the contracts that stir, so that their next prints have a side. */
function watchQuotes(feed: Feed, { clock, session }: FeedLinkSettings): Timer {
  let watched = '';
  let timer: Timer;
  const look = (): void => {
    timer = clock.after(WATCH_MS, look);
    const tickers = session().nearest(QUOTES_WATCHED).toSorted();
    if (feed.state !== 'live' || tickers.join() === watched) return;
    watched = tickers.join();
    feed.watchQuotes(tickers);
  };
  timer = clock.after(WATCH_MS, look);
  return { cancel: () => timer.cancel() };
}

function logNews({ url, log }: FeedLinkSettings, news: FeedNews): void {
  const { host } = new URL(url);
  if (news.kind === 'live') log.write('feed.live', { host, channel: news.channel });
  else if (news.kind === 'waiting') log.write('feed.lost', { reason: news.sentence, retryMs: news.delayMs });
  else if (news.kind === 'refused') log.write('feed.refused', { reason: news.sentence });
}

/** Makes a row of each gap; when the store is away at its beginning and its end, the log alone has it. */
function gapRecorder({ db, log, session }: FeedLinkSettings): (news: FeedNews) => void {
  let opened: Promise<number | null> = Promise.resolve(null);
  const forget = (error: unknown): null => {
    log.write('gap.unrecorded', { error });
    return null;
  };
  const begin = async (fromMs: number, reason: string): Promise<number> =>
    openGap(db, { feed: FEED_NAME, sessionDate: session().session.date, beganMs: fromMs, reason });
  return (news) => {
    if (news.kind === 'gapOpened') {
      const { fromMs, reason } = news;
      log.write('gap.opened', { from: new Date(fromMs).toISOString(), reason });
      opened = begin(fromMs, reason).catch(forget);
    } else if (news.kind === 'gap') {
      const { fromMs, untilMs, reason } = news;
      const [from = '', until = ''] = [fromMs, untilMs].map((ms) => new Date(ms).toISOString());
      log.write('gap.closed', { from, until });
      session().noteAway(fromMs, untilMs);
      opened = opened
        .then(async (begun) => {
          // Of the time between two processes there is a row only where the one before saw its beginning.
          const leftOpen = begun === null && (await endOpenGaps(db, FEED_NAME, untilMs)) > 0;
          if (!leftOpen) await endGap(db, begun ?? (await begin(fromMs, reason)), untilMs);
          return null;
        })
        .catch(forget);
    }
  };
}
