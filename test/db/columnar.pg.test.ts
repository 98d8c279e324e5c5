// A session whose prints are in the table of columns, on a server without columns: what comes late is taken once.
import { expect, it } from 'vitest';
import { columnarDays, lookAtTimescale, moveToColumns, sentenceOf } from '../../src/db/columnar.ts';
import { dropDaysBefore } from '../../src/db/day-tables.ts';
import { createPrintWriter } from '../../src/db/print-writer.ts';
import { sealDay } from '../../src/db/seal.ts';
import { printedDays, verifyDay } from '../../src/db/verify.ts';
import { requireSession } from '../../src/domain/session.ts';
import { batchOf, type Print } from '../../src/domain/trade.ts';
import { cloneDatabase } from '../support/database.ts';
import { tableOf } from '../support/tape.ts';

const session = requireSession('2026-11-16');
const { date } = session;
const TICKERS = ['O:SPY261218C00650000', 'O:AAPL261218C00200000'];
const PRINTS = Array.from({ length: 900 }, (_print, row): Print => ({
  contract: row % 2,
  atMs: session.openMs + row * 1000,
  priceE4: 5000 + row * 10,
  size: 1 + (row % 9),
  condition: 209,
  exchange: 302,
}));

it('says that it has no columns, and moves nothing', async () => {
  await using clone = await cloneDatabase();
  await createPrintWriter(clone.db, tableOf(TICKERS)).store(batchOf(session, PRINTS));
  await sealDay(clone.db, date);
  const found = await lookAtTimescale(clone.db);
  expect(found).toEqual({ version: null, available: null, license: null, columnstore: false, sessions: 0 });
  expect(sentenceOf(found)).toBe('The server has no TimescaleDB: prints stay in plain tables.');
  expect(await columnarDays(clone.db, '2026-11-20')).toEqual([]);
  expect(await moveToColumns(clone.db, date)).toBeNull();
});

it('takes prints that come after the move beside it, each once, and sums them up', async () => {
  await using clone = await cloneDatabase();
  const { db } = clone;
  await createPrintWriter(db, tableOf(TICKERS)).store(batchOf(session, PRINTS.slice(0, 600)));
  await sealDay(db, date);
  // As the move leaves it; where there is no columnstore the table is a plain one.
  await db.change('insert into spyhop.print_columnar select * from spyhop.print_20261116');
  await db.change('drop table spyhop.print_20261116');
  await db.change('update spyhop.journal_position set columnar = true');
  const late = batchOf(session, PRINTS.slice(500), { firstRow: 500 });
  expect(await createPrintWriter(db, tableOf(TICKERS)).store(late)).toEqual({
    stored: 300,
    duplicate: 100,
    settled: 0,
  });
  const right = { sessionDate: date, prints: 900, differences: [], more: false };
  expect(await verifyDay(db, date)).toEqual(right);
  // A store whose position was set back still doubles nothing, of either table.
  await db.change('update spyhop.journal_position set tape_rows = 550');
  expect(await createPrintWriter(db, tableOf(TICKERS)).store(late)).toMatchObject({
    stored: 0,
    duplicate: 400,
  });
  expect(await verifyDay(db, date)).toEqual(right);
  expect(await printedDays(db)).toEqual([date]);
  await dropDaysBefore(db, 'print', '2026-11-17');
  const [left] = await db.rows('select count(*) as prints from spyhop.all_prints');
  expect(left).toEqual({ prints: 0 });
});
