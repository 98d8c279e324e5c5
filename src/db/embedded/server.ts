// A running embedded server: started apart from us, found again by its password, asked to stop.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { Clock } from '../../lib/clock.ts';
import { isRunning } from '../../lib/is-running.ts';
import { Refusal, refusalOf } from '../../lib/refusal.ts';
import type { PostgresBinaries } from './binaries.ts';
import {
  type ClusterPlace,
  type ClusterSecret,
  directoryArgument,
  serverEnvironment,
  SUPERUSER,
} from './cluster.ts';
import { mayServe, readPidFile } from './pid-file.ts';
import type { RunAs } from './run-as.ts';

const POLL_MS = 25;
/** Recovery after a crash reads the log since the last checkpoint: at most max_wal_size, seconds. */
const READY_MS_MAX = 120_000;
/** A fast stop takes a checkpoint, seconds; what takes longer hangs. */
const FAST_STOP_MS_MAX = 15_000;
const STOP_MS_MAX = 30_000;
/** The log begins anew at a start when it has grown beyond this. */
const LOG_BYTES_MAX = 8 * 1024 * 1024;
/** A start fails while processes of a killed server still end; they notice within seconds. */
const START_ATTEMPTS_MAX = 8;
const START_PAUSE_MS = 400;

/** Settings of a server that one process on one machine uses; the rest is Postgres' own default. */
const SERVER_SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '256MB',
  // A day's prints are written in minutes when a journal is replayed; a checkpoint each 1 GB would write pages twice.
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  // Nobody replicates it: what a transaction writes into a table that it made goes to the disk once, at its commit, and
  // not into the log as well. A day is sealed so, and a file takes a day's place so.
  wal_level: 'minimal',
  max_wal_senders: '0',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
} as const;

/** The address of the cluster's database for clients on this machine; as the owner unless a role is named. */
export function addressOf({ password, port }: ClusterSecret, database: string, role = SUPERUSER): string {
  return `postgres://${role}:${password}@127.0.0.1:${port}/${database}`;
}

export async function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((done) => void clock.after(ms, done));
}

/**
 * Asks the server behind the port who it is. Null: nobody answers, or somebody who does not know our password.
 * A number: epoch seconds of its start, which postmaster.pid must agree with.
 */
export async function startOfServer(secret: ClusterSecret): Promise<number | null> {
  const client = new Client({
    connectionString: addressOf(secret, 'postgres'),
    connectionTimeoutMillis: 3000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ started: number }>(
      'select floor(extract(epoch from pg_postmaster_start_time()))::int as started',
    );
    return rows[0]?.started ?? null;
  } catch {
    return null;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Whether the server that runs in the directory is whole and ours: process, port and directory belong together. */
export async function findRunning(
  place: ClusterPlace,
  password: string,
  clock: Clock,
): Promise<ClusterSecret | null> {
  for (let waitedMs = 0; waitedMs < READY_MS_MAX; waitedMs += POLL_MS) {
    const file = readPidFile(place.directory);
    if (file === null || !mayServe(file.pid, place.directory) || file.status === 'stopping') return null;
    if (file.status === 'ready' && file.port > 0) {
      const secret = { port: file.port, password };
      const started = await startOfServer(secret);
      return started !== null && Math.abs(started - file.startedSeconds) <= 2 ? secret : null;
    }
    await pause(clock, POLL_MS);
  }
  return null;
}

/** Stops whatever server runs in the directory, fast: clients are cut off, what is committed stays. */
export async function stopRunning(place: ClusterPlace, clock: Clock): Promise<void> {
  const file = readPidFile(place.directory);
  if (file === null) return;
  if (!mayServe(file.pid, place.directory)) {
    // Left by a killed server. Postgres refuses to start when the number meanwhile belongs to somebody else.
    rmSync(join(place.directory, 'postmaster.pid'), { force: true });
    return;
  }
  try {
    process.kill(file.pid, 'SIGINT');
  } catch (cause) {
    throw new Refusal(
      `the Postgres in ${place.directory} (process ${file.pid}) is of another user: stop it`,
      {
        cause,
      },
    );
  }
  for (let waitedMs = 0; isRunning(file.pid); waitedMs += POLL_MS) {
    // A server that is just recovering from the death of a backend may never come to a fast stop. What is committed
    // stays also when it is stopped at once: the next start recovers it.
    if (waitedMs === FAST_STOP_MS_MAX) process.kill(file.pid, 'SIGQUIT');
    if (waitedMs >= STOP_MS_MAX) {
      throw new Refusal(
        `the Postgres in ${place.directory} (process ${file.pid}) does not stop: end it by hand`,
      );
    }
    await pause(clock, POLL_MS);
  }
}

export interface ServerStart {
  readonly place: ClusterPlace;
  readonly secret: ClusterSecret;
  readonly binaries: PostgresBinaries;
  readonly runAs: RunAs | null;
  readonly clock: Clock;
}

/** Starts the server and waits until it answers; tries again while a killed predecessor still ends. */
export async function startServer(start: ServerStart): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const fault = await startOnce(start);
    if (fault === null) return;
    const passing = /still in use|could not bind|lock file|shared memory/i.test(fault);
    if (!passing || attempt === START_ATTEMPTS_MAX) {
      if (/No space left on device/.test(fault)) {
        throw new Refusal(
          `Postgres cannot start in ${start.place.directory}, the disk is full: free some space`,
        );
      }
      throw new Refusal(
        `Postgres does not start in ${start.place.directory}: ${fault} (${start.place.logFile})`,
      );
    }
    await pause(start.clock, START_PAUSE_MS);
  }
}

/** Null when the server answers, else its last words. */
async function startOnce({ place, secret, binaries, runAs, clock }: ServerStart): Promise<string | null> {
  const log = openLog(place.logFile);
  const from = statSync(place.logFile).size;
  const settings = Object.entries({ ...SERVER_SETTINGS, port: String(secret.port) });
  const child = spawn(
    binaries.postgres,
    [
      '-D',
      directoryArgument(place.directory, runAs),
      ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    {
      cwd: place.directory,
      env: serverEnvironment(),
      stdio: ['ignore', log, log],
      // A group of its own: Ctrl-C in our terminal is ours to answer, and the server must outlive our drain.
      detached: true,
      ...runAs,
    },
  );
  closeSync(log);
  child.unref();
  let ended: string | null = null;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', () => (ended ??= 'it ended at once'));
  for (let waitedMs = 0; waitedMs < READY_MS_MAX; waitedMs += POLL_MS) {
    await pause(clock, POLL_MS);
    if (ended !== null) return lastFault(place.logFile, from) ?? ended;
    const file = readPidFile(place.directory);
    if (file?.pid !== child.pid || file?.status !== 'ready') continue;
    if ((await startOfServer(secret)) !== null) return null;
  }
  return 'it was not ready in time';
}

function openLog(path: string): number {
  try {
    const log = openSync(path, 'a', 0o600);
    if (statSync(path).size > LOG_BYTES_MAX) truncateSync(path, 0);
    return log;
  } catch (error) {
    throw refusalOf(path, error);
  }
}

/** The fatal line the server wrote since `from`, without its time. */
function lastFault(path: string, from: number): string | null {
  const said = readFileSync(path).subarray(from).toString();
  const lines = said
    .split('\n')
    .filter((line) => /FATAL|PANIC|error while loading|cannot/.test(line))
    // The last words of a killed predecessor's orphans, which write to the same log: they hide why this one ended.
    .filter((line) => !line.includes('unexpected postmaster exit'));
  return lines.at(-1)?.replace(/^.*?(?:FATAL|PANIC): +/, '') ?? null;
}
