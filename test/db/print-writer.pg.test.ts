// Batches in the store: every print once with its sums, whatever is repeated, cut off or settled in between.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { VolumeCounter } from '../../src/feeds/flat-file/volumes.ts';
import { storedRows } from '../../src/db/journal-position.ts';
import { sumPrints } from '../../src/db/print-sums.ts';
import { createPrintWriter } from '../../src/db/print-writer.ts';
import { requireSession } from '../../src/domain/session.ts';
import { batchOf, type Print } from '../../src/domain/trade.ts';
import { Random } from '../../src/lib/random.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { print, tableOf } from '../support/tape.ts';

const CALL = 'O:SPY261218C00650000';
const PUT = 'O:SPY261218P00600000';
const session = requireSession('2026-11-20');

describe('the print writer', () => {
  let clone: TestDatabase;
  let table = tableOf([]);
  beforeAll(async () => {
    clone = await cloneDatabase();
  });
  afterAll(() => clone[Symbol.asyncDispose]());
  beforeEach(async () => {
    table = tableOf([CALL, PUT]);
    await clone.db.change(
      'truncate spyhop.print, spyhop.bar, spyhop.flow, spyhop.day_summary, spyhop.market_flow, spyhop.underlying_day',
    );
    await clone.db.change('truncate spyhop.journal_position, spyhop.sum_position');
  });

  it('stores prints as they came, to the millisecond, and shows them in dollars', async () => {
    const writer = createPrintWriter(clone.db, table);
    const one = print('09:31:00.250', 500, { priceE4: 12_050, condition: 219 });
    const late = { ...print('20:15:00', 3), atMs: -13_500_000, contract: 1, condition: 40_000 };
    const batch = { ...batchOf(session, [late, one]), sequence: Float64Array.of(0, 5_000_000_123) };
    expect(await writer.store(batch)).toEqual({ stored: 2, duplicate: 0, settled: 0 });
    expect(
      await clone.db.rows(
        `select osi, at::text, price::text, size, premium::text, condition, exchange, sequence, tape_row
         from spyhop.prints order by at`,
      ),
    ).toEqual([
      {
        osi: PUT,
        at: '2026-11-20 01:15:00+00',
        price: '1.0000',
        size: 3,
        premium: '300.00',
        condition: 40_000 - 65_536,
        exchange: 302,
        sequence: 0,
        tape_row: 0,
      },
      {
        osi: CALL,
        at: '2026-11-20 14:31:00.25+00',
        price: '1.2050',
        size: 500,
        premium: '60250.00',
        condition: 219,
        exchange: 302,
        sequence: 5_000_000_123,
        tape_row: 1,
      },
    ]);
  });

  it('passes over the rows of a repeated or overlapping batch', async () => {
    const prints = Array.from({ length: 10 }, (_row, row) => print(`09:3${row}:00`, row + 1));
    const writer = createPrintWriter(clone.db, table);
    await writer.store(batchOf(session, prints.slice(0, 6)));
    const again = createPrintWriter(clone.db, tableOf([CALL]));
    expect(await again.store(batchOf(session, prints.slice(0, 6)))).toMatchObject({
      stored: 0,
      duplicate: 6,
    });
    expect(await again.store(batchOf(session, prints.slice(4), { firstRow: 4 }))).toMatchObject({
      stored: 4,
      duplicate: 2,
    });
    expect(
      await clone.db.rows('select sum(size)::int as size, count(*)::int as prints from spyhop.print'),
    ).toEqual([{ size: 55, prints: 10 }]);
    expect(await storedRows(clone.db, session.date)).toBe(10);
  });

  it('keeps nothing of a batch that breaks off before its commit, and stores it whole the next time', async () => {
    for (const point of ['copy', 'position', 'commit'] as const) {
      let broken = true;
      const writer = createPrintWriter(clone.db, table, (at) => {
        if (at !== point || !broken) return;
        broken = false;
        throw new Error(`cut off before ${at}`);
      });
      const firstRow = await storedRows(clone.db, session.date);
      const batch = batchOf(session, [print('09:31:00', 7)], { firstRow });
      await expect(writer.store(batch)).rejects.toThrow(`cut off before ${point}`);
      expect(await storedRows(clone.db, session.date)).toBe(firstRow);
      expect(await writer.store(batch)).toEqual({ stored: 1, duplicate: 0, settled: 0 });
    }
    await sumPrints(clone.db);
    expect(await clone.db.rows('select volume from spyhop.day_summary')).toEqual([{ volume: 21 }]);
  });

  it('keeps bars, flow and days equal to the sums of the prints, however batches are cut', async () => {
    const random = new Random('bars of a day');
    const prints: Print[] = Array.from({ length: 2000 }, (_row, row) => ({
      contract: random.below(2),
      atMs: 34_200_000 + row * 7000,
      priceE4: 5_000 + random.below(500) * 10,
      size: 1 + random.below(50),
      // Some cancels, late reports, compressions (kept apart) and codes nobody knows.
      condition: [209, 209, 209, 202, 201, 247, 999][random.below(7)]!,
      exchange: 302,
    }));
    const writer = createPrintWriter(clone.db, table);
    const counter = new VolumeCounter();
    for (let firstRow = 0; firstRow < prints.length;) {
      const part = prints.slice(firstRow, firstRow + 1 + random.below(300));
      const batch = batchOf(session, part, { firstRow });
      counter.add(batch);
      await writer.store(batch);
      firstRow += part.length;
      // Sums follow at their own pace, a few rows at a time.
      if (random.below(3) === 0) await sumPrints(clone.db, 1 + random.below(200));
    }
    while ((await sumPrints(clone.db)) > 0);
    const { volume } = counter.take(session.date);
    const days = await clone.db.rows(
      'select volume, prints, premium_cents from spyhop.day_summary order by contract_id',
    );
    expect(days.map((day) => day['volume'])).toEqual([...volume]);
    const slow = await clone.db.rows(
      `select sum(sign * size)::bigint as volume, sum(sign)::int as prints,
         sum(sign * size::bigint * price_e4)::bigint as premium_cents
       from (select *, case when condition in (201, 203, 205, 207) then -1
                            when condition = 247 then 0 else 1 end as sign
             from spyhop.print) p
       group by contract_id order by contract_id`,
    );
    expect(days).toEqual(slow);
    expect(
      await clone.db.rows(
        `select sum(volume)::bigint as volume, sum(prints)::int as prints, sum(premium_cents)::bigint as premium_cents
         from spyhop.bar group by contract_id order by contract_id`,
      ),
    ).toEqual(slow);
    const [flow] = await clone.db.rows(
      'select sum(call_cents)::bigint as c, sum(put_cents)::bigint as p from spyhop.flow',
    );
    expect(flow).toEqual({ c: slow[0]!['premium_cents'], p: slow[1]!['premium_cents'] });
    const extremes = `select min(low_e4) as low, max(high_e4) as high
      from spyhop.bar group by contract_id order by contract_id`;
    expect(await clone.db.rows(extremes)).toEqual(
      await clone.db.rows(
        `select min(price_e4) as low, max(price_e4) as high from spyhop.print
         where condition not in (201, 203, 205, 207, 247) group by contract_id order by contract_id`,
      ),
    );
  });

  it('keeps only the sums of minute aggregates', async () => {
    const writer = createPrintWriter(clone.db, table);
    await writer.store(batchOf(session, [print('09:31:59.999', 40)], { kind: 'minutes' }));
    expect(await clone.db.rows('select from spyhop.print')).toEqual([]);
    expect(await clone.db.rows('select volume from spyhop.bar')).toEqual([{ volume: 40 }]);
  });

  it('takes no live print of a session that its file has settled', async () => {
    await clone.db.change(
      `with file as (insert into spyhop.imported_file (checksum, name, kind, session_date, bytes, row_count,
         rejected_count, prints_kept, imported_at, is_current)
         values ('c', 'f', 'trades', '2026-11-20', 1, 1, 0, true, now(), true) returning file_id)
       insert into spyhop.journal_position (session_date, settled_by) select '2026-11-20', file_id from file`,
    );
    const writer = createPrintWriter(clone.db, table);
    expect(await writer.store(batchOf(session, [print('09:31:00', 1)]))).toEqual({
      stored: 0,
      duplicate: 0,
      settled: 1,
    });
  });

  it('makes a partition that nobody made ahead, and counts that', async () => {
    const writer = createPrintWriter(clone.db, table);
    const other = requireSession('2026-11-23');
    await writer.store(batchOf(other, [print('09:31:00', 1)]));
    expect(writer.partitionsMissed).toBe(1);
  });
});
