// Databases with TimescaleDB for tests: one that runs in WebAssembly in this process, with a columnstore, fetched by
// .ci/install-programs; and a server of your own, of either edition, named by TIMESCALE_TEST_URL.
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe } from 'vitest';
import { type Database, openDatabase } from '../../src/db/pool.ts';
import { readSchema, type SchemaFiles } from '../../src/db/schema/files.ts';
import { NEEDS_PROGRAM } from './programs.ts';

const FOLDER = resolve(import.meta.dirname, '../../out/timescaledb/package/dist');
const STATEMENT_MS_MAX = 120_000;

/** A database of the test's own, with nothing in it; its server has the extension, the database not yet. */
export interface TimescaleDatabase extends AsyncDisposable {
  readonly db: Database;
  /** The files of the schema as this server can take them. */
  readonly schema: SchemaFiles;
}

type Start = () => Promise<TimescaleDatabase>;

/** The suite on each server at hand, a database of its own for each; where there is none it is skipped and counted. */
export function describeWithTimescale(body: (start: Start) => void): void {
  const url = process.env['TIMESCALE_TEST_URL'];
  const servers: Array<readonly [string, Start]> = [];
  if (existsSync(join(FOLDER, 'timescaledb/index.js'))) servers.push(['in WebAssembly', startInProcess]);
  if (url !== undefined) servers.push(['of TIMESCALE_TEST_URL', async () => makeOn(url)]);
  for (const [name, start] of servers) describe(`TimescaleDB ${name}`, () => body(start));
  const absent = async (): Promise<never> => Promise.reject(new Error('there is no TimescaleDB here'));
  if (servers.length === 0) describe.skip(`TimescaleDB ${NEEDS_PROGRAM}`, () => body(absent));
}

const poolOf = (url: string): Database =>
  openDatabase({ url, connectionsMax: 1, statementMsMax: STATEMENT_MS_MAX, onConnectionLost: () => {} });

async function makeOn(url: string): Promise<TimescaleDatabase> {
  const name = `spyhop_test_${process.pid}`;
  const server = poolOf(url);
  await server.change(`create database ${name} template template0`);
  const address = new URL(url);
  address.pathname = `/${name}`;
  const db = poolOf(address.toString());
  return {
    db,
    schema: readSchema(),
    async [Symbol.asyncDispose]() {
      await db.close();
      await server.change(`drop database ${name} with (force)`);
      await server.close();
    },
  };
}

/** As much of the package as is used. */
interface InProcess {
  readonly waitReady: Promise<void>;
  execProtocolRaw(message: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Postgres behind a socket: one session, so one connection at a time; and COPY, which waits for more, ends it. */
async function startInProcess(): Promise<TimescaleDatabase> {
  const load = async (file: string): Promise<Record<string, unknown>> =>
    (await import(pathToFileURL(join(FOLDER, file)).href)) as Record<string, unknown>;
  const [{ PGlite }, { timescaledb }] = await Promise.all([load('index.js'), load('timescaledb/index.js')]);
  const make = PGlite as new (options: object) => InProcess;
  const postgres = new make({ extensions: { timescaledb } });
  await postgres.waitReady;
  const sockets = new Set<Socket>();
  let turn: Promise<void> = Promise.resolve();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      turn = turn.then(async () => {
        const answer = await postgres.execProtocolRaw(new Uint8Array(bytes as Buffer));
        if (!socket.destroyed) socket.write(answer);
      });
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const db = poolOf(`postgres://postgres:none@127.0.0.1:${port}/postgres`);
  return {
    db,
    schema: withoutDatabaseGrants(readSchema()),
    async [Symbol.asyncDispose]() {
      await db.close();
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => void server.close(done));
      await turn;
      await postgres.close();
    },
  };
}

/** Its one database is the template of all, on which it can grant nothing; the last grant of the files is that. */
function withoutDatabaseGrants(schema: SchemaFiles): SchemaFiles {
  const [text = ''] = schema.grants.text.split('-- Prints that come after');
  return { ...schema, grants: { ...schema.grants, text } };
}
