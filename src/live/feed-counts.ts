// What the feed has lived through, in plain numbers: written at each piece of news, read at the scrape.
import type { FeedNews, LossCause } from '../actors/feed-words.ts';
import { Histogram } from '../lib/histogram.ts';

/** Counts of one feed since the start of the process. */
export class FeedCounts {
  live = false;
  frames = 0;
  bytes = 0;
  gaps = 0;
  /** Epoch ms on the machine's clock, which is that of whoever watches; 0 before the first message. */
  lastMessageMs = 0;
  /** Since when prints may be missing, epoch ms; null while none are. */
  gapSinceMs: number | null = null;
  /** From the time of the newest print of a frame to its receipt, seconds: one observation a frame. */
  readonly delays = new Histogram();
  /** Time the main thread has worked on frames, seconds. */
  busySeconds = 0;
  /** Attempts by what came of them, and connections that were live by why they ended. */
  readonly connections: Partial<Record<LossCause | 'ok', number>> = {};
  readonly disconnects: Partial<Record<LossCause, number>> = {};

  /** Counts a frame. */
  frame(bytes: number, nowMs: number): void {
    this.frames++;
    this.bytes += bytes;
    this.lastMessageMs = nowMs;
  }

  /** Takes what the feed tells. */
  hear(news: FeedNews): void {
    if (news.kind === 'state') this.#hearState(news.state);
    else if (news.kind === 'gapOpened') {
      this.gaps++;
      this.gapSinceMs = news.fromMs;
    } else if (news.kind === 'gap') this.gapSinceMs = null;
    else if (news.kind === 'refused') countIn(this.connections, news.cause);
    else if (news.kind === 'waiting') countIn(news.wasLive ? this.disconnects : this.connections, news.cause);
  }

  #hearState(state: string): void {
    if (state === 'live' && !this.live) countIn(this.connections, 'ok');
    if (state !== 'stale') this.live = state === 'live';
  }
}

function countIn<Key extends string>(counts: Partial<Record<Key, number>>, key: Key): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
