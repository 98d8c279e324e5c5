// Prints in columns, on a server with TimescaleDB: the same prints, in a fraction of the space, or the day as it was.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { columnarDays, lookAtTimescale, moveToColumns, sentenceOf } from '../../src/db/columnar.ts';
import { ContractIds } from '../../src/db/contracts.ts';
import { dropDaysBefore, makeDay } from '../../src/db/day-tables.ts';
import { listUnderlyingPrints } from '../../src/db/market-answers.ts';
import { migrate } from '../../src/db/migrate.ts';
import type { Database } from '../../src/db/pool.ts';
import { readCatalog } from '../../src/db/schema/catalog.ts';
import { compareCatalogs } from '../../src/db/schema/drift.ts';
import { sealDay } from '../../src/db/seal.ts';
import { listPrints } from '../../src/db/tape-answers.ts';
import { printedDays, verifyDay } from '../../src/db/verify.ts';
import { requireSession } from '../../src/domain/session.ts';
import { describeWithTimescale, type TimescaleDatabase } from '../support/columnstore.ts';
import { tableOf } from '../support/tape.ts';

const DATES = ['2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19'] as const;
const [MONDAY, TUESDAY, , THURSDAY] = DATES;
const TICKERS = ['O:SPY261218C00650000', 'O:SPY261218P00600000', 'O:AAPL261218C00200000'];
const PRINTS = 20_000;
const CONTENT = `
  select count(*)::int as rows, sum(hash_record_extended(p, 0)::numeric)::text as digest
  from (select sequence, session_date, tape_row, contract_id, underlying_id, at_ms, price_e4, size, condition, exchange
    from spyhop.all_prints) p`;

/** A day of prints, written and sealed; without COPY, which the server in WebAssembly has not. */
async function liveDay(db: Database, date: string): Promise<void> {
  await makeDay(db, date);
  await new ContractIds(tableOf(TICKERS)).ensure(db, Int32Array.of(0, 1, 2), TICKERS.length);
  await db.change(
    `insert into spyhop.print
     select row + 7, $1, row, contract_id, underlying_id, 34200000 + row * 1100 + row % 13,
       5000 + row * 7919 % 500 * 10, 1 + row % 17, 209, 302
     from generate_series(0, $2 - 1) row
     join (select *, row_number() over (order by contract_id) - 1 as place from spyhop.contract) c on place = row % 3`,
    [date, PRINTS],
  );
  await db.change('insert into spyhop.journal_position (session_date, tape_rows) values ($1, $2)', [
    date,
    PRINTS,
  ]);
  await sealDay(db, date);
}

/** All prints of a contract and of an underlying, page by page, as the API gives them. */
async function pagesOf(db: Database, date: string): Promise<unknown[]> {
  const items: unknown[] = [];
  for (let after: Parameters<typeof listPrints>[3] = null; ;) {
    const page = await listPrints(db, TICKERS[0]!, date, after, 1000);
    items.push(...page!.items);
    if (page!.next === null) break;
    after = page!.next;
  }
  const { midnightMs, openMs } = requireSession(date);
  const noon = { atMs: midnightMs + openMs + 9_000_000, key: '0' };
  const page = await listUnderlyingPrints(db, 'SPY', date, noon, 500);
  return [...items, ...page!.items];
}

/** All that the edition without a columnstore has to show. */
async function movesNothing(db: Database): Promise<void> {
  await liveDay(db, MONDAY);
  const [before] = await db.rows(CONTENT);
  expect(await moveToColumns(db, MONDAY)).toBeNull();
  expect((await db.rows(CONTENT))[0]).toEqual(before);
}

