// The service of benchmark `latency`, in a process of its own, as `spyhop run` starts it; it tells where time goes.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Writer } from '../src/actors/writer.ts';
import { startService } from '../src/app.ts';
import type { Alert } from '../src/domain/alert.ts';
import { DEFAULT_THRESHOLD } from '../src/domain/detectors/threshold.ts';
import { JournalWriter } from '../src/feeds/journal/writer.ts';
import { ScaledClock, systemClock } from '../src/lib/clock.ts';
import { createLog } from '../src/log.ts';
import { KEY, monotonicMs } from './latency-provider.ts';

/** What the service process says of the time between `begin` and `end`. */
export interface ServiceFigures {
  readonly kind: 'figures';
  /** Of one core, all threads of the process; Postgres has its own. */
  readonly cpuPercent: number;
  readonly loopMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly rssMb: number;
  /** When an alert was handed to the writer, and when it was stored and told to who follows; by ticker. */
  readonly raisedMs: ReadonlyArray<readonly [ticker: string, ms: number]>;
  readonly toldMs: ReadonlyArray<readonly [ticker: string, ms: number]>;
  /** Flushes of the journal, each with its fsync, ms. */
  readonly flushMs: readonly number[];
}

let raisedMs: Array<readonly [string, number]> = [];
let toldMs: Array<readonly [string, number]> = [];
let flushMs: number[] = [];

/** Stamps what the service does not tell by itself, once an alert or a flush: nothing that a print would feel. */
function stamp(): void {
  const alert: (raised: Alert) => void = Reflect.get(Writer.prototype, 'alert');
  Writer.prototype.alert = function stamped(this: Writer, raised) {
    if (raised.contract !== null) raisedMs.push([raised.contract, monotonicMs()]);
    Reflect.apply(alert, this, [raised]);
  };
  const flush: () => Promise<void> = Reflect.get(JournalWriter.prototype, 'flush');
  JournalWriter.prototype.flush = async function stamped(this: JournalWriter) {
    const beganMs = monotonicMs();
    await Reflect.apply(flush, this, []);
    flushMs.push(monotonicMs() - beganMs);
  };
}

type LoopDelay = ReturnType<typeof monitorEventLoopDelay>;

function figures(before: NodeJS.CpuUsage, beganMs: number, loop: LoopDelay): ServiceFigures {
  const { user, system } = process.cpuUsage(before);
  loop.disable();
  return {
    kind: 'figures',
    cpuPercent: (user + system) / 10 / (monotonicMs() - beganMs),
    loopMs: { p50: loop.percentile(50) / 1e6, p99: loop.percentile(99) / 1e6, max: loop.max / 1e6 },
    rssMb: process.memoryUsage.rss() / 1e6,
    raisedMs,
    toldMs,
    flushMs,
  };
}

async function serve(dataDir: string, feedUrl: string, startMs: number): Promise<void> {
  stamp();
  const clock = systemClock();
  const service = await startService({
    dataDir,
    databaseUrl: null,
    feed: { url: feedUrl, key: KEY },
    // One client asks for everything here.
    api: { host: '127.0.0.1', port: 0, token: null, version: 'bench', limits: { requestsPerSecondMax: 0 } },
    threshold: DEFAULT_THRESHOLD,
    hotSessions: 3,
    journalSessions: 5,
    clock,
    marketClock: new ScaledClock(clock, startMs, 1),
    log: createLog({ level: 'warn', destination: process.stderr, redact: [KEY], clock }),
    onAlert: ({ contract }) => contract !== null && toldMs.push([contract, monotonicMs()]),
  });
  let loop = monitorEventLoopDelay({ resolution: 1 });
  let before = process.cpuUsage();
  let beganMs = monotonicMs();
  process.on('message', (message: 'begin' | 'end' | 'stop') => {
    if (message === 'begin') {
      [raisedMs, toldMs, flushMs] = [[], [], []];
      loop = monitorEventLoopDelay({ resolution: 1 });
      loop.enable();
      before = process.cpuUsage();
      beganMs = monotonicMs();
    } else if (message === 'end') {
      process.send?.(figures(before, beganMs, loop));
    } else void service.stop(10_000).then(() => process.exit());
  });
  const live = setInterval(() => {
    if (service.feedState() !== 'live') return;
    clearInterval(live);
    process.send?.({ kind: 'ready', address: service.address });
  }, 50);
}

if (import.meta.main) await serve(process.argv[2]!, process.argv[3]!, Number(process.argv[4]));
