// Rows of other people's files: what is read as it stands, what is read with care, what is refused and how it is named.
import { describe, expect, test } from 'vitest';
import { requireSession } from '../../../src/domain/session.ts';
import { at } from '../../support/tape.ts';
import {
  AGGREGATES,
  barRow,
  Folder,
  lines,
  MONDAY,
  nanoseconds,
  OLD_TRADES,
  readAll,
  type ReadFile,
  SPY,
  TRADES,
  tradeRow,
} from '../../support/flat-files.ts';

async function read(content: string | Uint8Array): Promise<ReadFile> {
  using folder = new Folder();
  return await readAll(folder.write('file.csv', content));
}

const TEN = requireSession(MONDAY).midnightMs + at('10:00:00.125');
const PRINT = {
  ticker: SPY,
  epochMs: TEN,
  priceE4: 162_000,
  size: 3,
  condition: 209,
  exchange: 312,
  line: 2,
};
const ROW = tradeRow('10:00:00.125', { size: '3' });

describe('layouts', () => {
  const time = nanoseconds(MONDAY, '10:00:00.125');

  test.each<[string, string]>([
    ['the current trades', lines(TRADES, ROW)],
    ['the trades of 2023', lines(OLD_TRADES, `${SPY},209,,312,1678715620948000000,16.2,${time},3`)],
    [
      'other columns in another order',
      lines('SIZE,note,sip_timestamp,price,exchange,ticker,conditions', `3,a b,${time},16.2,312,${SPY},209`),
    ],
    ['a byte order mark', `\ufeff${lines(TRADES, ROW)}`],
    ['carriage returns', lines(TRADES, ROW).replaceAll('\n', '\r\n')],
    ['no line feed at the end', lines(TRADES, ROW).trimEnd()],
    ['no line feed after a carriage return', `${TRADES}\r\n${ROW}\r`],
    ['quoted names and fields', lines(TRADES.replaceAll(/\w+/g, '"$&"'), ROW.replaceAll(/[^,]+/g, '"$&"'))],
    ['blanks around fields', lines(TRADES.replaceAll(',', ', '), ROW.replaceAll(',', ' , '))],
    ['blank lines after the rows', `${lines(TRADES, ROW)}\n \n\r\n`],
  ])('%s', async (_title, content) => {
    const { rows, rejected } = await read(content);
    expect(rows).toEqual([PRINT]);
    expect(rejected).toEqual([]);
  });

  test('an aggregate is one row of its volume at its close', async () => {
    const { rows } = await read(lines(AGGREGATES, barRow('10:00:00.125', { volume: '3.0', close: '16.2' })));
    expect(rows).toEqual([{ ...PRINT, condition: 0, exchange: 0 }]);
  });

  test('an aggregate may lack the count of its transactions', async () => {
    const { rows } = await read(lines(AGGREGATES, barRow('10:00:00.125').replace(/3$/, '')));
    expect(rows).toHaveLength(1);
  });
});

describe('fields that are unusual and right', () => {
  test.each<[string, Parameters<typeof tradeRow>[1], Partial<typeof PRINT>]>([
    ['no condition', { condition: '' }, { condition: 0 }],
    ['an unknown condition', { condition: '999' }, { condition: 999 }],
    ['a condition of an old vendor', { condition: '65535' }, { condition: 65_535 }],
    ['two conditions: the sweep says more', { condition: '"209,219"' }, { condition: 219 }],
    ['two conditions with blanks', { condition: '"209, 219"' }, { condition: 219 }],
    ['two conditions with a semicolon', { condition: '209;201' }, { condition: 201 }],
    ['a condition as a decimal', { condition: '209.0' }, {}],
    ['a condition with zeros before it', { condition: '000209' }, {}],
    ['no exchange', { exchange: '' }, { exchange: 0 }],
    ['an exchange of an old vendor', { exchange: '65' }, { exchange: 65 }],
    ['an unknown exchange', { exchange: '317' }, { exchange: 317 }],
    ['a size as a decimal', { size: '3.0' }, {}],
    ['a size with six places', { size: '3.000000' }, {}],
    ['the largest size', { size: '9000000' }, { size: 9_000_000 }],
    ['a price of nothing', { price: '0' }, { priceE4: 0 }],
    ['a price in whole dollars', { price: '16' }, { priceE4: 160_000 }],
    ['a price with a dot at its end', { price: '16.' }, { priceE4: 160_000 }],
    ['a price without a whole part', { price: '.05' }, { priceE4: 500 }],
    ['a price with four places', { price: '0.0001' }, { priceE4: 1 }],
    ['a price with trailing zeros', { price: '16.200000' }, {}],
    ['a price from a float', { price: '16.199999999999999289' }, {}],
    ['a price in powers of ten', { price: '1.62e1' }, {}],
    ['the highest price', { price: '100000' }, { priceE4: 1_000_000_000 }],
    ['an adjusted root', { ticker: 'O:GOOG1251219C00650000' }, { ticker: 'O:GOOG1251219C00650000' }],
    ['a root of one letter', { ticker: 'O:F251219C00012000' }, { ticker: 'O:F251219C00012000' }],
    ['a root of six', { ticker: 'O:ABCDE1251219C00012000' }, { ticker: 'O:ABCDE1251219C00012000' }],
  ])('%s', async (_title, fields, read_) => {
    const { rows, rejected } = await read(lines(TRADES, tradeRow('10:00:00.125', { size: '3', ...fields })));
    expect(rejected).toEqual([]);
    expect(rows).toEqual([{ ...PRINT, ...read_ }]);
  });
});

