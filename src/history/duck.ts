// DuckDB in this process: opened with its limits, its results as columns, its vectors as typed arrays.
import {
  DuckDBInstance,
  type DuckDBConnection,
  type DuckDBDataChunk,
  type DuckDBValue,
} from '@duckdb/node-api';
import { assert } from '../lib/assert.ts';

/** Rows of a chunk, DuckDB's own number. */
export const CHUNK_ROWS = 2048;

export interface DuckLimits {
  readonly threads: number;
  /** What it may keep in memory before it writes to `spillDir` or refuses, MB. */
  readonly memoryMbMax: number;
  /** Folder for what does not fit; null: nothing is spilled. */
  readonly spillDir: string | null;
}

/** An open DuckDB without tables of its own. */
export interface Duck extends Disposable {
  readonly connection: DuckDBConnection;
  /** Another connection to the same DuckDB: statements of one connection wait for each other. */
  connect(): Promise<DuckDBConnection>;
}

/** Opens DuckDB in memory. It never fetches an extension: nothing is loaded that was not shipped. */
export async function openDuck(limits: DuckLimits): Promise<Duck> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(limits.threads),
    memory_limit: `${limits.memoryMbMax}MB`,
    temp_directory: limits.spillDir ?? '',
    autoinstall_known_extensions: 'false',
    preserve_insertion_order: 'true',
  });
  const connection = await instance.connect();
  return {
    connection,
    connect: () => instance.connect(),
    [Symbol.dispose]() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

type IntegerArray = Int32Array | Uint16Array | Uint8Array | Float64Array | BigInt64Array;

/**
 * The memory of a column of a chunk, to be written as a whole. The library keeps it private and offers a call a value,
 * which costs more than everything else an import does with a print; test/history holds that it stays there.
 */
export function itemsOf<Items extends IntegerArray>(
  chunk: DuckDBDataChunk,
  column: number,
  type: new (length: number) => Items,
): Items {
  const { items } = chunk.getColumnVector(column) as unknown as { readonly items: unknown };
  assert(items instanceof type, 'a column of DuckDB is not the typed array it should be');
  return items;
}

/** Text as a literal of SQL, for what cannot be a parameter: the target of COPY. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Rows of a question as objects; 64-bit integers, which are exact numbers in all of our files, as numbers. */
export async function rowsOf<Row>(
  connection: DuckDBConnection,
  sql: string,
  parameters: Record<string, DuckDBValue> = {},
): Promise<Row[]> {
  const reader = await connection.runAndReadAll(sql, parameters);
  return reader
    .getRowObjects()
    .map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? exact(value) : value]),
      ),
    ) as Row[];
}

function exact(value: bigint): number {
  const number = Number(value);
  assert(Number.isSafeInteger(number), 'a number of a history file is too large to be exact');
  return number;
}
