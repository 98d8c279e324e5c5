// One client of the simulated provider: what it may, what it asked for, and what it is told.
import { parseTicker } from '../../domain/contract.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import { afterReal, type DueElement } from './player.ts';

/** Kinds of channels a key may subscribe. */
export type ChannelKind = DueElement['kind'];

/** A key and the plan it stands for. */
export interface ProviderKey {
  readonly key: string;
  readonly channels: readonly ChannelKind[];
  /** REST requests allowed in a minute; any number when it is not given. */
  readonly requestsPerMinute?: number;
}

/** Quotes of at most so many contracts a connection. */
const QUOTES_MAX = 1_000;
/** A client that has not shown a key by then is sent away (real time). */
const AUTH_MS_MAX = 10_000;
/** Elements of one frame. */
const ELEMENTS_MAX = 200;
/** Bytes that may wait for a client before it counts as slow. */
const WAITING_BYTES_MAX = 32 * 1024 * 1024;

/** What a client needs of the provider and its socket. */
export interface ClientPorts {
  readonly clock: Clock;
  /** The plan of a key, null when there is no such key. */
  readonly planOf: (key: string) => ProviderKey | null;
  readonly onAuthenticated: (client: ProviderClient) => void;
  readonly onQuotes: (ticker: string, wanted: boolean) => void;
  readonly send: (text: string) => void;
  readonly waitingBytes: () => number;
  readonly close: (code: number) => void;
}

/** The conversation with one client. */
export class ProviderClient {
  readonly #ports: ClientPorts;
  #plan: ProviderKey | null = null;
  readonly #subscriptions = new Set<string>();
  #quotes = 0;
  #authTimer: Timer | null;

  constructor(ports: ClientPorts) {
    this.#ports = ports;
    this.#tell('connected', 'Connected Successfully');
    this.#authTimer = afterReal(ports.clock, AUTH_MS_MAX, () =>
      this.leave('auth_timeout', 'authentication timed out'),
    );
  }

  /** Key of the client once it is authenticated. */
  get key(): string | null {
    return this.#plan?.key ?? null;
  }

  /** Tells a client why it has to go, and closes. */
  leave(status: string, message: string): void {
    this.end();
    this.#tell(status, message);
    this.#ports.close(1008);
  }

  /** The connection is gone. */
  end(): void {
    this.#authTimer?.cancel();
    this.#authTimer = null;
    for (const channel of this.#subscriptions) this.#drop(channel);
  }

  /** Takes a message of the client; nothing it may say throws. */
  hear(text: string): void {
    const message = parseMessage(text);
    if (message === null) return this.#tell('error', 'message is not {"action":"…","params":"…"}');
    const { action, params } = message;
    if (action === 'auth') return this.#authenticate(params);
    if (action !== 'subscribe' && action !== 'unsubscribe')
      return this.#tell('error', `unknown action: ${action}`);
    if (this.#plan === null) return this.#tell('auth_required', 'authentication required');
    for (const channel of params.split(',').map((one) => one.trim())) {
      if (action === 'subscribe') this.#subscribe(channel, this.#plan);
      else {
        this.#drop(channel);
        this.#tell('success', `unsubscribed to: ${channel}`);
      }
    }
  }

  /** True when the client asked for an element. */
  wants({ kind, ticker }: DueElement): boolean {
    return this.#subscriptions.has(`${kind}.*`) || this.#subscriptions.has(`${kind}.${ticker}`);
  }

  /** Sends elements in frames; a client that does not read them is sent away. */
  sendElements(texts: readonly string[]): void {
    for (let from = 0; from < texts.length; from += ELEMENTS_MAX) {
      this.#ports.send(`[${texts.slice(from, from + ELEMENTS_MAX).join(',')}]`);
    }
    if (this.#ports.waitingBytes() > WAITING_BYTES_MAX) this.leave('slow_consumer', 'slow consumer');
  }

  #authenticate(key: string): void {
    const plan = this.#ports.planOf(key);
    if (plan === null) return this.leave('auth_failed', 'authentication failed');
    this.#authTimer?.cancel();
    this.#authTimer = null;
    this.#plan = plan;
    this.#tell('auth_success', 'authenticated');
    this.#ports.onAuthenticated(this);
  }

  #subscribe(channel: string, plan: ProviderKey): void {
    const fault = this.#faultOf(channel, plan);
    if (fault !== null) return this.#tell('error', fault);
    if (!this.#subscriptions.has(channel)) {
      this.#subscriptions.add(channel);
      if (channel.startsWith('Q.')) {
        this.#quotes++;
        this.#ports.onQuotes(channel.slice(2), true);
      }
    }
    this.#tell('success', `subscribed to: ${channel}`);
  }

  #faultOf(channel: string, plan: ProviderKey): string | null {
    const dot = channel.indexOf('.');
    const kind = channel.slice(0, Math.max(0, dot));
    const ticker = channel.slice(dot + 1);
    if (!['T', 'A', 'AM', 'Q'].includes(kind)) return `unknown channel: ${channel}`;
    if (!plan.channels.includes(kind as ChannelKind)) return `not authorized to subscribe to: ${channel}`;
    if (ticker === '*') return kind === 'Q' ? 'quotes have no wildcard: name the contracts' : null;
    if (!ticker.startsWith('O:') || 'fault' in parseTicker(ticker)) return `unknown ticker: ${channel}`;
    const full = kind === 'Q' && this.#quotes === QUOTES_MAX && !this.#subscriptions.has(channel);
    return full ? `more than ${QUOTES_MAX} contracts with quotes: ${channel}` : null;
  }

  #drop(channel: string): void {
    if (!this.#subscriptions.delete(channel) || !channel.startsWith('Q.')) return;
    this.#quotes--;
    this.#ports.onQuotes(channel.slice(2), false);
  }

  #tell(status: string, message: string): void {
    this.#ports.send(JSON.stringify([{ ev: 'status', status, message }]));
  }
}

function parseMessage(text: string): { readonly action: string; readonly params: string } | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { action, params } = value as Readonly<Record<string, unknown>>;
  return typeof action === 'string' && typeof params === 'string' ? { action, params } : null;
}
