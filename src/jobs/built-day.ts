// A day built from its file: read, checked, ordered and written to deep history; what is left for the store goes on.
import { join } from 'node:path';
import { ContractTable } from '../domain/contract-table.ts';
import type { DaySummaries } from '../domain/day-summary.ts';
import type { TradeBatch } from '../domain/trade.ts';
import type { HistoryDay } from '../db/history-days.ts';
import { openFlatFile } from '../feeds/flat-file/open.ts';
import { type ReadReport, readWholeDay } from '../feeds/flat-file/read.ts';
import { type DayDetail, writeDay } from '../history/day-files.ts';
import { historyName } from '../history/places.ts';

/** What a day is built of. */
export interface BuildOrder {
  /** Flat file of trades or aggregates. */
  readonly path: string;
  /** SHA-256 of the file, hex: versions of a day are told apart by it. */
  readonly checksum: string;
  /** Folder of deep history. */
  readonly historyDir: string;
}

/** Bytes of the file while it is read, rows while they are written. */
export type BuildProgress = (step: 'read' | 'write', done: number, total: number) => void;

/** A day in deep history, and its rows for the store. */
export interface BuiltDay extends AsyncDisposable {
  readonly report: ReadReport;
  readonly history: HistoryDay;
  /** Numbers the contracts of `summaries` and batches. */
  readonly table: ContractTable;
  readonly summaries: DaySummaries;
  /** Rows of the day. */
  readonly length: number;
  /** The day in the engine's order, from its beginning each time; a batch is valid until the next is asked for. */
  batches(batchRows: number): AsyncIterable<TradeBatch>;
}

/** Builds a day in this thread, which does nothing else for as long as that takes: see build-in-worker.ts. */
export async function buildDay(order: BuildOrder, onProgress: BuildProgress): Promise<BuiltDay> {
  const { checksum, historyDir } = order;
  const file = await openFlatFile(order.path);
  const sessionDate = file.session.date;
  const table = new ContractTable();
  const { day, report } = await readWholeDay(file, table, (done, total) => onProgress('read', done, total));
  const printsName = file.kind === 'trades' ? historyName('prints', sessionDate, checksum) : null;
  const summariesName = historyName('summaries', sessionDate, checksum);
  const paths = {
    prints: printsName === null ? null : join(historyDir, printsName),
    summaries: join(historyDir, summariesName),
  };
  const written = await writeDay(
    day.byContract(),
    table,
    day.cancelledContracts,
    file.kind as DayDetail,
    paths,
    (done) => onProgress('write', done, day.length),
  );
  const { summaries } = written;
  return {
    report,
    table,
    summaries,
    length: day.length,
    history: {
      sessionDate,
      printsName,
      printBytes: written.printBytes,
      prints: printsName === null ? 0 : day.length,
      summariesName,
      summaryBytes: written.summaryBytes,
      contracts: summaries.contracts.length,
    },
    async *batches(batchRows) {
      yield* day.batches(batchRows);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
