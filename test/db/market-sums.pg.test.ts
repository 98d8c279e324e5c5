// The sums over the flow of underlyings: of the market by five minutes, of an underlying by session, and their views.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/pool.ts';
import { createPrintWriter } from '../../src/db/print-writer.ts';
import { sumPrints } from '../../src/db/print-sums.ts';
import { requireSession, sessionsBefore } from '../../src/domain/session.ts';
import { batchOf } from '../../src/domain/trade.ts';
import { importDay } from '../../src/jobs/import-day.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { print, tableOf } from '../support/tape.ts';

const TICKERS = ['O:SPY261218C00650000', 'O:SPY261218P00600000', 'O:AAPL261218C00250000'];
const session = requireSession('2026-11-20');

/** Both tables beside what flow says they should be. */
async function sumsOf(db: Database): Promise<{ readonly stored: object[]; readonly expected: object[] }> {
  const sums =
    'sum(prints)::int as p, sum(volume)::int as v, sum(call_cents)::int as c, sum(put_cents)::int as u';
  const byKey = async (market: string, days: string): Promise<object[]> => [
    ...(await db.rows(
      `select session_date, bucket, ${sums} from spyhop.${market} group by session_date, bucket order by 1, 2`,
    )),
    ...(await db.rows(
      `select session_date, underlying, ${sums} from spyhop.${days} group by session_date, underlying order by 1, 2`,
    )),
  ];
  return { stored: await byKey('market_flow', 'underlying_day'), expected: await byKey('flow', 'flow') };
}

describe('the sums over flow', () => {
  let clone: TestDatabase;
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-sums-'));
  beforeAll(async () => {
    clone = await cloneDatabase();
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await clone[Symbol.asyncDispose]();
  });

  it('follow the prints however they are cut, cancels subtracted', async () => {
    const writer = createPrintWriter(clone.db, tableOf(TICKERS));
    const prints = Array.from({ length: 240 }, (_row, row) => ({
      ...print('09:30:00', (row % 7) + 1, { condition: row % 11 === 10 ? 201 : 209 }),
      atMs: 34_200_000 + row * 9_000,
      contract: row % 3,
    }));
    await writer.store(batchOf(session, prints));
    for (let left = 1; left > 0;) left = await sumPrints(clone.db, 17);
    const { stored, expected } = await sumsOf(clone.db);
    expect(stored).toEqual(expected);
    expect(stored).toHaveLength(8 + 2);
  });

  it('have minute aggregates too, which leave no prints', async () => {
    const writer = createPrintWriter(clone.db, tableOf(TICKERS));
    const day = requireSession(sessionsBefore(session.date, 1)[0]!);
    const minutes = [print('09:30:59', 40), { ...print('09:31:59', 60), contract: 2 }];
    await writer.store({ ...batchOf(day, minutes), kind: 'minutes' });
    await writer.store({ ...batchOf(day, [print('09:32:59', 5)], { firstRow: 2 }), kind: 'minutes' });
    const { stored, expected } = await sumsOf(clone.db);
    expect(stored).toEqual(expected);
    expect(
      await clone.db.rows('select volume::int from spyhop.market_flow where session_date = $1', [day.date]),
    ).toEqual([{ volume: 105 }]);
  });

  it('are made again when a file takes the place of the day', async () => {
    const path = join(folder, '2026-11-20.csv');
    const row = (ticker: string, minute: number, size: number): string =>
      `${ticker},209,0,302,1.25,${session.midnightMs + session.openMs + minute * 60_000}000000,${size}`;
    const rows = [row(TICKERS[0]!, 1, 10), row(TICKERS[2]!, 380, 4)];
    const head = 'ticker,conditions,correction,exchange,price,sip_timestamp,size';
    writeFileSync(path, [head, ...rows, ''].join('\n'));
    await importDay(clone.db, path, {
      printsFrom: session.date,
      historyDir: join(folder, 'history'),
      importedAtMs: 0,
    });
    const { stored, expected } = await sumsOf(clone.db);
    expect(stored).toEqual(expected);
    expect(
      await clone.db.rows(
        `select underlying, volume::int, call_premium::text, put_premium::text
         from spyhop.underlying_days where session_date = $1 order by 1`,
        [session.date],
      ),
    ).toEqual([
      { underlying: 'AAPL', volume: 4, call_premium: '500.00', put_premium: '0.00' },
      { underlying: 'SPY', volume: 10, call_premium: '1250.00', put_premium: '0.00' },
    ]);
  });

  it('know the sessions of underlyings also of days whose five minutes are not kept', async () => {
    const path = join(folder, '2026-11-20-again.csv');
    const at = session.midnightMs + session.openMs + 60_000;
    const head = 'ticker,conditions,correction,exchange,price,sip_timestamp,size';
    writeFileSync(path, `${head}\n${TICKERS[1]!},209,0,302,2.50,${at}000000,8\n`);
    await importDay(clone.db, path, {
      printsFrom: '2026-11-21',
      historyDir: join(folder, 'history'),
      importedAtMs: 0,
    });
    expect(
      await clone.db.rows(
        'select underlying, volume::int, put_cents::int from spyhop.underlying_day where session_date = $1',
        [session.date],
      ),
    ).toEqual([{ underlying: 'SPY', volume: 8, put_cents: 200_000 }]);
    expect(
      await clone.db.rows('select from spyhop.market_flow where session_date = $1', [session.date]),
    ).toHaveLength(0);
  });

  it('tell what five minutes are like: deciles over the sessions before, those without a trade as 0', async () => {
    const days = sessionsBefore('2026-10-30', 10);
    for (const [at, day] of days.entries()) {
      await clone.db.change('select spyhop.make_day($1::date)', [day]);
      await clone.db.change('insert into spyhop.market_flow values ($1, 114, 1, 1, 0, 0)', [day]);
      if (at < 6)
        await clone.db.change('insert into spyhop.flow values ($1, $2, 120, 1, $3, 0, 0)', [day, 'QQQ', 100]);
    }
    const band = await clone.db.rows<{ bucket: number }>(
      "select * from spyhop.flow_band('QQQ', '2026-10-30', 10) order by bucket",
    );
    expect(band).toHaveLength(81);
    expect(band.find(({ bucket }) => bucket === 120)).toEqual({
      bucket: 120,
      low: 0,
      median: 100,
      high: 100,
    });
    expect(band.find(({ bucket }) => bucket === 121)).toEqual({ bucket: 121, low: 0, median: 0, high: 0 });
  });
});
