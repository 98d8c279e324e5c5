// The byte parser against the careful reader: on any row, however mangled, they say the same.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTicker } from '../../../src/domain/contract.ts';
import { ContractTable } from '../../../src/domain/contract-table.ts';
import { readRow, splitRow } from '../../../src/feeds/flat-file/careful.ts';
import { parseHeader } from '../../../src/feeds/flat-file/header.ts';
import { RowReader } from '../../../src/feeds/flat-file/rows.ts';
import { AGGREGATES, OLD_TRADES, QQQ, QUOTES, SPY, TRADES } from '../../support/flat-files.ts';
import { assertProperty } from '../../support/properties.ts';

/** Everything both readers can say of a row. */
type Verdict = Readonly<Record<string, number | string>>;

function verdictsOfReader(header: string, rows: readonly string[]): Verdict[] {
  const table = new ContractTable();
  const verdicts: Verdict[] = Array.from(rows, () => ({ blank: 1 }));
  const reader = new RowReader(parseHeader('file.csv', header), table, (block) => {
    for (let row = 0; row < block.length; row++) {
      const { contract, epochMs, nanos, priceE4, size } = block;
      const { condition, exchange, bidE4, bidSize, askE4, askSize } = block;
      if (contract[row]! < 0) continue;
      verdicts[block.line[row]! - 2] = {
        ticker: table.ticker(contract[row]!),
        epochMs: epochMs[row]!,
        nanos: nanos[row]!,
        priceE4: priceE4[row]!,
        size: size[row]!,
        condition: condition[row]!,
        exchange: exchange[row]!,
        bidE4: bidE4[row]!,
        bidSize: bidSize[row]!,
        askE4: askE4[row]!,
        askSize: askSize[row]!,
      };
    }
  });
  const bytes = Buffer.from(rows.map((row) => `${row}\n`).join(''));
  reader.read({ bytes, end: bytes.length, bytesRead: 0, bytesTotal: 0 });
  for (const { reason, lines } of reader.rejects.list()) {
    for (const line of lines) verdicts[line - 2] = { fault: reason };
  }
  return verdicts;
}

function verdictOfCare(header: string, row: string): Verdict {
  if (row.trim() === '') return { blank: 1 };
  const values = readRow(row.replace(/\r$/, ''), parseHeader('file.csv', header).columns);
  if ('fault' in values) return { fault: values.fault };
  const parsed = parseTicker(values.ticker);
  if ('fault' in parsed) return { fault: parsed.fault };
  return parsed.osi === values.ticker ? { ...values } : { fault: 'ticker does not begin with O:' };
}

const number = fc.oneof(
  fc.nat(99_999).map(String),
  fc.constantFrom(
    '0',
    '',
    '-1',
    '+5',
    '007',
    '1.',
    '.5',
    '.',
    '1.0',
    '3.0000',
    '16.25',
    '16.12345',
    '0.0001',
    '99999.9999',
  ),
  fc.constantFrom(
    '100000',
    '100000.0001',
    '9000000',
    '9000001',
    '999999999',
    '1234567890',
    '000000209',
    '0000000209',
  ),
  fc.constantFrom(
    '65535',
    '65536',
    '1e2',
    '1.5E-3',
    'NaN',
    '12a',
    '1 2',
    ' 7',
    '7 ',
    '209;219',
    '1..2',
    '1,5',
    '--',
  ),
  fc.double({ min: 0, max: 200_000, noNaN: true }).map(String),
);
const time = fc.oneof(
  { weight: 5, arbitrary: fc.bigInt({ min: 10n ** 18n, max: 10n ** 19n - 1n }).map(String) },
  fc.bigInt({ min: 0n, max: 10n ** 21n }).map(String),
  fc.constantFrom(
    '',
    '176399640000000000x',
    '1763996400000.00000',
    '-763996400000000000',
    '1.763996400000000e18',
  ),
);
const ticker = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(SPY, QQQ, 'O:A260618C00100000', 'O:SPXW251128P06800000') },
  fc.constantFrom(
    '',
    'SPY',
    SPY.slice(2),
    `${SPY}0`,
    SPY.toLowerCase(),
    'O:SPY251319C00650000',
    ` ${SPY}`,
    'Ö:SPY',
  ),
  fc.string({ maxLength: 26 }).map((text) => text.replaceAll(/[\n\r]/g, '')),
);

