// The stream of alerts as server-sent events: resumed where a client left off, then live, without a gap or a double.
//
// Joining comes before asking: what is published while the store answers waits in the client's queue, and what the
// store has told already is left out of the queue. Both tell alerts in the order they were stored.
import type { ServerResponse } from 'node:http';
import { assert } from '../lib/assert.ts';
import type { Timer } from '../lib/clock.ts';
import { type AlertFeed, type AlertFrame, frameOf, type Subscription } from './alert-feed.ts';
import { alertId, optional } from './parameter.ts';
import { LIMITS, type ApiPorts } from './ports.ts';
import { overloaded } from './problem.ts';
import { type Resource, resource } from './resource.ts';

/** Wait that a browser is told to keep before it comes back. */
const RETRY_MS = 2_000;
const STORE_PAGE = 1_000;

/** A stream that is ready to be written; `begin` takes the connection over. */
export interface OpenStream {
  begin(out: ServerResponse, onDropped: (waiting: number) => void): void;
  /** Ends it in good order. */
  end(): void;
  /** Gives up before it began. */
  cancel(): void;
}

/** What a client missed, oldest first; or the words that say why it cannot be told one by one. */
type Missed = { readonly frames: readonly AlertFrame[] } | { readonly reset: string };

/** What was told after an alert, from memory while it is recent, else from the store. */
async function missedSince(lastId: string, ports: ApiPorts): Promise<Missed> {
  const { alertsAfter, alertFeed, settings } = ports;
  const told = alertFeed.recentAfter(lastId);
  if (told !== null) return { frames: told };
  const most = settings.limits?.resumeAlertsMax ?? LIMITS.resumeAlertsMax;
  const frames: AlertFrame[] = [];
  for (;;) {
    const page = await alertsAfter(frames.at(-1)?.id ?? lastId, STORE_PAGE);
    if (page === null) return { reset: 'the last alert that you name is not known' };
    for (const alert of page) frames.push(frameOf(alert));
    if (frames.length > most) return { reset: `more than ${most} alerts were missed` };
    if (page.length < STORE_PAGE) return { frames };
  }
}

class AlertStream implements OpenStream {
  readonly #ports: ApiPorts;
  readonly #subscription: Subscription;
  #missed: readonly AlertFrame[] = [];
  #missedAt = 0;
  /** Told from the store, and perhaps waiting in the queue too. */
  readonly #known = new Set<string>();
  #reset: string | null = null;
  #out: ServerResponse | null = null;
  #onDropped: (waiting: number) => void = () => {};
  #over = false;
  #blocked = false;
  #blockedBeats = 0;
  #heartbeat: Timer | null = null;

  constructor(ports: ApiPorts, feed: AlertFeed) {
    this.#ports = ports;
    const subscription = feed.subscribe({
      onFrames: () => this.#pump(),
      onDropped: (waiting) => this.#cut(waiting),
    });
    if (subscription === null) {
      throw overloaded(`As many clients follow the alerts as may (${feed.limits.subscribersMax}).`);
    }
    this.#subscription = subscription;
  }

  async resume(lastId: string): Promise<void> {
    const missed = await missedSince(lastId, this.#ports);
    if ('reset' in missed) this.#reset = missed.reset;
    else {
      this.#missed = missed.frames;
      for (const { id } of missed.frames) this.#known.add(id);
    }
  }

  begin(out: ServerResponse, onDropped: (waiting: number) => void): void {
    assert(this.#out === null, 'a stream begins once');
    if (this.#over || out.destroyed) {
      // Its queue filled while the store was asked, or the client has gone meanwhile.
      out.destroy();
      return this.#finish();
    }
    this.#out = out;
    this.#onDropped = onDropped;
    out.on('drain', () => {
      this.#blocked = false;
      this.#blockedBeats = 0;
      this.#pump();
    });
    out.on('close', () => this.#finish());
    out.on('error', () => this.#finish());
    let opening = `retry: ${RETRY_MS}\n\n`;
    if (this.#reset !== null) {
      // The client must ask for the list: what it missed is not all in this stream.
      opening += `event: reset\ndata: ${JSON.stringify({ reason: this.#reset })}\n\n`;
    }
    this.#write(opening);
    this.#pump();
    this.#beat();
  }

  end(): void {
    this.#out?.end(': the service is stopping\n\n');
    this.#finish();
  }

  cancel(): void {
    this.#finish();
  }

  #next(): AlertFrame | undefined {
    if (this.#missedAt < this.#missed.length) return this.#missed[this.#missedAt++];
    this.#missed = [];
    this.#missedAt = 0;
    return this.#subscription.take();
  }

  #pump(): void {
    // Waits for the drain whenever the socket is full, so that what waits is in the bounded queue and nowhere else.
    while (this.#out !== null && !this.#blocked) {
      const missed = this.#missedAt < this.#missed.length;
      const frame = this.#next();
      if (frame === undefined) return;
      if (missed || !this.#known.delete(frame.id)) this.#write(frame.text);
    }
  }

  #write(text: string): void {
    if (this.#out !== null && !this.#out.writableEnded) this.#blocked = !this.#out.write(text);
  }

  #beat(): void {
    const { clock, settings } = this.#ports;
    this.#heartbeat = clock.after(settings.limits?.heartbeatMs ?? LIMITS.heartbeatMs, () => {
      if (this.#out === null) return;
      if (!this.#blocked) this.#write(': still here\n\n');
      // A socket that took nothing for two beats has nobody at its end.
      else if (++this.#blockedBeats >= 2) return this.#subscription.drop();
      this.#beat();
    });
  }

  /** Cut off: the queue was full, or the socket took nothing. */
  #cut(waiting: number): void {
    this.#over = true;
    if (this.#out === null) return;
    this.#onDropped(waiting);
    this.#out.destroy();
    this.#finish();
  }

  #finish(): void {
    this.#over = true;
    this.#subscription.cancel();
    this.#heartbeat?.cancel();
    this.#heartbeat = null;
    this.#out = null;
    this.#missed = [];
    this.#known.clear();
  }
}

const stream = resource({
  path: '/v1/stream',
  operation: 'followAlerts',
  group: 'alerts',
  sentence: 'Alerts as they come, as server-sent events.',
  description:
    'Each event "alert" carries an alert as JSON and its id. A client that comes back with the header Last-Event-ID, ' +
    'or with lastEventId, gets what it missed first. The event "reset" says that this cannot be done one by one: ' +
    'ask /v1/alerts. A comment comes every 15 seconds. A client that reads too slowly is cut off.',
  parameters: {
    lastEventId: optional(alertId('The last alert the client has, where it cannot send the header.')),
  },
  media: 'text/event-stream',
  schema: { type: 'string' },
  asksStore: true,
  async stream({ lastEventId }, { ports }) {
    const opened = new AlertStream(ports, ports.alertFeed);
    try {
      if (lastEventId !== undefined) await opened.resume(lastEventId);
    } catch (error) {
      opened.cancel();
      throw error;
    }
    return opened;
  },
});

export const STREAM_RESOURCES: readonly Resource[] = [stream];
