// A service as a process: its settings from options and environment, its signals, its deadline, its exit code.
import { Decimal } from 'decimal.js';
import type { Service, ServiceSettings } from '../app.ts';
import type { Options } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import { TokenBook } from '../lib/token-book.ts';
import { createLog, type Log, type LogSettings } from '../log.ts';
import type { ServiceOption } from './service-options.ts';
import type { Terminal } from './terminal.ts';

/** Time a stopping service has before it is ended by force. */
const STOP_MS = 10_000;

/** What the options do not say. */
export interface ServiceSurroundings {
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  readonly feed: ServiceSettings['feed'];
  readonly clock: Clock;
  readonly marketClock: Clock;
  readonly log: Log;
  readonly version: string;
  readonly onAlert: NonNullable<ServiceSettings['onAlert']>;
}

/** A log of JSON lines on stderr that blots these secrets out. */
export function logTo(
  destination: LogSettings['destination'],
  level: LogSettings['level'],
  secrets: ReadonlyArray<string | null | undefined>,
  clock: Clock,
): Log {
  return createLog({ level, destination, redact: secrets.filter((secret) => secret != null), clock });
}

/** Settings of a service from the options of its command. */
export function serviceSettings(
  options: Options<ServiceOption>,
  around: ServiceSurroundings,
): ServiceSettings {
  const { version, ...rest } = around;
  return {
    ...rest,
    api: {
      host: options.host,
      port: options.port,
      token: options.token ?? null,
      tokens: new TokenBook(around.dataDir, options.token ?? null),
      version,
      limits: { requestsPerSecondMax: options['requests-per-second'] },
    },
    detectors: options.detector,
    alertsPerDay: options['alerts-per-day'],
    threshold: { factor: new Decimal(options.factor), floor: options.floor },
    hotSessions: options['hot-sessions'],
    journalSessions: options['journal-sessions'],
  };
}

/** "90s" in milliseconds; null for none. */
export function durationMs(text: string | undefined): number | null {
  if (text === undefined) return null;
  const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 }[text.slice(-1)] ?? NaN;
  return Number(text.slice(0, -1)) * unitMs;
}

/** Why a service was asked to end. */
export type StopReason = 'SIGINT' | 'SIGTERM' | 'time is up';

/** Listens for the signals that ask the process to end, from the first moment: a start is not cut off in the middle. */
export class StopRequest implements Disposable {
  readonly #asked = Promise.withResolvers<StopReason>();
  readonly #listeners = (['SIGINT', 'SIGTERM'] as const).map((signal) => {
    const listener = (): void => {
      this.#isAsked = true;
      this.#asked.resolve(signal);
    };
    process.once(signal, listener);
    return () => process.off(signal, listener);
  });
  #isAsked = false;

  /** True once somebody asked. */
  get isAsked(): boolean {
    return this.#isAsked;
  }

  /** Resolves when the process is asked to end, or after `afterMs`. */
  async wait(afterMs: number | null): Promise<StopReason> {
    if (afterMs !== null) setTimeout(() => this.#asked.resolve('time is up'), afterMs).unref();
    return this.#asked.promise;
  }

  [Symbol.dispose](): void {
    for (const remove of this.#listeners) remove();
  }
}

/**
 * Stops a service within its deadline; a second signal, or the deadline, ends the process by force.
 * Gives the exit code: 0 when everything was stored, and also when the journal alone has the rest.
 */
export async function stopService(service: Service, terminal: Terminal): Promise<number> {
  terminal.say(terminal.toneErr('quiet', 'draining: what has come is being stored'));
  const force = (why: string): void => {
    terminal.say(terminal.toneErr('bad', `ended by force, ${why}; the journal has what was not stored`));
    process.exit(1);
  };
  const deadline = setTimeout(() => force(`${STOP_MS / 1000} s are over`), STOP_MS * 1.5);
  process.once('SIGINT', () => force('asked twice'));
  const left = await service.stop(STOP_MS).finally(() => clearTimeout(deadline));
  if (left > 0)
    terminal.say(`${left} rows were not stored in time: the journal has them, the next start stores them`);
  return 0;
}