interface Mutation {
  readonly place: number;
  readonly drop: number;
  readonly insert: string;
}

const mutation: fc.Arbitrary<Mutation | null> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  fc.record({
    place: fc.nat(140),
    drop: fc.nat(3),
    insert: fc.constantFrom('', ',', '"', '""', '.', '-', ' ', '\0', '\r', '\t', '0', '9', 'é', ',,'),
  }),
);

function mangled(row: string, change: Mutation | null): string {
  if (change === null) return row;
  const place = change.place % (row.length + 1);
  return row.slice(0, place) + change.insert + row.slice(place + change.drop);
}

function rowsOf(header: string): fc.Arbitrary<string[]> {
  const fields = header.split(',').map((name) => {
    const value = name === 'ticker' ? ticker : /timestamp|window/.test(name) ? time : number;
    return fc
      .tuple(value, fc.integer({ min: 0, max: 9 }))
      .map(([text, quoted]) => (quoted === 9 ? `"${text}"` : text));
  });
  const row = fc.tuple(fc.tuple(...fields), mutation, fc.constantFrom('', '', '', '\r'));
  return fc.array(
    row.map(([values, change, end]) => mangled(values.join(','), change) + end),
    { minLength: 1, maxLength: 3 },
  );
}

/** Rows of which nothing is wrong: without them the byte parser would hardly be tried. */
function goodRowsOf(header: string): fc.Arbitrary<string[]> {
  const cents = fc.nat(99_999).map((value) => String(value / 100));
  const fields = header.split(',').map((name) => {
    if (name === 'ticker') return fc.constantFrom(SPY, QQQ);
    if (/timestamp|window/.test(name))
      return fc.bigInt({ min: 10n ** 18n, max: 2n * 10n ** 18n }).map(String);
    if (name === 'conditions' || name === 'exchange') return fc.constantFrom('', '0', '209', '312', '65535');
    return /price|open|close|high|low/.test(name)
      ? cents
      : fc.integer({ min: 1, max: 9_000_000 }).map(String);
  });
  return fc.array(
    fc.tuple(fc.tuple(...fields), mutation).map(([values, change]) => mangled(values.join(','), change)),
    { minLength: 1, maxLength: 3 },
  );
}

test.each([
  ['trades', TRADES],
  ['trades of 2023', OLD_TRADES],
  ['quotes', QUOTES],
  ['aggregates', AGGREGATES],
  ['columns from the back', TRADES.split(',').toReversed().join(',')],
])('both readers agree on %s', (_title, header) => {
  const check = (rows: string[]): void => {
    expect(verdictsOfReader(header, rows)).toEqual(rows.map((row) => verdictOfCare(header, row)));
  };
  assertProperty(fc.property(rowsOf(header), check), 1_000);
  assertProperty(fc.property(goodRowsOf(header), check), 1_500);
});

test('a line splits into the fields it was joined from, quotes and commas included', () => {
  const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '1', '.', 'é'), maxLength: 6 });
  assertProperty(
    fc.property(fc.array(field, { minLength: 1, maxLength: 6 }), (fields) => {
      const line = fields.map((text) => `"${text.replaceAll('"', '""')}"`).join(',');
      expect(splitRow(line)).toEqual(fields);
    }),
  );
});

test('no line takes the splitter longer than its length, or fails it', () => {
  expect(splitRow('')).toEqual(['']);
  expect(splitRow(',')).toEqual(['', '']);
  expect(splitRow('"')).toEqual(['']);
  expect(splitRow('"a"b,c')).toEqual(['a', 'c']);
  expect(splitRow('"'.repeat(60_001))).toHaveLength(1);
});
