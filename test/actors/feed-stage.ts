// A stage for the feed: a connection whose other end is the test, and a clock moved by hand.
import { startFeed, type Feed } from '../../src/actors/feed.ts';
import type { ConnectionEvents, FeedInput, FeedNews, FeedState } from '../../src/actors/feed-words.ts';
import { ManualClock } from '../../src/lib/clock.ts';

export const START_MS = 1_800_000_000_000;

export const STATES: readonly FeedState[] = [
  'connecting',
  'authenticating',
  'subscribing',
  'live',
  'stale',
  'backoff',
  'refused',
  'closed',
];

/** A feed on a stage. */
export class Stage {
  readonly clock = new ManualClock(START_MS);
  readonly news: FeedNews[] = [];
  /** What the feed said to the provider: "auth", "+T.*", "-Q.…", "close". */
  readonly said: string[] = [];
  readonly feed: Feed;
  marketIsOpen = true;
  /** Connections opened so far. */
  connections = 0;
  #events: ConnectionEvents | null = null;

  constructor(rest: Partial<FeedInput> = {}) {
    this.feed = startFeed({
      connect: (events) => {
        this.connections++;
        this.#events = events;
        return {
          authenticate: () => this.said.push('auth'),
          subscribe: (channels) => this.said.push(...channels.map((channel) => `+${channel}`)),
          unsubscribe: (channels) => this.said.push(...channels.map((channel) => `-${channel}`)),
          close: () => this.said.push('close'),
        };
      },
      channels: ['T.*', 'A.*', 'AM.*'],
      clock: this.clock,
      random: () => 1,
      expectsData: () => this.marketIsOpen,
      tell: (news) => this.news.push(news),
      ...rest,
    });
  }

  status(...words: readonly string[]): void {
    for (const word of words) this.#events?.onStatus(word, '');
  }

  message(): void {
    this.#events?.onMessage();
  }

  alive(): void {
    this.#events?.onAlive();
  }

  lose(reason = 'the connection was reset'): void {
    this.#events?.onLost(reason);
  }

  /** Lets the wait pass that the feed told last. */
  waitOut(): void {
    this.clock.advance(this.toldOf('waiting').at(-1)?.delayMs ?? 0);
  }

  toldOf<Kind extends FeedNews['kind']>(kind: Kind): Array<Extract<FeedNews, { kind: Kind }>> {
    return this.news.filter((one): one is Extract<FeedNews, { kind: Kind }> => one.kind === kind);
  }

  /** Leads a fresh feed to a state by the plainest way. */
  static at(state: FeedState, rest: Partial<FeedInput> = {}): Stage {
    const stage = new Stage(rest);
    if (state === 'backoff') stage.lose();
    else if (state === 'closed') stage.feed.drain();
    else if (state !== 'connecting') {
      stage.status('connected');
      if (state === 'refused') stage.status('auth_failed');
      else if (state !== 'authenticating') stage.status('auth_success');
      if (state === 'live' || state === 'stale') stage.status('success');
      if (state === 'stale') stage.clock.advance(16_000);
    }
    stage.said.length = 0;
    stage.news.length = 0;
    return stage;
  }
}
