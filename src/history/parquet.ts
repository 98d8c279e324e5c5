// Writing a Parquet file: rows given chunk by chunk, compressed as they come, and a name only for what is whole.
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type DuckDBDataChunk, type DuckDBType, DuckDBTableFunction } from '@duckdb/node-api';
import { makeFolder } from '../lib/make-folder.ts';
import { Refusal, refusalOf } from '../lib/refusal.ts';
import { discard, putInPlace, temporaryName } from '../lib/whole-file.ts';
import { CHUNK_ROWS, type Duck, literal } from './duck.ts';

/** Where the rows of a file come from. */
export interface RowSource {
  readonly rows: number;
  /** Rows of a row group, the piece of the file that a question reads or passes over as a whole. */
  readonly groupRows: number;
  readonly columns: ReadonlyArray<readonly [name: string, type: DuckDBType]>;
  /** Writes the rows from `from` on into a chunk of `count` rows. */
  fill(chunk: DuckDBDataChunk, from: number, count: number): void;
}

let sources = 0;

/**
 * Writes the rows of `source`, as `select` makes them of the table `{rows}`, into a file that replaces the one at
 * `path` in one step: until then it has another name, also when the process is killed or the disk is full.
 * Gives its bytes; `metadata` is kept beside the rows. Throws a Refusal that names the file when it cannot be written.
 */
export async function writeParquet(
  { connection }: Duck,
  path: string,
  source: RowSource,
  select: string,
  metadata: Readonly<Record<string, string>> = {},
): Promise<number> {
  const name = `rows_${sources++}`;
  const failure: { error: unknown } = { error: null };
  let from = 0;
  const feed = DuckDBTableFunction.create({
    name,
    bindFunction(info) {
      for (const [column, type] of source.columns) info.addResultColumn(column, type);
      info.setCardinality(source.rows, true);
    },
    // One thread asks for rows, so that they stand in the file as they were given.
    initFunction: (info) => info.setMaxThreads(1),
    mainFunction(info, chunk) {
      const count = Math.min(CHUNK_ROWS, source.rows - from);
      chunk.rowCount = count;
      if (count === 0) return;
      try {
        source.fill(chunk, from, count);
        for (let column = 0; column < source.columns.length; column++) chunk.getColumnVector(column).flush();
        from += count;
      } catch (error) {
        failure.error = error;
        info.setError('the rows could not be made');
      }
    },
  });
  connection.registerTableFunction(feed);
  const temporary = temporaryName(path);
  const notes = Object.entries(metadata).map(([key, value]) => `${key}: ${literal(value)}`);
  const noted = notes.length === 0 ? '' : `, kv_metadata { ${notes.join(', ')} }`;
  try {
    makeFolder(dirname(path));
    await connection.run(
      `copy (${select.replaceAll('{rows}', `${name}()`)}) to ${literal(temporary)}
       (format parquet, parquet_version v2, compression zstd, row_group_size ${source.groupRows},
       use_tmp_file false${noted})`,
    );
    await putInPlace(temporary, path);
    return (await stat(path)).size;
  } catch (error) {
    await discard(temporary);
    throw failure.error ?? writeFailure(path, error);
  }
}

function writeFailure(path: string, error: unknown): unknown {
  const words = error instanceof Error ? error.message : '';
  if (/no space left|disk (is )?full|could not write all bytes/i.test(words)) {
    return new Refusal(
      `${path} cannot be written, the disk is full: free some space or choose another disk`,
      { cause: error },
    );
  }
  return refusalOf(path, error);
}
