// A day from its file: written beside the live day and put in its place in one transaction, with the file's record.
import type { ContractTable } from '../domain/contract-table.ts';
import type { Coverage, Verdict } from '../domain/coverage.ts';
import type { DaySummaries } from '../domain/day-summary.ts';
import type { TradeBatch } from '../domain/trade.ts';
import { BarSums, ContractFacts } from './bar-sums.ts';
import type { ContractIds } from './contracts.ts';
import { copyInto, copyPrintsTo, PrintEncoder } from './copy-binary.ts';
import { storeCoverage } from './coverage.ts';
import { addDays, addSums, DAY_TABLES, remakeMarketSums } from './day-tables.ts';
import { type HistoryDay, pointHistoryDay } from './history-days.ts';
import { lockPosition } from './journal-position.ts';
import type { Database, Queries, Transaction } from './pool.ts';

/** Rows after which sums go to the database, so that a day of 10 M prints needs no more memory than its tape. */
const SUMMED_ROWS_MAX = 1_000_000;

/** A statement of an import waits for readers that hold the day, and may send a million sums. */
const BULK = { statementMsMax: 600_000 };

/** A file as it is remembered. */
export interface ImportedFile {
  /** SHA-256 of its bytes on disk, hex. */
  readonly checksum: string;
  readonly name: string;
  readonly kind: string;
  readonly sessionDate: string;
  readonly bytes: number;
  readonly printsKept: boolean;
  readonly importedAtMs: number;
}

/** Takes the content of the file while the day is replaced. */
export interface DaySink {
  /** Adds a batch of the tape: its sums, and its prints when they are kept. Its contracts must have ids. */
  add(batch: TradeBatch): Promise<void>;
  /** Sets the days of contracts alone; `withMoney` false: of files that tell nothing but volume and close. */
  addDays(days: DaySummaries, withMoney: boolean): Promise<void>;
}

/** What the file had, known when it is read. */
export interface FileRows {
  readonly rows: number;
  readonly rejected: number;
  /** The files of deep history that were made of it. */
  readonly history: HistoryDay;
  /** What it says of the live day that it replaces; null when there was none. */
  readonly covered: {
    readonly coverage: Coverage;
    readonly verdicts: ReadonlyMap<string, Verdict>;
  } | null;
}

/** The file a session's day is made of; null while it is live or unknown. */
export async function currentFile(
  db: Queries,
  sessionDate: string,
): Promise<{ readonly checksum: string; readonly kind: string; readonly printsKept: boolean } | null> {
  const [row] = await db.rows<{ checksum: string; kind: string; printsKept: boolean }>(
    `select checksum, kind, prints_kept as "printsKept"
     from spyhop.imported_file where session_date = $1 and is_current`,
    [sessionDate],
  );
  return row ?? null;
}

const RECORD_FILE = `
  insert into spyhop.imported_file (checksum, name, kind, session_date, bytes, row_count, rejected_count,
    prints_kept, imported_at, is_current)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, true) returning file_id`;

/**
 * Replaces a day by what `write` gives the sink, all or nothing: until the commit readers see the old day. Live prints
 * of the session are refused from then on, and its gaps count as settled.
 */
export async function replaceDay(
  db: Database,
  table: ContractTable,
  contracts: ContractIds,
  file: ImportedFile,
  write: (sink: DaySink) => Promise<FileRows>,
): Promise<void> {
  await db.transaction(async (transaction) => {
    // The rows come from a file, at its pace.
    await transaction.client.query('set local idle_in_transaction_session_timeout = 0');
    // The live writer of this session waits here, and then finds the day settled.
    await lockPosition(transaction, file.sessionDate);
    const nameOf = (parent: string): string => `${parent}_${file.sessionDate.replaceAll('-', '')}_new`;
    for (const parent of DAY_TABLES) {
      await transaction.rows('select spyhop.make_day_table($1, $2)', [parent, nameOf(parent)]);
    }
    const sink = new ReplacementSink(transaction, table, contracts, file, nameOf);
    const { rows, rejected, history, covered } = await write(sink);
    await sink.flush();
    // The sums that follow the prints stop here, and then find the day settled.
    await transaction.rows('select spyhop.lock_sums($1::date)', [file.sessionDate]);
    for (const parent of DAY_TABLES) {
      await transaction.rows('select spyhop.replace_day_table($1, $2, $3::date)', [
        parent,
        nameOf(parent),
        file.sessionDate,
      ]);
    }
    await remakeMarketSums(transaction, file.sessionDate);
    const fileId = await record(transaction, file, rows, rejected);
    await pointHistoryDay(transaction, history, fileId);
    if (covered !== null) await storeCoverage(transaction, fileId, covered.coverage, covered.verdicts);
  }, BULK);
}

async function record(
  transaction: Transaction,
  file: ImportedFile,
  rows: number,
  rejected: number,
): Promise<number> {
  await transaction.change(
    'update spyhop.imported_file set is_current = false where session_date = $1 and is_current',
    [file.sessionDate],
  );
  const [inserted] = await transaction.rows<{ file_id: number }>(RECORD_FILE, [
    file.checksum,
    file.name,
    file.kind,
    file.sessionDate,
    file.bytes,
    rows,
    rejected,
    file.printsKept,
    new Date(file.importedAtMs).toISOString(),
  ]);
  await transaction.change(
    'update spyhop.journal_position set settled_by = $2, sealed = false where session_date = $1',
    [file.sessionDate, inserted!.file_id],
  );
  await transaction.change("update spyhop.feed_gap set state = 'settled' where session_date = $1", [
    file.sessionDate,
  ]);
  return inserted!.file_id;
}

class ReplacementSink implements DaySink {
  readonly #transaction: Transaction;
  readonly #facts: ContractFacts;
  readonly #contracts: ContractIds;
  readonly #file: ImportedFile;
  readonly #nameOf: (parent: string) => string;
  readonly #encoder = new PrintEncoder();
  #sums: BarSums;
  #summedRows = 0;

  constructor(
    transaction: Transaction,
    table: ContractTable,
    contracts: ContractIds,
    file: ImportedFile,
    nameOf: (parent: string) => string,
  ) {
    this.#transaction = transaction;
    this.#facts = new ContractFacts(table);
    this.#contracts = contracts;
    this.#file = file;
    this.#nameOf = nameOf;
    this.#sums = new BarSums(this.#facts);
  }

  async add(batch: TradeBatch): Promise<void> {
    if (batch.length === 0) return;
    if (this.#file.printsKept) {
      const rows = this.#encoder.encode(batch, 0, this.#contracts.printIds);
      await copyInto(this.#transaction.client, copyPrintsTo(`spyhop.${this.#nameOf('print')}`), rows);
    }
    this.#sums.add(batch);
    this.#summedRows += batch.length;
    if (this.#summedRows >= SUMMED_ROWS_MAX) await this.flush();
  }

  async addDays(days: DaySummaries, withMoney: boolean): Promise<void> {
    const name = this.#nameOf('day_summary');
    await addDays(this.#transaction, this.#file.sessionDate, name, days, this.#contracts.ids, withMoney);
  }

  async flush(): Promise<void> {
    await addSums(this.#transaction, this.#file.sessionDate, this.#sums, this.#contracts.ids, {
      bar: this.#nameOf('bar'),
      flow: this.#nameOf('flow'),
      day_summary: this.#nameOf('day_summary'),
    });
    this.#sums = new BarSums(this.#facts);
    this.#summedRows = 0;
  }
}
