// Flat files for tests: rows as the provider writes them, in a folder that is gone with the test.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { requireSession } from '../../src/domain/session.ts';
import { ContractTable } from '../../src/domain/contract-table.ts';
import type { FlatFileLayout } from '../../src/feeds/flat-file/header.ts';
import { parseHeader } from '../../src/feeds/flat-file/header.ts';
import { headerOf } from '../../src/feeds/flat-file/open.ts';
import { readLines } from '../../src/feeds/flat-file/chunks.ts';
import type { RejectedRows } from '../../src/feeds/flat-file/rejects.ts';
import { RowReader } from '../../src/feeds/flat-file/rows.ts';
import { at } from './tape.ts';

export const TRADES = 'ticker,conditions,correction,exchange,price,sip_timestamp,size';
export const OLD_TRADES =
  'ticker,conditions,correction,exchange,participant_timestamp,price,sip_timestamp,size';
export const QUOTES =
  'ticker,ask_exchange,ask_price,ask_size,bid_exchange,bid_price,bid_size,sequence_number,sip_timestamp';
export const AGGREGATES = 'ticker,volume,open,close,high,low,window_start,transactions';

/** A Monday and a Tuesday without anything special. */
export const MONDAY = '2025-11-24';
export const TUESDAY = '2025-11-25';

export const SPY = 'O:SPY251219C00650000';
export const QQQ = 'O:QQQ251219P00600000';

/** A folder for one test: `using folder = new Folder()`. */
export class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'spyhop-files-'));

  /** Writes a file as it is and returns its path. */
  write(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  /** Writes a gzipped file and returns its path. */
  gzip(name: string, content: string | Uint8Array): string {
    return this.write(name, gzipSync(content));
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A time of day in New York as the 19 digits of nanoseconds that files carry. */
export function nanoseconds(date: string, time: string): string {
  return `${requireSession(date).midnightMs + at(time)}000000`;
}

/** A row of the current trades layout: by default one contract at 16.20, electronic, on MIAX. */
export function tradeRow(
  time: string,
  { ticker = SPY, condition = '209', exchange = '312', price = '16.2', size = '1', date = MONDAY } = {},
): string {
  return [ticker, condition, '0', exchange, price, nanoseconds(date, time), size].join(',');
}

/** A row of minute or day aggregates. */
export function barRow(
  time: string,
  { ticker = SPY, volume = '10', close = '1.5', date = MONDAY } = {},
): string {
  return [ticker, volume, '1.4', close, '1.6', '1.3', nanoseconds(date, time), '3'].join(',');
}

/** Lines as the text of a file. */
export function lines(...rows: readonly string[]): string {
  return `${rows.join('\n')}\n`;
}

/** A row as it was read. */
export interface ReadRow {
  readonly ticker: string;
  readonly epochMs: number;
  readonly priceE4: number;
  readonly size: number;
  readonly condition: number;
  readonly exchange: number;
  readonly line: number;
}

/** What came of a file: its rows, those that were refused, and the lines seen (the header included). */
export interface ReadFile {
  readonly rows: readonly ReadRow[];
  readonly rejected: readonly RejectedRows[];
  readonly rejectedRows: number;
  readonly lines: number;
}

/** Reads a file row by row, its bytes cut into chunks of `chunkBytes`. */
export async function readAll(path: string, chunkBytes?: number): Promise<ReadFile> {
  const table = new ContractTable();
  const rows: ReadRow[] = [];
  let reader: RowReader | null = null;
  for await (const chunk of readLines(path, chunkBytes)) {
    const header = reader === null ? headerOf(chunk) : null;
    reader ??= readerInto(rows, parseHeader(path, header!.line), table);
    reader.read(chunk, header?.end ?? 0);
  }
  if (reader === null) return { rows, rejected: [], rejectedRows: 0, lines: 0 };
  return {
    rows,
    rejected: reader.rejects.list(),
    rejectedRows: reader.rejects.rows,
    lines: reader.lines,
  };
}

function readerInto(rows: ReadRow[], layout: FlatFileLayout, table: ContractTable): RowReader {
  return new RowReader(layout, table, (block) => {
    for (let row = 0; row < block.length; row++) {
      if (block.contract[row]! < 0) continue;
      rows.push({
        ticker: table.ticker(block.contract[row]!),
        epochMs: block.epochMs[row]!,
        priceE4: block.priceE4[row]!,
        size: block.size[row]!,
        condition: block.condition[row]!,
        exchange: block.exchange[row]!,
        line: block.line[row]!,
      });
    }
  });
}
