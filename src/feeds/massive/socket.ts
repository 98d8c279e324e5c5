// One connection to the provider's websocket, as long as it lasts; who tries again is the feed's affair.
import { WebSocket } from 'ws';
import type { Clock, Timer } from '../../lib/clock.ts';
import { readStatuses } from './statuses.ts';

/** Larger frames end the connection: the provider's own client reads 1 MB, and decoding holds the event loop. */
export const FRAME_BYTES_MAX = 4 * 1024 * 1024;
/** How often the other side is asked for a sign of life, and how long it may take to answer. */
const PING_MS = 20_000;
const PONG_MS = 10_000;
const HANDSHAKE_MS = 10_000;

export interface SocketSettings {
  /** "wss://socket.massive.com/options". */
  readonly url: string;
  /** Goes into the authentication message and nowhere else. */
  readonly key: string;
  /** For pings: real time. */
  readonly clock: Clock;
  /** For stamping frames (epoch ms): the market's time, where it is simulated; the clock above otherwise. */
  readonly marketClock?: Clock;
}

/** What the socket tells. */
export interface SocketEvents {
  /** Each frame as it came, those with statuses included, in order, at the moment of its receipt. */
  readonly onFrame: (bytes: Buffer, receivedAtMs: number) => void;
  readonly onStatus: (status: string, message: string) => void;
  /** A frame of tape came. Called before the frame is handed on. */
  readonly onMessage: () => void;
  readonly onAlive: () => void;
  /** Called once; nothing follows. Never after {@link MassiveSocket.close}. */
  readonly onLost: (reason: string) => void;
}

/** A connection being opened or open. */
export interface MassiveSocket {
  authenticate(): void;
  subscribe(channels: readonly string[]): void;
  unsubscribe(channels: readonly string[]): void;
  close(): void;
}

/** Channels named in one message: the provider documents no limit, and a thousand quotes are 25 KB. */
const CHANNELS_A_MESSAGE = 250;

/** Opens a connection. Never throws for reasons outside the program: those come as `onLost`. */
export function openSocket(settings: SocketSettings, events: SocketEvents): MassiveSocket {
  return new Socket(settings, events);
}

class Socket implements MassiveSocket {
  readonly #settings: SocketSettings;
  readonly #events: SocketEvents;
  readonly #socket: WebSocket;
  #timer: Timer | null = null;
  #over = false;
  #fault = '';

  constructor(settings: SocketSettings, events: SocketEvents) {
    this.#settings = settings;
    this.#events = events;
    // Compression costs a client more than the bytes it saves.
    this.#socket = new WebSocket(settings.url, {
      perMessageDeflate: false,
      maxPayload: FRAME_BYTES_MAX,
      handshakeTimeout: HANDSHAKE_MS,
      skipUTF8Validation: true,
    });
    this.#listen();
  }

  authenticate(): void {
    this.#say('auth', this.#settings.key);
  }

  subscribe(channels: readonly string[]): void {
    this.#sayChannels('subscribe', channels);
  }

  unsubscribe(channels: readonly string[]): void {
    this.#sayChannels('unsubscribe', channels);
  }

  close(): void {
    this.#over = true;
    this.#timer?.cancel();
    if (this.#socket.readyState === WebSocket.OPEN) {
      this.#socket.close(1000);
      // A server that does not answer the goodbye must not keep the socket, nor the process, alive.
      this.#timer = this.#settings.clock.after(PONG_MS, () => this.#socket.terminate());
      this.#socket.once('close', () => this.#timer?.cancel());
    } else this.#socket.terminate();
  }

  #listen(): void {
    const socket = this.#socket;
    const market = this.#settings.marketClock ?? this.#settings.clock;
    socket.on('open', () => this.#expectLife());
    socket.on('pong', () => {
      if (this.#over) return;
      this.#events.onAlive();
      this.#expectLife();
    });
    socket.on('message', (data: Buffer) => {
      if (this.#over) return;
      const receivedAtMs = market.now();
      const statuses = readStatuses(data);
      if (statuses.length === 0) this.#events.onMessage();
      this.#events.onFrame(data, receivedAtMs);
      for (const { status, message } of statuses) {
        // The answer to the one before may have been to hang up.
        if (!this.#over) this.#events.onStatus(status, message);
      }
    });
    socket.on('error', (error) => (this.#fault ||= describe(error)));
    socket.on('unexpected-response', (_request, response) => {
      this.#fault = `the server answered ${response.statusCode ?? 0} instead of opening a websocket`;
      socket.terminate();
    });
    socket.on('close', (code, reason) => this.#lose(closeReason(code, reason.toString('utf8'))));
  }

  /** A dead line looks like a quiet one; a ping tells them apart. */
  #expectLife(): void {
    const { clock } = this.#settings;
    this.#timer?.cancel();
    if (this.#over) return;
    this.#timer = clock.after(PING_MS, () => {
      this.#socket.ping();
      this.#timer = clock.after(PONG_MS, () => {
        this.#fault = `no answer to a ping for ${PONG_MS / 1000} s`;
        this.#socket.terminate();
      });
    });
  }

  #lose(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer?.cancel();
    this.#events.onLost(this.#fault === '' ? reason : this.#fault);
  }

  #sayChannels(action: string, channels: readonly string[]): void {
    for (let from = 0; from < channels.length; from += CHANNELS_A_MESSAGE) {
      this.#say(action, channels.slice(from, from + CHANNELS_A_MESSAGE).join(','));
    }
  }

  #say(action: string, params: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(JSON.stringify({ action, params }));
  }
}

/** An error without what could hold the key: its message names hosts, ports and codes only. */
function describe(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  return error.message === '' ? code : error.message;
}

function closeReason(code: number, reason: string): string {
  if (reason !== '') return `the server closed the connection: ${reason} (${code})`;
  return code === 1006 ? 'the connection broke' : `the server closed the connection (${code})`;
}
