// Importing a day: a flat file becomes the day of its session in the store, once, whole, in the place of the live day.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ContractTable } from '../domain/contract-table.ts';
import { ContractIds } from '../db/contracts.ts';
import { storedRows } from '../db/journal-position.ts';
import { currentFile, type DaySink, type ImportedFile, replaceDay } from '../db/day-replacement.ts';
import { findHistoryDay, listHistoryDays } from '../db/history-days.ts';
import type { Database } from '../db/pool.ts';
import { type FlatFile, openFlatFile } from '../feeds/flat-file/open.ts';
import type { RejectedRows } from '../feeds/flat-file/rejects.ts';
import { sweepHistory } from '../history/places.ts';
import type { Coverage } from '../domain/coverage.ts';
import { DEFAULT_THRESHOLD, type ThresholdSettings } from '../domain/detectors/threshold.ts';
import { Refusal, refusalOf } from '../lib/refusal.ts';
import { buildDay, type BuildOrder, type BuildProgress, type BuiltDay } from './built-day.ts';
import { type CoverageReport, coverageOf } from './coverage.ts';

/** Rows sent at a time: encoding them keeps the event loop below 10 ms. */
const BATCH_ROWS = 16_384;

export interface ImportSettings {
  /** First session whose prints, bars and flow the database keeps, New York date; of earlier ones it has days. */
  readonly printsFrom: string;
  /** First session whose days of contracts are kept in the database too; earlier ones are deep history alone. */
  readonly sumsFrom?: string;
  /** Folder of deep history. */
  readonly historyDir: string;
  /** Epoch ms, for the record. */
  readonly importedAtMs: number;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** The rule as live ran it, to check its alerts by; the default unless said otherwise. */
  readonly threshold?: ThresholdSettings;
  /** How a day is built: in this thread unless said otherwise. */
  readonly build?: (order: BuildOrder, onProgress: BuildProgress) => Promise<BuiltDay>;
}

/** Bytes of the file while it is read, rows while they are written and stored. */
export interface ImportProgress {
  readonly step: 'check' | 'read' | 'write' | 'store';
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
  /** How much of the day live had; null when live had stored nothing of it. */
  readonly coverage: Coverage | null;
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
  const untouched = {
    path,
    sessionDate: date,
    kind: file.kind,
    rows: 0,
    rejected: [],
    printsKept,
    coverage: null,
  };
  const whole = current?.checksum === checksum && (current.printsKept || !printsKept);
  // A day whose files are gone, or that was imported before there were any, is made again.
  if (whole && (await hasHistory(db, date, settings.historyDir))) {
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
  const onBuild: BuildProgress = (step, done, total) => progress(step)(done, total);
  await using built = await (settings.build ?? buildDay)(
    { path, checksum, historyDir: settings.historyDir },
    onBuild,
  );
  const keeps = { bars: date >= settings.printsFrom, days: date >= (settings.sumsFrom ?? '') };
  const contracts = await idsOfAll(db, built.table);
  const live = file.kind === 'trades' && current === null && (await storedRows(db, date)) > 0;
  const threshold = settings.threshold ?? DEFAULT_THRESHOLD;
  const covered = live ? await coverageOf(db, built, contracts.ids, settings.historyDir, threshold) : null;
  await storeDay(db, { built, contracts, record, keeps, covered }, progress('store'));
  const { rows, rejected } = built.report;
  return {
    path,
    sessionDate: date,
    kind: file.kind,
    result: 'imported',
    rows,
    rejected,
    printsKept,
    coverage: covered?.coverage ?? null,
  };
}

type Progress = (done: number, total: number) => void;

/** A built day on its way into the store. */
interface StoreOrder {
  readonly built: BuiltDay;
  readonly contracts: ContractIds;
  readonly record: ImportedFile;
  readonly keeps: { readonly bars: boolean; readonly days: boolean };
  readonly covered: CoverageReport | null;
}

/** Puts a built day in the place of what the store has of it, with the pointer to its files. */
async function storeDay(
  db: Database,
  { built, contracts, record, keeps, covered }: StoreOrder,
  onStored: Progress,
): Promise<void> {
  const { table, history, report, summaries, length } = built;
  await replaceDay(db, table, contracts, record, async (sink: DaySink) => {
    const knowsTime = record.kind !== 'day aggregates';
    if (keeps.bars && knowsTime) {
      for await (const batch of built.batches(BATCH_ROWS)) {
        await sink.add(batch);
        onStored(batch.firstRow + batch.length, length);
      }
    } else if (keeps.days) {
      await sink.addDays(summaries, knowsTime);
      onStored(length, length);
    }
    const rejected = report.rejected.reduce((sum, reason) => sum + reason.rows, 0);
    return { rows: report.rows, rejected, history, covered };
  });
}

async function hasHistory(db: Database, sessionDate: string, historyDir: string): Promise<boolean> {
  const day = await findHistoryDay(db, sessionDate);
  if (day === null) return false;
  const names = [day.summariesName, ...(day.printsName === null ? [] : [day.printsName])];
  const found = await Promise.all(
    names.map((name) =>
      access(join(historyDir, name)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.every(Boolean);
}

/** Removes files of deep history that nothing points to, old versions and what a killed import left; gives how many. */
export async function clearHistory(db: Database, historyDir: string, nowMs: number): Promise<number> {
  const days = await listHistoryDays(db);
  const current = days.flatMap(({ printsName, summariesName }) => [
    printsName ?? summariesName,
    summariesName,
  ]);
  return sweepHistory(historyDir, new Set(current), nowMs);
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
