// What a file says of itself before it is read: its kind, its day, and why it is refused.
import { mkdirSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { requireSession } from '../../../src/domain/session.ts';
import { dateInName, openFlatFile } from '../../../src/feeds/flat-file/open.ts';
import {
  AGGREGATES,
  barRow,
  Folder,
  lines,
  MONDAY,
  nanoseconds,
  OLD_TRADES,
  QUOTES,
  SPY,
  TRADES,
  TUESDAY,
  tradeRow,
} from '../../support/flat-files.ts';

const TIME = nanoseconds(MONDAY, '10:00');

/** Kind and day of a file, or the sentence that refuses it. */
async function seen(name: string, content: string | Uint8Array): Promise<string> {
  using folder = new Folder();
  const path = folder.write(name, content);
  try {
    const { kind, session } = await openFlatFile(path);
    return `${kind} of ${session.date}`;
  } catch (error) {
    return (error as Error).message.replace(path, 'it');
  }
}

describe('kinds', () => {
  test.each<[string, string, string]>([
    ['trades', lines(TRADES, tradeRow('10:00')), 'trades'],
    ['trades of 2023', lines(OLD_TRADES, `${SPY},209,,312,${TIME},16.2,${TIME},3`), 'trades'],
    ['quotes', lines(QUOTES, `${SPY},302,9.8,24,302,9.7,17,1,${TIME}`), 'quotes'],
    ['minutes', lines(AGGREGATES, barRow('09:30')), 'minute aggregates'],
    [
      'days',
      lines(AGGREGATES, barRow('00:00'), barRow('00:00', { ticker: 'O:SPY251219C00651000' })),
      'day aggregates',
    ],
    [
      'minutes of which the first is at midnight',
      lines(AGGREGATES, barRow('00:00'), barRow('09:30')),
      'minute aggregates',
    ],
    ['trades after rows that are none', lines(TRADES, 'junk', '', tradeRow('10:00')), 'trades'],
  ])('%s', async (_title, content, kind) => {
    expect(await seen('file.csv', content)).toBe(`${kind} of ${MONDAY}`);
  });

  test('the first good row may lie beyond the first chunk', async () => {
    const junk = Array.from({ length: 40_000 }, () => 'no row at all');
    expect(await seen('file.csv', gzipSync(lines(TRADES, ...junk, tradeRow('10:00'))))).toBe(
      `trades of ${MONDAY}`,
    );
  });
});

describe('days', () => {
  test.each<[string, string | null]>([
    ['2025-11-24.csv.gz', '2025-11-24'],
    ['aapl-20140606-minute_aggs.csv', '2014-06-06'],
    ['2025-11-24', '2025-11-24'],
    ['trades.csv', null],
    ['2025-13-01.csv', null],
    ['2025-02-29.csv', null],
    ['120251124.csv', null],
    ['2025-11-240.csv', null],
  ])('the name %s says %s', (name, date) => {
    expect(dateInName(join('2020-01-02', name))).toBe(date);
  });

  const row = tradeRow('10:00');
  test.each<[string, string, string, string]>([
    ['the name decides', `${MONDAY}.csv`, row, `trades of ${MONDAY}`],
    ['without a date in the name the rows do', 'x.csv', row, `trades of ${MONDAY}`],
    ['a row of the last minute of a day', 'x.csv', tradeRow('17:59'), `trades of ${MONDAY}`],
    ['a row of the evening belongs to the next session', 'x.csv', tradeRow('20:15'), `trades of ${TUESDAY}`],
    [
      'a Saturday',
      '2025-11-22.csv',
      row,
      'it: 2025-11-22 is not a trading day: the US options market was closed',
    ],
    [
      'Thanksgiving',
      '2025-11-27.csv',
      row,
      'it: 2025-11-27 is not a trading day: the US options market was closed',
    ],
    [
      'before the calendar',
      '2009-11-24.csv',
      row,
      'it: 2009-11-24 is outside the calendar, which covers 2014 to 2030',
    ],
    [
      'a name of another week',
      '2025-12-01.csv',
      row,
      'it is named for 2025-12-01 but its rows are of 2025-11-24: rename it',
    ],
  ])('%s', async (_title, name, first, said) => {
    expect(await seen(name, lines(TRADES, first))).toBe(said);
  });

  test('no time zone but New York counts: the last row of a winter day lies in the next day of London', async () => {
    const last = requireSession(MONDAY).midnightMs + 17.9 * 3_600_000;
    expect(await seen('x.csv', lines(TRADES, row.replace(/\d{19}/, `${last}000000`)))).toBe(
      `trades of ${MONDAY}`,
    );
  });
});

describe('what is no file', () => {
  test('a path that does not exist', async () => {
    await expect(openFlatFile('/no/such.csv')).rejects.toThrow('/no/such.csv does not exist: check the path');
  });

  test('a path under a file', async () => {
    using folder = new Folder();
    const path = join(folder.write('a.csv', 'x'), 'b.csv');
    await expect(openFlatFile(path)).rejects.toThrow(
      `${path} lies under something that is not a folder: check the path`,
    );
  });

  test('a folder', async () => {
    using folder = new Folder();
    const path = join(folder.path, 'x.csv');
    mkdirSync(path);
    await expect(openFlatFile(path)).rejects.toThrow(`${path} is a folder: name a file`);
  });

  test('a pipe, which would give its first bytes only once', async () => {
    using folder = new Folder();
    const path = join(folder.path, 'x.csv');
    execFileSync('mkfifo', [path]);
    await expect(openFlatFile(path)).rejects.toThrow(`${path} is not a file but a pipe or a device`);
  });
});
