// A provider on a clock moved by hand, and a plain client that writes down what it hears.
import { WebSocket } from 'ws';
import { ManualClock } from '../../../src/lib/clock.ts';
import { requireSession } from '../../../src/domain/session.ts';
import { createMarket, type MarketDay } from '../../../src/simulation/market.ts';
import {
  type Provider,
  type ProviderSettings,
  startProvider,
} from '../../../src/simulation/provider/provider.ts';

export const DATE = '2026-11-20';
export const SESSION = requireSession(DATE);
export const OPEN_MS = SESSION.midnightMs + SESSION.openMs;
export const MARKET = createMarket({
  seed: 'provider',
  underlyings: 6,
  tradesPerDay: 4_000,
  anomaliesPerDay: 0,
});
export const DAY: MarketDay = MARKET.day(DATE);

export interface Playing {
  readonly clock: ManualClock;
  readonly provider: Provider;
}

/** Starts a provider at a moment of the day; the key "good" has everything, "minutes" only aggregates. */
export async function playFrom(startMs: number, rest: Partial<ProviderSettings> = {}): Promise<Playing> {
  const clock = new ManualClock(startMs);
  const keys = ['good', { key: 'minutes', channels: ['A', 'AM'] as const }];
  const provider = await startProvider({ market: MARKET, date: DATE, clock, port: 0, keys, ...rest });
  return { clock, provider };
}

/** Waits until something holds, letting the sockets do their work meanwhile. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 4_000; i++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error(`${what} never came`);
}

export type Element = Readonly<Record<string, unknown>>;

/** A client without opinions. */
export class PlainClient {
  readonly frames: string[] = [];
  readonly elements: Element[] = [];
  closeCode: number | null = null;
  readonly #socket: WebSocket;

  constructor(url: string) {
    this.#socket = new WebSocket(url, { perMessageDeflate: false });
    this.#socket.on('message', (data: Buffer) => {
      const text = data.toString('utf8');
      this.frames.push(text);
      this.elements.push(...(JSON.parse(text) as Element[]));
    });
    this.#socket.on('close', (code) => (this.closeCode = code));
    this.#socket.on('error', () => (this.closeCode ??= 0));
  }

  say(message: unknown): void {
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Says something and waits for the next status. */
  async ask(action: string, params: string): Promise<Element> {
    const heard = this.statuses.length;
    this.say({ action, params });
    await until(() => this.statuses.length > heard, `an answer to ${action}`);
    return this.statuses[heard]!;
  }

  get statuses(): Element[] {
    return this.elements.filter(({ ev }) => ev === 'status');
  }

  of(kind: string): Element[] {
    return this.elements.filter(({ ev }) => ev === kind);
  }

  close(): void {
    this.#socket.close();
  }

  /** Connects, shows a key and subscribes. */
  static async subscribed(url: string, channels: string, key = 'good'): Promise<PlainClient> {
    const client = new PlainClient(url);
    await until(() => client.statuses.length === 1, 'the greeting');
    await client.ask('auth', key);
    await client.ask('subscribe', channels);
    return client;
  }
}
