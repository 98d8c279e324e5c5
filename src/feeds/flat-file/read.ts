// Reading a flat file whole: into a day's tape, into quotes, or into day volumes.
import type { DayVolumes } from '../../domain/baseline.ts';
import { DAY_MS } from '../../domain/calendar.ts';
import type { OrderCounter } from '../../domain/ladder.ts';
import { type ContractTable, NOT_A_CONTRACT } from '../../domain/contract-table.ts';
import { Refusal } from '../../lib/refusal.ts';
import { readLines } from './chunks.ts';
import { EARLIEST_MS, type FlatFile, headerOf } from './open.ts';
import { DayQuotes } from './quotes.ts';
import type { RejectedRows, RejectLog } from './rejects.ts';
import { type BlockSink, type RowBlock, RowReader } from './rows.ts';
import { DayTape, shiftMsOf } from './tape.ts';
import { VolumeCounter } from './volumes.ts';
import { WholeDay } from './whole-day.ts';

/** Called now and then while a file is read. */
export type ReadProgress = (bytesRead: number, bytesTotal: number) => void;

/** What reading a file gave beside its rows. */
export interface ReadReport {
  readonly path: string;
  /** Rows used, and rows rejected by reason. */
  readonly rows: number;
  readonly rejected: readonly RejectedRows[];
}

const LATEST_MS = DAY_MS;

/** Rejects rows of another day by taking their contract away. */
function rejectOtherDays(block: RowBlock, midnightMs: number, rejects: RejectLog): void {
  for (let row = 0; row < block.length; row++) {
    const atMs = block.epochMs[row]! - midnightMs;
    if ((atMs >= EARLIEST_MS && atMs < LATEST_MS) || block.contract[row]! < 0) continue;
    rejects.add('row is of another day', block.line[row]!, () => new Date(block.epochMs[row]!).toISOString());
    block.contract[row] = NOT_A_CONTRACT;
  }
}

async function readRows(
  file: FlatFile,
  table: ContractTable,
  accept: BlockSink,
  onProgress: ReadProgress,
): Promise<ReadReport> {
  const sink: BlockSink = (block) => {
    rejectOtherDays(block, file.session.midnightMs, reader.rejects);
    accept(block);
  };
  const reader = new RowReader(file.layout, table, sink);
  let first = true;
  for await (const chunk of readLines(file.path)) {
    reader.read(chunk, first ? headerOf(chunk).end : 0);
    first = false;
    onProgress(chunk.bytesRead, chunk.bytesTotal);
  }
  const rows = reader.lines - reader.blankLines - 1;
  const rejected = reader.rejects.list();
  const [worst] = rejected;
  if (worst !== undefined && reader.rejects.rows === rows) {
    throw new Refusal(
      `${file.path} has no usable row; the first fault is in line ${worst.lines[0]}: ${worst.reason}`,
    );
  }
  return { path: file.path, rows: rows - reader.rejects.rows, rejected };
}

/** Reads a file of trades or minute aggregates as the tape of its day, in the engine's order. */
export async function readTape(
  file: FlatFile,
  table: ContractTable,
  onProgress: ReadProgress = () => {},
): Promise<{ readonly tape: DayTape; readonly report: ReadReport }> {
  const tape = new DayTape(file.session, file.kind === 'trades' ? 'trades' : 'minutes', table);
  const report = await readRows(file, table, (block) => tape.accept(block), onProgress);
  return { tape, report };
}

/** Reads a file of trades or aggregates whole, to the nanosecond. */
export async function readWholeDay(
  file: FlatFile,
  table: ContractTable,
  onProgress: ReadProgress = () => {},
): Promise<{ readonly day: WholeDay; readonly report: ReadReport }> {
  const day = new WholeDay(file.session, file.kind === 'trades' ? 'trades' : 'minutes', table);
  const report = await readRows(file, table, (block) => day.accept(block), onProgress);
  return { day, report };
}

/** Reads a file of quotes, in time order. */
export async function readQuotes(
  file: FlatFile,
  table: ContractTable,
  onProgress: ReadProgress = () => {},
): Promise<{ readonly quotes: DayQuotes; readonly report: ReadReport }> {
  const quotes = new DayQuotes(file.path, file.session);
  const report = await readRows(file, table, (block) => quotes.accept(block), onProgress);
  quotes.sort(table);
  return { quotes, report };
}

/** Reads the day volumes of a file of trades or aggregates, and has `orders` count its orders where it is given. */
export async function readVolumes(
  file: FlatFile,
  table: ContractTable,
  onProgress: ReadProgress = () => {},
  orders: OrderCounter | null = null,
): Promise<{ readonly volumes: DayVolumes; readonly report: ReadReport }> {
  const counter = new VolumeCounter();
  const shiftMs = shiftMsOf(file);
  let atMs = new Int32Array(0);
  const accept: BlockSink = (block) => {
    counter.add(block);
    if (orders === null) return;
    if (atMs.length < block.length) atMs = new Int32Array(block.length);
    for (let row = 0; row < block.length; row++) atMs[row] = block.epochMs[row]! + shiftMs;
    orders.add(block, atMs);
  };
  const report = await readRows(file, table, accept, onProgress);
  return { volumes: counter.take(file.session.date, file.kind === 'trades'), report };
}
