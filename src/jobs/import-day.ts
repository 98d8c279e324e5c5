// Importing a day: a flat file becomes the day of its session in the store, once, whole, in the place of the live day.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { ContractTable } from '../domain/contract-table.ts';
import { ContractIds } from '../db/contracts.ts';
import { storedRows } from '../db/journal-position.ts';
import {
  currentFile,
  type DaySink,
  type FileRows,
  type ImportedFile,
  replaceDay,
} from '../db/day-replacement.ts';
import type { Database } from '../db/pool.ts';
import { type FlatFile, openFlatFile } from '../feeds/flat-file/open.ts';
import { readTape, readVolumes } from '../feeds/flat-file/read.ts';
import type { RejectedRows } from '../feeds/flat-file/rejects.ts';
import { Refusal, refusalOf } from '../lib/refusal.ts';

/** Rows sent at a time: encoding them keeps the event loop below 10 ms. */
const BATCH_ROWS = 16_384;

export interface ImportSettings {
  /** First session whose prints are kept one by one, New York date; of earlier ones only the sums are. */
  readonly printsFrom: string;
  /** Epoch ms, for the record. */
  readonly importedAtMs: number;
  readonly onProgress?: (progress: ImportProgress) => void;
}

/** Bytes of the file while it is read, rows while they are stored. */
export interface ImportProgress {
  readonly step: 'check' | 'read' | 'store';
  readonly date: string;
  readonly done: number;
  readonly total: number;
}

/** What became of a file. */
export interface ImportReport {
  readonly path: string;
  readonly sessionDate: string;
  readonly kind: FlatFile['kind'];
  /** Unchanged: the day was made of this very file before. Kept: it has prints, which aggregates do not replace. */
  readonly result: 'imported' | 'unchanged' | 'kept';
  /** Rows used; 0 when unchanged. */
  readonly rows: number;
  readonly rejected: readonly RejectedRows[];
  readonly printsKept: boolean;
}

async function checksumOf(
  file: FlatFile,
  onProgress: (done: number, total: number) => void,
): Promise<string> {
  const hash = createHash('sha256');
  let done = 0;
  try {
    for await (const bytes of createReadStream(file.path, { highWaterMark: 1 << 20 })) {
      hash.update(bytes as Buffer);
      done += (bytes as Buffer).length;
      onProgress(done, file.bytesTotal);
    }
  } catch (error) {
    throw refusalOf(file.path, error);
  }
  return hash.digest('hex');
}

/**
 * Imports the file of a day: trades, minute or day aggregates. Doing it again changes nothing.
 * Throws a Refusal, naming the file, when it cannot be read or tells nothing of volume.
 */
export async function importDay(db: Database, path: string, settings: ImportSettings): Promise<ImportReport> {
  const file = await openFlatFile(path);
  const { date } = file.session;
  if (file.kind === 'quotes') {
    throw new Refusal(`${path} holds quotes, which say nothing of volume: import trades or aggregates`, {
      exitCode: 2,
    });
  }
  const progress = (step: ImportProgress['step']) => (done: number, total: number) =>
    settings.onProgress?.({ step, date, done, total });
  const checksum = await checksumOf(file, progress('check'));
  const printsKept = file.kind === 'trades' && date >= settings.printsFrom;
  const current = await currentFile(db, date);
  const untouched = { path, sessionDate: date, kind: file.kind, rows: 0, rejected: [], printsKept };
  if (current?.checksum === checksum && (current.printsKept || !printsKept)) {
    return { ...untouched, result: 'unchanged' };
  }
  // Aggregates know less than prints, and would take them away for good.
  const hasPrints = current === null ? (await storedRows(db, date)) > 0 : current.kind === 'trades';
  if (file.kind !== 'trades' && hasPrints) return { ...untouched, result: 'kept' };
  const record: ImportedFile = {
    checksum,
    name: basename(path),
    kind: file.kind,
    sessionDate: date,
    bytes: file.bytesTotal,
    printsKept,
    importedAtMs: settings.importedAtMs,
  };
  const { rows, rejected } = await (file.kind === 'day aggregates' ? importVolumes : importTape)(
    db,
    file,
    record,
    progress,
  );
  return { path, sessionDate: date, kind: file.kind, result: 'imported', rows, rejected, printsKept };
}

type Progress = (step: ImportProgress['step']) => (done: number, total: number) => void;
type Read = { readonly rows: number; readonly rejected: readonly RejectedRows[] };

function rowsOf({ rows, rejected }: Read): FileRows {
  return { rows, rejected: rejected.reduce((sum, reason) => sum + reason.rows, 0) };
}

async function importTape(
  db: Database,
  file: FlatFile,
  record: ImportedFile,
  progress: Progress,
): Promise<Read> {
  const table = new ContractTable();
  const { tape, report } = await readTape(file, table, progress('read'));
  const contracts = await idsOfAll(db, table);
  await replaceDay(db, table, contracts, record, async (sink: DaySink) => {
    const onStored = progress('store');
    for (const batch of tape.batches(BATCH_ROWS)) {
      await sink.add(batch);
      onStored(batch.firstRow + batch.length, tape.length);
    }
    return rowsOf(report);
  });
  return report;
}

async function importVolumes(
  db: Database,
  file: FlatFile,
  record: ImportedFile,
  progress: Progress,
): Promise<Read> {
  const table = new ContractTable();
  const { volumes, report } = await readVolumes(file, table, progress('read'));
  const contracts = await idsOfAll(db, table);
  await replaceDay(db, table, contracts, record, async (sink) => {
    await sink.addVolumes(volumes.contract, volumes.volume);
    progress('store')(report.rows, report.rows);
    return rowsOf(report);
  });
  return report;
}

async function idsOfAll(db: Database, table: ContractTable): Promise<ContractIds> {
  const contracts = new ContractIds(table);
  await contracts.ensure(
    db,
    Int32Array.from({ length: table.count }, (_id, number) => number),
    table.count,
  );
  return contracts;
}
