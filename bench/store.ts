// Benchmark `store`: the writer beside psql's \copy of the same rows, what sums cost, the seal beside live indexes, and
// how fast the store catches up with a journal that went on without it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { ContractIds } from '../src/db/contracts.ts';
import { PRINT_COLUMNS } from '../src/db/copy-binary.ts';
import { makeDay } from '../src/db/day-tables.ts';
import { createPrintWriter, type PrintWriter } from '../src/db/print-writer.ts';
import { sumPrints } from '../src/db/print-sums.ts';
import { sealDay } from '../src/db/seal.ts';
import { ContractTable } from '../src/domain/contract-table.ts';
import type { TradeBatch } from '../src/domain/trade.ts';
import type { BenchOptions } from './main.ts';
import { median } from './measure.ts';
import { benchDrain } from './store-drain.ts';
import {
  bytesOf,
  datesOf,
  openStage,
  piecesOf,
  simulatedDay,
  type StoreStage,
  type Taken,
  timed,
} from './store-stage.ts';

/** Writes the rows as COPY text, with the ids the database knows. */
async function writeText(
  pieces: readonly TradeBatch[],
  ids: ContractIds,
  date: string,
  path: string,
): Promise<void> {
  const { contracts, underlyings } = ids.printIds;
  const out = createWriteStream(path);
  for (const piece of pieces) {
    let text = '';
    for (let row = 0; row < piece.length; row++) {
      const contract = piece.contract[row]!;
      const place = [
        piece.sequence![row],
        date,
        piece.firstRow + row,
        contracts[contract],
        underlyings[contract],
      ];
      const print = [
        piece.atMs[row],
        piece.priceE4[row],
        piece.size[row],
        piece.condition[row],
        piece.exchange[row],
      ];
      text += `${[...place, ...print].join('\t')}\n`;
    }
    if (!out.write(text)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}

const COPY_TEXT = `copy spyhop.print (${PRINT_COLUMNS}) from stdin`;

/** `\copy` by psql where there is one, else the same COPY in text by this process; says which. */
async function copyText(stage: StoreStage, path: string): Promise<string> {
  const child = spawn(
    'psql',
    ['-X', '-q', '-d', stage.url, '-c', `\\copy spyhop.print (${PRINT_COLUMNS}) from '${path}'`],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const ended = await new Promise<number | null>((done) => {
    child.on('error', () => done(null));
    child.on('exit', done);
  });
  if (ended === 0) return 'psql \\copy';
  if (ended !== null) throw new Error(`psql ended with ${ended}`);
  await stage.db.transaction(async ({ client }) => {
    await pipeline(createReadStream(path, { highWaterMark: 1 << 18 }), client.query(copyFrom(COPY_TEXT)));
  });
  return 'COPY in text (no psql here)';
}

function rate(rows: number, { wallSeconds }: Taken): string {
  return `${(rows / wallSeconds / 1000).toFixed(0)} k rows/s`;
}

function micros(rows: number, { cpuSeconds }: Taken): string {
  return `${((cpuSeconds / rows) * 1e6).toFixed(2)} µs of our CPU a row`;
}

async function storeAll(writer: PrintWriter, pieces: readonly TradeBatch[]): Promise<void> {
  for (const piece of pieces) await writer.store(piece);
}

async function empty({ db }: StoreStage, date: string): Promise<void> {
  const name = date.replaceAll('-', '');
  await db.change(
    `truncate spyhop.print_${name}, spyhop.bar_${name}, spyhop.flow_${name}, spyhop.day_summary_${name}`,
  );
  await db.change('delete from spyhop.sum_position where session_date = $1', [date]);
  await db.change('delete from spyhop.journal_position where session_date = $1', [date]);
  await db.change('checkpoint');
}

const out = (line: string): void => void process.stdout.write(`${line}\n`);

/** What was measured of one way to store, a round each. */
type Rounds = Record<'text' | 'writer' | 'sums', Taken[]>;

async function writerBesideCopy(
  stage: StoreStage,
  table: ContractTable,
  options: BenchOptions,
  pieces: TradeBatch[],
) {
  const { db } = stage;
  const [date = ''] = datesOf(1);
  await makeDay(db, date);
  const ids = new ContractIds(table);
  await ids.ensure(
    db,
    Int32Array.from({ length: table.count }, (_id, n) => n),
    table.count,
  );
  const path = join(stage.folder, 'prints.txt');
  await writeText(pieces, ids, date, path);
  // It lives on from round to round, as in the service: like the text, it then knows the ids of the contracts.
  const prints = createPrintWriter(db, table);
  await storeAll(prints, pieces);
  const rounds: Rounds = { text: [], writer: [], sums: [] };
  const rows = options.prints;
  let how = '';
  for (let round = 0; round < options.rounds; round++) {
    await empty(stage, date);
    rounds.text.push(await timed(async () => (how = await copyText(stage, path))));
    await empty(stage, date);
    rounds.writer.push(await timed(() => storeAll(prints, pieces)));
    rounds.sums.push(
      await timed(async () => {
        while ((await sumPrints(db)) > 0);
      }),
    );
  }
  const typical = (taken: readonly Taken[]): Taken => ({
    wallSeconds: median(taken.map(({ wallSeconds }) => wallSeconds)),
    cpuSeconds: median(taken.map(({ cpuSeconds }) => cpuSeconds)),
  });
  const [text, writer, sums] = [typical(rounds.text), typical(rounds.writer), typical(rounds.sums)];
  const both = {
    wallSeconds: writer.wallSeconds + sums.wallSeconds,
    cpuSeconds: writer.cpuSeconds + sums.cpuSeconds,
  };
  out(`${how.padEnd(28)} ${rate(rows, text)}`);
  const ratio = text.wallSeconds / writer.wallSeconds;
  out(`${'writer'.padEnd(28)} ${rate(rows, writer)}, ${ratio.toFixed(2)} of it, ${micros(rows, writer)}`);
  out(`${'writer, then its sums'.padEnd(28)} ${rate(rows, both)}, ${micros(rows, both)}`);
  return { prints, figures: { rows, text, writer, sums, ratio } };
}

const LIVE_INDEXES = [
  'create unique index on spyhop.PRINT (underlying_id, at_ms, tape_row)',
  'create index on spyhop.PRINT (contract_id)',
];

async function sealBesideIndexes(
  stage: StoreStage,
  table: ContractTable,
  prints: PrintWriter,
  day: ReturnType<typeof simulatedDay>,
) {
  const { db } = stage;
  const [sealed = '', live = ''] = datesOf(3);
  const rows = day.length;
  for (const date of [sealed, live]) await makeDay(db, date);
  const name = (date: string): string => `print_${date.replaceAll('-', '')}`;
  for (const index of LIVE_INDEXES) await db.change(index.replace('PRINT', name(live)));
  const [heapPieces, livePieces] = [piecesOf(day, table, sealed), piecesOf(day, table, live)];
  const heap = await timed(() => storeAll(prints, heapPieces));
  const summing = await timed(async () => {
    while ((await sumPrints(db)) > 0);
  });
  const open = await bytesOf(db, `spyhop.${name(sealed)}`);
  const seal = await timed(() => sealDay(db, sealed));
  const closed = await bytesOf(db, `spyhop.${name(sealed)}`);
  const indexed = await timed(() => storeAll(prints, livePieces));
  const living = await bytesOf(db, `spyhop.${name(live)}`);
  const ratio = indexed.wallSeconds / (heap.wallSeconds + seal.wallSeconds);
  const perRow = ({ total }: { total: number }): string => `${(total / rows).toFixed(1)} B a print`;
  out(
    `open day, BRIN alone         ${rate(rows, heap)}, ${perRow(open)} (sums ${summing.wallSeconds.toFixed(1)} s)`,
  );
  out(`its seal                     ${seal.wallSeconds.toFixed(1)} s, ${perRow(closed)}`);
  out(`the same indexes live        ${rate(rows, indexed)}, ${perRow(living)}`);
  out(`writing and sealing is ${ratio.toFixed(2)} times cheaper than indexing live`);
  return { heap, seal, indexed, bytes: { open, closed, living }, ratio };
}

/** Prints rates and ratios; a round is the same rows into the same table. */
export async function benchStore(options: BenchOptions): Promise<void> {
  await using stage = await openStage();
  const table = new ContractTable();
  const day = simulatedDay(options.prints, options.underlyings);
  const pieces = piecesOf(day, table);
  out(`store: ${day.length} prints of ${table.count} contracts, ${options.rounds} rounds, medians`);
  const writing = await writerBesideCopy(stage, table, { ...options, prints: day.length }, pieces);
  const sealing = await sealBesideIndexes(stage, table, writing.prints, day);
  const drain = await benchDrain(stage, day);
  if (options.out !== null)
    await writeFile(options.out, JSON.stringify({ writing: writing.figures, sealing, drain }, null, 2));
}
