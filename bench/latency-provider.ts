// The provider of benchmark `latency`, in a process of its own: prints at a steady rate, some of which raise an alert.
import { type WebSocket, WebSocketServer } from 'ws';
import { ScaledClock, systemClock } from '../src/lib/clock.ts';
import { ProviderClient } from '../src/simulation/provider/client.ts';
import { BenchPrints, benchTickers } from './wire-frames.ts';

/** Messages of the bench to this process. */
export interface Play {
  readonly printsASecond: number;
  readonly seconds: number;
  /** Prints a second that raise an alert; each is the first of its contract. */
  readonly spikesASecond: number;
}

/** When each alert's print was given to its socket, by ticker; ms of the machine's monotonic clock. */
export interface Played {
  readonly kind: 'played';
  readonly sentMs: ReadonlyArray<readonly [ticker: string, ms: number]>;
  readonly prints: number;
}

export const KEY = 'key-of-the-benchmark';
export const CONTRACTS = 40_000;
/** Contracts that trade once, for ten times what is normal. */
export const SPIKES = 20_000;
export const SPIKE_SIZE = 900;
const PRINTS_A_FRAME = 50;
/** Prints written beforehand and sent again and again, with the time and sequence of now. */
const PREPARED = 50_000;

/** Ticker of the n-th contract that raises an alert. */
export function spikeTicker(n: number): string {
  return `O:ZZ${n % 2 === 0 ? 'A' : 'B'}261218C${String(10_000 + n * 500).padStart(8, '0')}`;
}

/** The machine's monotonic clock, which all processes share, ms. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

class Tape {
  readonly #heads: string[];
  readonly #clock: ScaledClock;
  #sequence = 1_000_000_000;
  #next = 0;
  #spikes = 0;

  constructor(clock: ScaledClock) {
    this.#clock = clock;
    const prints = new BenchPrints('latency', benchTickers(CONTRACTS));
    this.#heads = Array.from({ length: PREPARED }, () => prints.next(0).replace(/0,"q":\d+}$/, ''));
  }

  print(): string {
    return this.#end(this.#heads[this.#next++ % PREPARED]!);
  }

  spike(): readonly [ticker: string, text: string] {
    const ticker = spikeTicker(this.#spikes++);
    return [
      ticker,
      this.#end(`{"ev":"T","sym":"${ticker}","x":302,"p":2.15,"s":${SPIKE_SIZE},"c":[209],"t":`),
    ];
  }

  #end(head: string): string {
    return `${head}${Math.floor(this.#clock.now())},"q":${++this.#sequence}}`;
  }
}

/** Sends prints at a rate for a while. */
async function play(client: ProviderClient, tape: Tape, settings: Play): Promise<Played> {
  const { printsASecond, seconds, spikesASecond } = settings;
  const sentMs: Array<readonly [string, number]> = [];
  const beganMs = monotonicMs();
  let prints = 0;
  while (prints < printsASecond * seconds) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const passed = Math.min(seconds, (monotonicMs() - beganMs) / 1000);
    const due = Math.floor(passed * printsASecond);
    while (prints < due) {
      const texts: string[] = [];
      const spikes: string[] = [];
      for (; texts.length < PRINTS_A_FRAME && prints < due; prints++) {
        if (sentMs.length + spikes.length < ((prints + 1) / printsASecond) * spikesASecond) {
          const [ticker, text] = tape.spike();
          spikes.push(ticker);
          texts.push(text);
        } else texts.push(tape.print());
      }
      const nowMs = monotonicMs();
      for (const ticker of spikes) sentMs.push([ticker, nowMs]);
      client.sendElements(texts);
    }
  }
  return { kind: 'played', sentMs, prints };
}

function serve(startMs: number): void {
  const clock = new ScaledClock(systemClock(), startMs, 1);
  const tape = new Tape(clock);
  let newest: ProviderClient | null = null;
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  server.on('connection', (socket: WebSocket) => {
    const client = new ProviderClient({
      clock,
      planOf: (key) => (key === KEY ? { key, channels: ['T', 'A', 'AM', 'Q'] } : null),
      onAuthenticated: () => (newest = client),
      onQuotes() {},
      send: (text) => socket.send(text),
      waitingBytes: () => socket.bufferedAmount,
      close: (code) => socket.close(code),
    });
    socket.on('message', (data: Buffer) => client.hear(data.toString('utf8')));
    socket.on('close', () => client.end());
  });
  server.on('listening', () => {
    const { port } = server.address() as { port: number };
    process.send?.({ kind: 'ready', url: `ws://127.0.0.1:${port}/options` });
  });
  process.on('message', (message: Play) => {
    if (newest === null) throw new Error('nobody is connected to the provider');
    void play(newest, tape, message).then((played) => process.send?.(played));
  });
  process.on('disconnect', () => process.exit(0));
}

if (import.meta.main) serve(Number(process.argv[2]));
