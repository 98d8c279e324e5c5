// Storing a batch: prints by COPY and the journal position in one transaction, so that nothing is twice.
import type { ContractTable } from '../domain/contract-table.ts';
import type { TradeBatch } from '../domain/trade.ts';
import { passFaultPoint } from '../lib/fault-points.ts';
import { BarSums, ContractFacts } from './bar-sums.ts';
import { ContractIds } from './contracts.ts';
import { copyInto, copyPrintsTo, PRINT_COLUMNS, PrintEncoder } from './copy-binary.ts';
import { addSums, makeDay } from './day-tables.ts';
import { type JournalPosition, lockPosition, movePosition } from './journal-position.ts';
import type { Database, Transaction } from './pool.ts';

const COPY_PRINTS = copyPrintsTo('spyhop.print');

// A sealed day has an index that knows its prints, so there the server itself says what it had.
const STAGE = `
  create temporary table print_stage (like spyhop.print) on commit drop`;
const COPY_STAGE = copyPrintsTo('print_stage');
const FROM_STAGE = `
  insert into spyhop.print (${PRINT_COLUMNS}) select ${PRINT_COLUMNS} from print_stage on conflict do nothing`;
// A day in columns is asked instead: it is old, so this is rare, and the stage is small.
const FROM_STAGE_BESIDE_COLUMNS = `
  insert into spyhop.print (${PRINT_COLUMNS}) select ${PRINT_COLUMNS} from print_stage
  where not exists (
    select from spyhop.all_prints had
    where had.session_date = print_stage.session_date and had.underlying_id = print_stage.underlying_id
      and had.at_ms = print_stage.at_ms and had.tape_row = print_stage.tape_row)`;

/** What became of the rows of a batch; the three add up to its length. */
export interface StoredBatch {
  readonly stored: number;
  /** Rows that an earlier run had stored. */
  readonly duplicate: number;
  /** Rows of a session that its file has settled. */
  readonly settled: number;
}

export interface PrintWriter {
  /**
   * Stores a batch of one session; rows the position says are stored already are passed over. Their sums follow, see
   * print-sums.ts. Rows of minute aggregates are not prints: of them only the sums are kept, at once.
   * After an error the same batch may be given again, also when the error came after the commit.
   */
  store(batch: TradeBatch): Promise<StoredBatch>;
  /** Sessions whose partitions were not there when the first print came: made then, but they should have been. */
  readonly partitionsMissed: number;
}

/** What rows are turned into their form in the database with. */
interface Tools {
  readonly contracts: ContractIds;
  readonly facts: ContractFacts;
  readonly encoder: PrintEncoder;
}

/** Adds the rows of a batch from `from` on; gives how many a sealed day had. */
async function addRows(
  transaction: Transaction,
  batch: TradeBatch,
  from: number,
  { sealed, columnar }: JournalPosition,
  { contracts, facts, encoder }: Tools,
): Promise<number> {
  const { client } = transaction;
  if (batch.kind === 'minutes') {
    const sums = new BarSums(facts);
    sums.add(batch, from);
    await transaction.rows('select spyhop.lock_sums($1::date)', [batch.session.date]);
    await addSums(transaction, batch.session.date, sums, contracts.ids);
    return 0;
  }
  const bytes = encoder.encode(batch, from, contracts.printIds);
  if (!sealed) {
    await copyInto(client, COPY_PRINTS, bytes);
    return 0;
  }
  await transaction.rows(STAGE);
  await copyInto(client, COPY_STAGE, bytes);
  return batch.length - from - (await transaction.change(columnar ? FROM_STAGE_BESIDE_COLUMNS : FROM_STAGE));
}

/** @param before called at named points of a store, for tests that die there */
export function createPrintWriter(
  db: Database,
  table: ContractTable,
  before: (point: 'copy' | 'position' | 'commit') => void = (point) => passFaultPoint(`store.${point}`),
): PrintWriter {
  const contracts = new ContractIds(table);
  const facts = new ContractFacts(table);
  const encoder = new PrintEncoder();
  const daysMade = new Set<string>();
  /** The batch whose store ended in an error, and how much of it had been known before: the commit may have held. */
  let failed: { readonly batch: TradeBatch; readonly known: number } | null = null;
  let partitionsMissed = 0;
  const prepare = async (batch: TradeBatch): Promise<void> => {
    // Both stand on their own and may be repeated, so they stay out of the transaction and its locks.
    const { date } = batch.session;
    if (!daysMade.has(date)) {
      if ((await makeDay(db, date)) > 0) partitionsMissed++;
      daysMade.add(date);
    }
    await contracts.ensure(db, batch.contract, batch.length);
  };
  const storeIn = async (transaction: Transaction, batch: TradeBatch): Promise<StoredBatch> => {
    const { date } = batch.session;
    const position = await lockPosition(transaction, date);
    const { tapeRows, settled } = position;
    if (settled) return { stored: 0, duplicate: 0, settled: batch.length };
    const known = Math.min(Math.max(tapeRows - batch.firstRow, 0), batch.length);
    let duplicate = failed?.batch === batch ? failed.known : known;
    failed = { batch, known: duplicate };
    if (known < batch.length) {
      before('copy');
      duplicate += await addRows(transaction, batch, known, position, { contracts, facts, encoder });
      before('position');
      await movePosition(transaction, date, batch.firstRow + batch.length);
      before('commit');
    }
    return { stored: batch.length - duplicate, duplicate, settled: 0 };
  };
  return {
    get partitionsMissed() {
      return partitionsMissed;
    },
    async store(batch) {
      try {
        await prepare(batch);
        const outcome = await db.transaction((transaction) => storeIn(transaction, batch));
        failed = null;
        passFaultPoint('store.committed');
        return outcome;
      } catch (error) {
        // Whatever went wrong, the partitions are looked for again: they may have been dropped.
        daysMade.delete(batch.session.date);
        throw error;
      }
    },
  };
}