describe('rows that cannot be used', () => {
  test.each<[string, string, string]>([
    [
      'a strike of nine digits',
      tradeRow('10:00', { ticker: 'O:SPY251219C000650000' }),
      'ticker right is neither C nor P',
    ],
    ['a stock', tradeRow('10:00', { ticker: 'SPY' }), 'ticker too short or too long'],
    [
      'an option without its prefix',
      tradeRow('10:00', { ticker: SPY.slice(2) }),
      'ticker does not begin with O:',
    ],
    ['a small letter', tradeRow('10:00', { ticker: SPY.toLowerCase() }), 'ticker right is neither C nor P'],
    [
      'the 31st of November',
      tradeRow('10:00', { ticker: 'O:SPY251131C00650000' }),
      'ticker date is not a calendar date',
    ],
    [
      'a strike of nothing',
      tradeRow('10:00', { ticker: 'O:SPY251219C00000000' }),
      'ticker strike is not 8 digits above zero',
    ],
    ['no ticker', tradeRow('10:00', { ticker: '' }), 'ticker too short or too long'],
    [
      'a ticker of another script',
      tradeRow('10:00', { ticker: 'O:ЅРУ251219C00650000' }),
      'ticker root is not 1 to 6 capital letters or digits',
    ],
    ['a price below zero', tradeRow('10:00', { price: '-1.5' }), 'price is not a number of dollars'],
    ['no price', tradeRow('10:00', { price: '' }), 'price is not a number of dollars'],
    ['a price in words', tradeRow('10:00', { price: 'NaN' }), 'price is not a number of dollars'],
    [
      'a price beyond all prices',
      tradeRow('10:00', { price: '100000.01' }),
      'price is not a number of dollars',
    ],
    [
      'a price of a million digits',
      tradeRow('10:00', { price: '1e1000000' }),
      'price is not a number of dollars',
    ],
    ['a size below zero', tradeRow('10:00', { size: '-3' }), 'size is not a whole number'],
    ['a size of nothing', tradeRow('10:00', { size: '0' }), 'size is not a whole number'],
    ['half a contract', tradeRow('10:00', { size: '2.5' }), 'size is not a whole number'],
    ['no size', tradeRow('10:00', { size: '' }), 'size is not a whole number'],
    ['a size beyond all sizes', tradeRow('10:00', { size: '9000001' }), 'size is not a whole number'],
    ['a condition in letters', tradeRow('10:00', { condition: 'AUTO' }), 'condition is not a number'],
    ['a condition beyond 16 bits', tradeRow('10:00', { condition: '65536' }), 'condition is not a number'],
    ['an exchange in letters', tradeRow('10:00', { exchange: 'CBOE' }), 'exchange is not a number'],
    ['18 digits of time', ROW.replace('000000,', '00000,'), 'timestamp is not 19 digits of nanoseconds'],
    ['20 digits of time', ROW.replace('000000,', '0000000,'), 'timestamp is not 19 digits of nanoseconds'],
    ['time as a float', ROW.replace(/\d{19}/, '1.7639964e18'), 'timestamp is not 19 digits of nanoseconds'],
    [
      'a time before 1970',
      ROW.replace(/\d{19}/, (digits) => `-${digits.slice(1)}`),
      'timestamp is not 19 digits of nanoseconds',
    ],
    ['a column too few', ROW.slice(0, ROW.lastIndexOf(',')), 'row has too few columns'],
    ['a column too many', `${ROW},7`, 'row has too many columns'],
    ['a quote that is never closed', `"${ROW}`, 'row has too few columns'],
    ['the header once more', TRADES, 'condition is not a number'],
    ['binary junk', '\0\x01\x02ÿ\xfe', 'row has too few columns'],
  ])('%s', async (_title, row, reason) => {
    const { rows, rejected } = await read(lines(TRADES, ROW, row, ROW));
    expect(rows.map(({ line }) => line)).toEqual([2, 4]);
    expect(rejected).toEqual([expect.objectContaining({ reason, rows: 1, lines: [3] })]);
  });

  test('a row cut by a quoted line feed is two bad rows, and the next is good', async () => {
    const [first, rest] = [ROW.slice(0, 30), ROW.slice(30)];
    const { rows, rejectedRows } = await read(lines(TRADES, `"${first}`, rest, ROW));
    expect(rows.map(({ line }) => line)).toEqual([4]);
    expect(rejectedRows).toBe(2);
  });

  test('reasons come by frequency, with the lines of the first three and the first row, shortened', async () => {
    const bad = Array.from({ length: 5 }, () => tradeRow('10:00', { size: '0' }));
    const long = `${ROW},${'x'.repeat(500)}`;
    const { rejected } = await read(lines(TRADES, long, ...bad, ROW));
    expect(rejected).toEqual([
      { reason: 'size is not a whole number', rows: 5, lines: [3, 4, 5], sample: bad[0] },
      { reason: 'row has too many columns', rows: 1, lines: [2], sample: long.slice(0, 120) },
    ]);
  });

  test('line numbers hold across blocks of a thousand rows', async () => {
    const many = Array.from({ length: 2_500 }, (_, i) => (i % 1_000 === 999 ? 'junk' : ROW));
    const { rejected, rows } = await read(lines(TRADES, ...many));
    expect(rejected).toMatchObject([{ rows: 2, lines: [1_001, 2_001] }]);
    expect(rows.at(-1)!.line).toBe(2_501);
  });

  test('a malformed ticker is sampled as it stands, and told from its good neighbours', async () => {
    const other = tradeRow('10:00', { ticker: 'O:SPY251219X00650000' });
    const { rows, rejected } = await read(lines(TRADES, ROW, other, ROW, other));
    expect(rows).toHaveLength(2);
    expect(rejected).toEqual([
      { reason: 'ticker right is neither C nor P', rows: 2, lines: [3, 5], sample: 'O:SPY251219X00650000' },
    ]);
  });
});
