// The embedded Postgres of a data directory: made once, started, found again after a crash, stopped by the last to go.
import { accessSync, constants } from 'node:fs';
import { connect } from 'node:net';
import { Client } from 'pg';
import type { Clock } from '../lib/clock.ts';
import { makeFolder } from '../lib/make-folder.ts';
import { Refusal, refusalOf } from '../lib/refusal.ts';
import { findBinaries, type PostgresBinaries } from './embedded/binaries.ts';
import {
  type ClusterPlace,
  ensureCluster,
  freePort,
  placeIn,
  readSecret,
  writeSecret,
} from './embedded/cluster.ts';
import { ensureLogins } from './embedded/logins.ts';
import { chooseRunAs } from './embedded/run-as.ts';
import { addressOf, findRunning, pause, startServer, stopRunning } from './embedded/server.ts';
import { type Role, ROLES } from './roles.ts';

/** The database of the product in the embedded server. */
const DATABASE = 'spyhop';
/** Our own connections may need a moment to be gone when we ask whether others are left. */
const LEAVE_POLLS_MAX = 20;
const LEAVE_POLL_MS = 50;

export interface EmbeddedServer {
  /** Address of the product's database for its owner, password included: never to be logged. */
  readonly url: string;
  /** Addresses of the same database for the roles with fewer rights; as secret. */
  readonly urls: Readonly<Record<Role, string>>;
  readonly port: number;
  /** True when a server was found running: left by a crash, or used by another spyhop at this moment. */
  readonly adopted: boolean;
  /**
   * Stops the server, fast, unless somebody else is still connected to it: the last to go turns off the light.
   * Our own connections must be closed before. Gives whether it was stopped.
   */
  stop(): Promise<boolean>;
}

/**
 * Gives the embedded server of a data directory, made or started where needed. It listens on loopback only.
 * Throws a Refusal, one sentence with its fix, when the directory cannot be used.
 * @param clock real time: it paces the polling of the server's start
 */
export async function startEmbedded(dataDir: string, clock: Clock): Promise<EmbeddedServer> {
  const place = placeIn(dataDir);
  makeDirectory(dataDir);
  const runAs = chooseRunAs(place.directory);
  // Looked for only when needed: to adopt a running server takes no programs.
  let binaries: PostgresBinaries | null = null;
  const programs = (): PostgresBinaries => (binaries ??= findBinaries(runAs));
  let secret = await ensureCluster(place, programs, runAs);
  const running = await findRunning(place, secret.password, clock);
  if (running === null) {
    await stopRunning(place, clock);
    if (await isTaken(secret.port)) secret = { ...secret, port: await freePort() };
    await startServer({ place, secret, binaries: programs(), runAs, clock });
  }
  // Written only when it says something new: another process may have added passwords meanwhile.
  const { port } = running ?? secret;
  if (port !== readSecret(place).port) writeSecret(place, { ...readSecret(place), port });
  const current = { ...secret, port };
  await ensureDatabase(addressOf(current, 'postgres'));
  const url = addressOf(current, DATABASE);
  const passwords = await withClient(url, (client) => ensureLogins(client, place));
  const urlOf = (role: Role): string => addressOf({ port, password: passwords[role]! }, DATABASE, role);
  return {
    url,
    urls: Object.fromEntries(ROLES.map((role) => [role, urlOf(role)])) as Record<Role, string>,
    port: current.port,
    adopted: running !== null,
    stop: () => stopWhenAlone(place, addressOf(current, 'postgres'), clock),
  };
}

function makeDirectory(dataDir: string): void {
  try {
    makeFolder(dataDir);
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw refusalOf(dataDir, error);
  }
}

async function isTaken(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}

async function withClient<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

async function ensureDatabase(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount !== 0) return;
    try {
      await client.query(`create database ${DATABASE}`);
      await client.query(`revoke temporary on database ${DATABASE} from public`);
    } catch (error) {
      if (error instanceof Error && /No space left on device/.test(error.message)) {
        throw new Refusal('the database cannot be made, the disk is full: free some space', { cause: error });
      }
      throw error;
    }
  });
}

async function stopWhenAlone(place: ClusterPlace, url: string, clock: Clock): Promise<boolean> {
  const othersLeft = await withClient(url, async (client) => {
    for (let poll = 0; poll < LEAVE_POLLS_MAX; poll++) {
      const { rowCount } = await client.query(
        "select from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
      );
      if (rowCount === 0) return false;
      await pause(clock, LEAVE_POLL_MS);
    }
    return true;
  }).catch(() => false);
  if (othersLeft) return false;
  await stopRunning(place, clock);
  return true;
}
