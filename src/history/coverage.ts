// Live prints held against the file of the day: two multisets compared by DuckDB, which may spill them to disk.
import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DuckDBDataChunk, INTEGER, VARCHAR } from '@duckdb/node-api';
import type { LivePrints, PrintCoverage } from '../domain/coverage.ts';
import { CHUNK_ROWS, type Duck, itemsOf, literal, openDuck, rowsOf } from './duck.ts';

/** What the comparison may hold in memory, MB; the rest goes to disk beside the file. */
const MEMORY_MB_MAX = 1_024;

/** The day that live is held against. */
export interface FileDay {
  /** Parquet file of its prints. */
  readonly path: string;
  readonly midnightMs: number;
  /** Tickers of its contracts, and the ids that live knows them by. */
  readonly tickers: readonly string[];
  readonly ids: Int32Array;
}

const KEY = 'id, at_ms, price_e4, size, condition, exchange';
const LIVE_COLUMNS = ['id', 'at_ms', 'price_e4', 'size', 'condition', 'exchange'] as const;

const compare = ({ path, midnightMs }: FileDay): string => `
  with of_file as (
    select id, (sip_ns // 1000000 - ${midnightMs})::int as at_ms, price_e4, size, condition::int as condition,
      exchange::int as exchange, count(*) as n
    from read_parquet(${literal(path)}) join contract using (osi) group by all
  ), of_live as (
    select ${KEY}, count(*) as n from live group by all
  ), both_sides as (
    select coalesce(f.n, 0) as f, coalesce(l.n, 0) as l
    from of_file f full join of_live l using (${KEY})
  )
  select coalesce(sum(f), 0)::bigint as "filePrints", coalesce(sum(l), 0)::bigint as "livePrints",
    coalesce(sum(least(f, l)), 0)::bigint as had, coalesce(sum(greatest(f - l, 0)), 0)::bigint as missed,
    coalesce(sum(greatest(l - f, 0)) filter (f > 0), 0)::bigint as twice,
    coalesce(sum(l) filter (f = 0), 0)::bigint as "foreign"
  from both_sides`;

/** Compares the prints of live, which `give` hands over in parts, with the file of the day. */
export async function comparePrints(
  file: FileDay,
  give: (take: (prints: LivePrints) => void) => Promise<void>,
): Promise<PrintCoverage> {
  const spillDir = await mkdtemp(join(dirname(file.path), 'compare-'));
  try {
    using duck = await openDuck({ threads: 2, memoryMbMax: MEMORY_MB_MAX, spillDir });
    await nameContracts(duck, file);
    await duck.connection.run(`create table live (${LIVE_COLUMNS.map((name) => `${name} int`).join(', ')})`);
    const appender = await duck.connection.createAppender('live');
    await give((rows) => {
      for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
        const count = Math.min(CHUNK_ROWS, rows.length - from);
        const columns = [rows.contractId, rows.atMs, rows.priceE4, rows.size, rows.condition, rows.exchange];
        const chunk = DuckDBDataChunk.create(Array(columns.length).fill(INTEGER), count);
        columns.forEach((column, at) => {
          itemsOf(chunk, at, Int32Array).set(column.subarray(from, from + count));
          chunk.getColumnVector(at).flush();
        });
        appender.appendDataChunk(chunk);
      }
    });
    appender.closeSync();
    const [coverage] = await rowsOf<PrintCoverage>(duck.connection, compare(file));
    return coverage!;
  } finally {
    await rm(spillDir, { recursive: true, force: true });
  }
}

async function nameContracts({ connection }: Duck, { tickers, ids }: FileDay): Promise<void> {
  await connection.run('create table contract (id int, osi varchar)');
  const appender = await connection.createAppender('contract');
  for (let from = 0; from < tickers.length; from += CHUNK_ROWS) {
    const part = tickers.slice(from, from + CHUNK_ROWS);
    const chunk = DuckDBDataChunk.create([INTEGER, VARCHAR], part.length);
    chunk.setColumns([[...ids.subarray(from, from + part.length)], part]);
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}