describeWithTimescale((start) => {
  let database: TimescaleDatabase;
  let db: Database;
  let hasColumns = false;
  beforeAll(async () => {
    database = await start();
    ({ db } = database);
    await migrate(db, database.schema);
  });
  afterAll(() => database[Symbol.asyncDispose]());
  beforeEach(async () => {
    await dropDaysBefore(db, 'print', '2027-01-01');
    await db.change(`truncate spyhop.print, spyhop.bar, spyhop.flow, spyhop.day_summary, spyhop.market_flow,
      spyhop.underlying_day, spyhop.journal_position, spyhop.sum_position`);
  });

  it('is found at run time: on the server, then in the database, with the edition of its licence', async () => {
    const before = await lookAtTimescale(db);
    expect(before).toMatchObject({ version: null, license: null, columnstore: false, sessions: 0 });
    expect(sentenceOf(before)).toContain('create extension timescaledb');
    await liveDay(db, MONDAY);
    expect(await columnarDays(db, THURSDAY)).toEqual([]);
    expect(await moveToColumns(db, MONDAY)).toBeNull();
    await db.change('create extension timescaledb');
    const found = await lookAtTimescale(db);
    hasColumns = found.license === 'timescale';
    expect(found).toMatchObject({ version: before.available, columnstore: hasColumns });
    expect(sentenceOf(found)).toContain(hasColumns ? 'move into columns' : 'stay in plain tables');
  });

  it('moves sessions after the correction window, and they answer as before', async () => {
    for (const date of DATES) await liveDay(db, date);
    const [before] = await db.rows(CONTENT);
    const answers = await pagesOf(db, MONDAY);
    const catalog = await readCatalog(db);
    expect(await columnarDays(db, THURSDAY)).toEqual(hasColumns ? [MONDAY, TUESDAY] : []);
    expect(await moveToColumns(db, MONDAY)).toBe(hasColumns ? PRINTS : null);
    if (!hasColumns) return;
    expect(await moveToColumns(db, MONDAY)).toBeNull();
    expect(await columnarDays(db, THURSDAY)).toEqual([TUESDAY]);
    expect(await moveToColumns(db, TUESDAY)).toBe(PRINTS);
    expect((await db.rows(CONTENT))[0]).toEqual(before);
    expect(await pagesOf(db, MONDAY)).toEqual(answers);
    expect(await printedDays(db)).toEqual(DATES);
    for (const date of DATES) {
      expect(await verifyDay(db, date)).toMatchObject({ prints: PRINTS, differences: [] });
    }
    const plain = await db.rows<{ name: string | null }>(
      `select to_regclass('spyhop.print_' || to_char(d::date, 'YYYYMMDD'))::text as name
       from unnest($1::text[]) d order by d`,
      [DATES],
    );
    expect(plain.map(({ name }) => name)).toEqual([
      null,
      null,
      'spyhop.print_20261118',
      'spyhop.print_20261119',
    ]);
    // A table that the extension has taken over is no drift.
    expect(compareCatalogs(catalog, await readCatalog(db))).toEqual([]);
    expect((await lookAtTimescale(db)).sessions).toBe(2);
  });

  it('lies in less than a third of the space', async () => {
    if (!hasColumns) return movesNothing(db);
    await liveDay(db, MONDAY);
    const [{ plain }] = (await db.rows(
      "select pg_total_relation_size('spyhop.print_20261116') as plain",
    )) as [{ plain: number }];
    await moveToColumns(db, MONDAY);
    const [{ columns }] = (await db.rows(
      "select public.hypertable_size('spyhop.print_columnar') as columns",
    )) as [{ columns: number }];
    expect(columns).toBeGreaterThan(0);
    expect(columns).toBeLessThan(plain / 3);
  });

  it('may be read, and not written, by the roles that ask', async () => {
    if (!hasColumns) return movesNothing(db);
    await liveDay(db, MONDAY);
    await moveToColumns(db, MONDAY);
    for (const role of ['spyhop_reader', 'spyhop_grafana']) {
      const asRole = async <Result>(text: string): Promise<Result[]> =>
        db.transaction(async (transaction) => {
          await transaction.rows(`set local role ${role}`);
          return transaction.rows<Result>(text);
        });
      expect(await asRole('select count(*) as prints from spyhop.prints where size > 0')).toEqual([
        { prints: PRINTS },
      ]);
      await expect(asRole('delete from spyhop.print_columnar')).rejects.toThrow(/permission denied/);
      await expect(asRole(`select spyhop.drop_columnar(null, '2027-01-01')`)).rejects.toThrow(
        /permission denied/,
      );
    }
  });

  it('leaves the day as it was when the columns do not hold what the table holds', async () => {
    if (!hasColumns) return movesNothing(db);
    await liveDay(db, MONDAY);
    await liveDay(db, TUESDAY);
    await moveToColumns(db, MONDAY);
    await db.transaction(async ({ client }) => {
      await client.query(`
        create function public.lose() returns trigger language plpgsql as 'begin return null; end';
        create trigger lose before insert on spyhop.print_columnar for each row when (new.tape_row = 77)
        execute function public.lose()`);
    });
    const [before] = await db.rows(CONTENT);
    try {
      await expect(moveToColumns(db, TUESDAY)).rejects.toThrow(/do not hold what its table holds/);
      expect((await db.rows(CONTENT))[0]).toEqual(before);
      expect(await columnarDays(db, THURSDAY)).toEqual([TUESDAY]);
    } finally {
      await db.change('drop trigger lose on spyhop.print_columnar');
    }
    expect(await moveToColumns(db, TUESDAY)).toBe(PRINTS);
    expect((await db.rows(CONTENT))[0]).toEqual(before);
  });

  it('gives way to the file of a day that comes late, and is forgotten by sessions', async () => {
    if (!hasColumns) return movesNothing(db);
    for (const date of DATES) await liveDay(db, date);
    await moveToColumns(db, MONDAY);
    await moveToColumns(db, TUESDAY);
    await db.rows("select spyhop.make_day_table('print', 'print_20261116_new')");
    await db.rows("select spyhop.replace_day_table('print', 'print_20261116_new', '2026-11-16')");
    const days =
      'select session_date as date, count(*) as prints from spyhop.all_prints group by 1 order by 1';
    expect(await db.rows(days)).toEqual(DATES.slice(1).map((date) => ({ date, prints: PRINTS })));
    // The replaced day is a plain one again, and goes as its partition.
    expect(await dropDaysBefore(db, 'print', '2026-11-18')).toBe(2);
    expect(await db.rows(days)).toEqual(DATES.slice(2).map((date) => ({ date, prints: PRINTS })));
    expect((await lookAtTimescale(db)).sessions).toBe(0);
  });

  it('may go again: a database that lost the extension keeps its plain days and takes new ones', async () => {
    await liveDay(db, MONDAY);
    await moveToColumns(db, MONDAY);
    await dropDaysBefore(db, 'print', '2026-11-17');
    await db.change('drop extension timescaledb cascade');
    await liveDay(db, TUESDAY);
    expect(await columnarDays(db, THURSDAY)).toEqual([]);
    expect(await moveToColumns(db, TUESDAY)).toBeNull();
    expect(await verifyDay(db, TUESDAY)).toMatchObject({ prints: PRINTS, differences: [] });
    expect((await lookAtTimescale(db)).columnstore).toBe(false);
    expect(await dropDaysBefore(db, 'print', '2026-11-18')).toBe(1);
  });
});
