// What the benches of the store share: an embedded Postgres of their own, a simulated day as batches, and a stopwatch.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../src/db/embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { type Database, openDatabase } from '../src/db/pool.ts';
import type { ContractTable } from '../src/domain/contract-table.ts';
import { requireSession, sessionsBefore } from '../src/domain/session.ts';
import type { TradeBatch } from '../src/domain/trade.ts';
import { systemClock } from '../src/lib/clock.ts';
import { batchesOf } from '../src/simulation/day-batches.ts';
import { createMarket, type MarketDay } from '../src/simulation/market.ts';

export const LAST_DATE = '2026-11-20';
/** Rows of a transaction, as the writer cuts them. */
export const PIECE_ROWS = 65_536;

/** A server with the schema, in a folder that goes away with it. */
export interface StoreStage extends AsyncDisposable {
  readonly folder: string;
  readonly url: string;
  readonly db: Database;
}

export async function openStage(): Promise<StoreStage> {
  const folder = await mkdtemp(join(tmpdir(), 'spyhop-bench-'));
  const server = await startEmbedded(join(folder, 'postgres'), systemClock());
  const db = openDatabase({ url: server.url, connectionsMax: 8, statementMsMax: 1_800_000 });
  await migrate(db);
  return {
    folder,
    url: server.url,
    db,
    async [Symbol.asyncDispose]() {
      await db.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function simulatedDay(prints: number, underlyings: number, date = LAST_DATE): MarketDay {
  const settings = { seed: 'store bench', underlyings, tradesPerDay: prints, anomaliesPerDay: 20 };
  return createMarket(settings).day(date);
}

/** The day as pieces of the writer; with another date the same prints on another session. */
export function piecesOf(day: MarketDay, table: ContractTable, date = LAST_DATE): TradeBatch[] {
  const session = requireSession(date);
  return Array.from(batchesOf(day, table, PIECE_ROWS), (batch) => ({
    ...batch,
    session,
    sequence: Float64Array.from(
      { length: batch.length },
      (_sequence, row) => 1_000_001 + batch.firstRow + row,
    ),
  }));
}

/** Dates of so many sessions, the last of them last. */
export function datesOf(sessions: number): string[] {
  return [...sessionsBefore(LAST_DATE, sessions - 1), LAST_DATE];
}

/** Seconds of wall and of this process's CPU. */
export interface Taken {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

export async function timed(work: () => Promise<unknown>): Promise<Taken> {
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  await work();
  const wallSeconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { wallSeconds, cpuSeconds: (user + system) / 1e6 };
}

/** Bytes of a table with its indexes, and of the indexes alone. */
export async function bytesOf(db: Database, table: string): Promise<{ total: number; indexes: number }> {
  const [row] = await db.rows<{ total: number; indexes: number }>(
    'select pg_total_relation_size($1::regclass) as total, pg_indexes_size($1::regclass) as indexes',
    [table],
  );
  return row!;
}
