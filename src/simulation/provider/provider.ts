// The simulated provider: the protocol of the real one on loopback, playing a session of the simulated market.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../../lib/clock.ts';
import { Random } from '../../lib/random.ts';
import { Refusal } from '../../lib/refusal.ts';
import type { Market } from '../market.ts';
import { type ChannelKind, ProviderClient, type ProviderKey } from './client.ts';
import { garbageFrame, type ProviderFaults, shuffled } from './faults.ts';
import { type DueElement, Player } from './player.ts';
import { answerRest } from './rest-answers.ts';

const PATH = '/options';
/** Larger messages of a client end its connection. */
const MESSAGE_BYTES_MAX = 1024 * 1024;
const ALL_CHANNELS: readonly ChannelKind[] = ['T', 'A', 'AM', 'Q'];

export interface ProviderSettings {
  readonly market: Market;
  /** New York date of the session that is played. */
  readonly date: string;
  /** What time it is on the market; may be scaled, and its speed may change. */
  readonly clock: Clock;
  /** 0: any that is free. */
  readonly port: number;
  /** Keys that are let in: with all channels, or with those of a plan. */
  readonly keys: ReadonlyArray<string | ProviderKey>;
}

export interface Provider {
  /** Of the websocket: "ws://127.0.0.1:PORT/options". */
  readonly url: string;
  /** Base of the REST addresses: "http://127.0.0.1:PORT". */
  readonly restUrl: string;
  readonly faults: ProviderFaults;
  /** Prints of the day that have fallen due. */
  readonly played: number;
  /** Breaks every connection without a word. */
  drop(): void;
  close(): Promise<void>;
}

/** Starts a provider. Throws a Refusal when the port is taken, RangeError when the date is no session. */
export async function startProvider(settings: ProviderSettings): Promise<Provider> {
  const { clock } = settings;
  const day = settings.market.day(settings.date);
  const keys = new Map(
    settings.keys
      .map((one): ProviderKey => (typeof one === 'string' ? { key: one, channels: ALL_CHANNELS } : one))
      .map((one) => [one.key, one] as const),
  );
  const faults: ProviderFaults = {
    silent: false,
    garbage: false,
    duplicate: false,
    shuffle: false,
    restStatuses: [],
  };
  const hall = new Hall(faults, new Random(`${settings.date}/faults`));
  const player = new Player(day, clock, (elements) => hall.send(elements));
  const answers = answerRest({ market: settings.market, day, clock, keys, faults });
  const server = createServer((request, response) => answers(request, response));
  const sockets = new WebSocketServer({
    server,
    path: PATH,
    perMessageDeflate: false,
    maxPayload: MESSAGE_BYTES_MAX,
  });
  sockets.on('connection', (socket) => hall.welcome(socket, { clock, keys, player }));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(portRefusal(settings.port, cause)));
    // The socket server repeats the errors of the server it stands on, and would throw them when nobody listens.
    sockets.on('error', () => {});
    server.listen(settings.port, '127.0.0.1', resolve);
  });
  player.start();
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}${PATH}`,
    restUrl: `http://127.0.0.1:${port}`,
    faults,
    get played() {
      return player.played;
    },
    drop: () => hall.drop(),
    close: async () => {
      player.stop();
      hall.drop();
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function portRefusal(port: number, cause: Error): Refusal {
  const taken = 'code' in cause && cause.code === 'EADDRINUSE';
  const fault = taken
    ? 'is in use: stop what listens there or choose another'
    : `cannot be opened: ${cause.message}`;
  return new Refusal(`port ${port} on 127.0.0.1 ${fault}`, { cause });
}

interface Inside {
  readonly clock: Clock;
  readonly keys: ReadonlyMap<string, ProviderKey>;
  readonly player: Player;
}

/** Everybody who is connected. */
class Hall {
  readonly #clients = new Map<ProviderClient, WebSocket>();
  /** How many clients want the quotes of a contract. */
  readonly #watchers = new Map<string, number>();
  readonly #faults: ProviderFaults;
  readonly #random: Random;

  constructor(faults: ProviderFaults, random: Random) {
    this.#faults = faults;
    this.#random = random;
  }

  welcome(socket: WebSocket, { clock, keys, player }: Inside): void {
    const client: ProviderClient = new ProviderClient({
      clock,
      planOf: (key) => keys.get(key) ?? null,
      onAuthenticated: (newer) => this.#oneAKey(newer),
      onQuotes: (ticker, wanted) => this.#count(ticker, wanted, player),
      send: (text) => socket.send(text),
      waitingBytes: () => socket.bufferedAmount,
      close: (code) => socket.close(code),
    });
    this.#clients.set(client, socket);
    socket.on('message', (data: Buffer) => client.hear(data.toString('utf8')));
    // What is wrong with a connection ends it, and the end is all that counts here.
    socket.on('error', () => {});
    socket.on('close', () => {
      client.end();
      this.#clients.delete(client);
    });
  }

  send(elements: readonly DueElement[]): void {
    if (this.#faults.silent) return;
    const order = this.#faults.shuffle ? shuffled(elements, this.#random) : elements;
    for (const client of this.#clients.keys()) {
      if (client.key === null) continue;
      const wanted = order.filter((element) => client.wants(element)).map(({ text }) => text);
      if (wanted.length === 0) continue;
      if (this.#faults.garbage) this.#clients.get(client)?.send(garbageFrame(this.#random));
      client.sendElements(wanted);
      if (this.#faults.duplicate) client.sendElements(wanted);
    }
  }

  drop(): void {
    for (const socket of this.#clients.values()) socket.terminate();
  }

  #oneAKey(newer: ProviderClient): void {
    for (const client of this.#clients.keys()) {
      if (client === newer || client.key !== newer.key) continue;
      client.leave('max_connections', 'Maximum number of connections exceeded.');
      this.#clients.delete(client);
    }
  }

  #count(ticker: string, wanted: boolean, player: Player): void {
    const watchers = (this.#watchers.get(ticker) ?? 0) + (wanted ? 1 : -1);
    if (watchers > 0) this.#watchers.set(ticker, watchers);
    else this.#watchers.delete(ticker);
    if (watchers === 0) player.unwatch(ticker);
    else player.watch(ticker);
  }
}
