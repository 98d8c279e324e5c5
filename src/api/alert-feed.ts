// The fan-out of alerts to those who follow: each has a bounded queue, and who reads too slowly is cut off and counted.
import type { Alert } from '../domain/alert.ts';
import { assert } from '../lib/assert.ts';

/** An alert ready to be written to a stream; its text is made once for all who follow. */
export interface AlertFrame {
  readonly id: string;
  /** The lines of a server-sent event. */
  readonly text: string;
}

export interface AlertFeedLimits {
  /** Alerts that may wait for one client. */
  readonly queueMax: number;
  /** Alerts kept to let a client come back without asking the store. */
  readonly recentMax: number;
  readonly subscribersMax: number;
}

const LIMITS: AlertFeedLimits = { queueMax: 1_000, recentMax: 1_000, subscribersMax: 100 };

/** What a subscriber wants to know. Both are called from within publish() and must not throw or block. */
export interface Subscriber {
  /** There is something to take. */
  onFrames(): void;
  /** It was cut off with so many alerts waiting: its queue was full, or it was found to read nothing. */
  onDropped(waiting: number): void;
}

/** One client's place in the fan-out. */
export interface Subscription {
  /** The next alert, oldest first; undefined when there is none. */
  take(): AlertFrame | undefined;
  readonly waiting: number;
  /** Cuts the client off because it reads too slowly, and counts it. */
  drop(): void;
  /** Ends it; doing so twice is harmless. */
  cancel(): void;
}

/** Makes the event of an alert. JSON has no bare line break, so one data line holds it. */
export function frameOf(alert: Alert): AlertFrame {
  const { id } = alert;
  return { id, text: `id: ${id}\nevent: alert\ndata: ${JSON.stringify(alert)}\n\n` };
}

/** Alerts to all who follow. One for the service. */
export class AlertFeed {
  readonly limits: AlertFeedLimits;
  readonly #subscriptions = new Set<Queue>();
  #recent: AlertFrame[] = [];
  #published = 0;
  #taken = 0;
  #dropped = 0;

  constructor(limits: Partial<AlertFeedLimits> = {}) {
    this.limits = { ...LIMITS, ...limits };
    assert(this.limits.queueMax > 0 && this.limits.recentMax >= 0, 'limits of the alert feed are positive');
  }

  /** Tells the alerts of one commit, once they are stored and in that order: who comes back is served by it. */
  publish(alerts: readonly Alert[]): void {
    const frames = alerts.map(frameOf);
    if (frames.length === 0) return;
    this.#published += frames.length;
    this.#recent.push(...frames);
    // Cut in blocks: a shift for each alert would move the whole list each time.
    const { recentMax } = this.limits;
    if (this.#recent.length > 2 * recentMax) this.#recent = this.#recent.slice(-recentMax || Infinity);
    for (const queue of this.#subscriptions) queue.offer(frames);
  }

  /** Joins; null when as many follow as may. What is published from now on is for it. */
  subscribe(subscriber: Subscriber): Subscription | null {
    if (this.#subscriptions.size >= this.limits.subscribersMax) return null;
    const queue = new Queue(subscriber, this.limits.queueMax, {
      onTake: () => this.#taken++,
      onEnd: (dropped) => {
        if (this.#subscriptions.delete(queue) && dropped) this.#dropped++;
      },
    });
    this.#subscriptions.add(queue);
    return queue;
  }

  /** The recent alerts that were told after this one, in that order; null when it is not among the recent. */
  recentAfter(id: string): readonly AlertFrame[] | null {
    const place = this.#recent.findLastIndex((frame) => frame.id === id);
    return place < 0 ? null : this.#recent.slice(place + 1);
  }

  /** Plain counts for the metrics. */
  get counts(): { subscribers: number; published: number; sent: number; dropped: number; waiting: number } {
    const waiting = [...this.#subscriptions].reduce((most, queue) => Math.max(most, queue.waiting), 0);
    return {
      subscribers: this.#subscriptions.size,
      published: this.#published,
      sent: this.#taken,
      dropped: this.#dropped,
      /** Of the slowest client. */
      waiting,
    };
  }
}

class Queue implements Subscription {
  readonly #subscriber: Subscriber;
  readonly #max: number;
  readonly #feed: { onTake(): void; onEnd(dropped: boolean): void };
  #frames: AlertFrame[] = [];
  #ended = false;

  constructor(subscriber: Subscriber, max: number, feed: { onTake(): void; onEnd(dropped: boolean): void }) {
    this.#subscriber = subscriber;
    this.#max = max;
    this.#feed = feed;
  }

  get waiting(): number {
    return this.#frames.length;
  }

  offer(frames: readonly AlertFrame[]): void {
    // All or nothing: a client that missed one alert of a commit would not know it. One commit always fits, so that
    // a client that keeps up is never cut off for the size of a burst.
    if (this.#frames.length > 0 && this.#frames.length + frames.length > this.#max) return this.drop();
    this.#frames.push(...frames);
    this.#subscriber.onFrames();
  }

  take(): AlertFrame | undefined {
    const frame = this.#frames.shift();
    if (frame !== undefined) this.#feed.onTake();
    return frame;
  }

  drop(): void {
    const waiting = this.#frames.length;
    if (this.#end(true)) this.#subscriber.onDropped(waiting);
  }

  cancel(): void {
    this.#end(false);
  }

  #end(dropped: boolean): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    this.#frames = [];
    this.#feed.onEnd(dropped);
    return true;
  }
}
