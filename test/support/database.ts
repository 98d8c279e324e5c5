// Real Postgres for tests: one embedded server a run, migrated once, and a clone of it for each test file.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { startEmbedded } from '../../src/db/embedded.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type Database, openDatabase } from '../../src/db/pool.ts';
import type { Role } from '../../src/db/roles.ts';
import { systemClock } from '../../src/lib/clock.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the migrated database that clones are made of; nobody may stay connected to it. */
    readonly templateUrl: string;
    /** Addresses of the same database for the roles with fewer rights. */
    readonly roleUrls: Readonly<Record<Role, string>>;
  }
}

/** Starts the server before the tests of the `pg` project, and stops it after them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-test-'));
  const server = await startEmbedded(folder, systemClock());
  const db = open(server.url);
  await migrate(db);
  await db.close();
  project.provide('templateUrl', server.url);
  project.provide('roleUrls', server.urls);
  return async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

/** A pool of few connections, for tests. */
export function open(url: string): Database {
  return openDatabase({ url, connectionsMax: 4, statementMsMax: 20_000, onConnectionLost: () => {} });
}

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  readonly db: Database;
  /** Its address for a role. */
  urlAs(role: Role): string;
}

let clones = 0;

async function onServer(work: (client: Client) => Promise<unknown>): Promise<void> {
  const url = new URL(inject('templateUrl'));
  url.pathname = '/postgres';
  const client = new Client({ connectionString: url.toString() });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** A database of the test's own: migrated and empty, or with `migrated: false` with nothing in it. */
export async function cloneDatabase({ migrated = true } = {}): Promise<TestDatabase> {
  const name = `clone_${process.pid}_${clones++}`;
  const url = new URL(inject('templateUrl'));
  const template = migrated ? url.pathname.slice(1) : 'template0';
  await onServer((client) => client.query(`create database ${name} template ${template} strategy file_copy`));
  url.pathname = `/${name}`;
  const db = open(url.toString());
  return {
    url: url.toString(),
    db,
    urlAs(role) {
      const roleUrl = new URL(inject('roleUrls')[role]);
      roleUrl.pathname = `/${name}`;
      return roleUrl.toString();
    },
    async [Symbol.asyncDispose]() {
      await db.close();
      await onServer((client) => client.query(`drop database ${name} with (force)`));
    },
  };
}
