// The bytes of a file: gzipped or not, whole or broken, cut into chunks of any size.
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openFlatFile } from '../../../src/feeds/flat-file/open.ts';
import { readTape } from '../../../src/feeds/flat-file/read.ts';
import { ContractTable } from '../../../src/domain/contract-table.ts';
import { Refusal } from '../../../src/lib/refusal.ts';
import { Folder, lines, MONDAY, readAll, TRADES, tradeRow } from '../../support/flat-files.ts';
import { assertAsyncProperty } from '../../support/properties.ts';

const ROWS = Array.from({ length: 300 }, (_, i) =>
  tradeRow(`10:00:00.${i + 100}`, { size: String(1 + (i % 9)) }),
);
const TAPE = lines(TRADES, ...ROWS);

/** What a day's replay would make of a file: its prints, or the sentence that refuses it. */
async function outcome(path: string): Promise<number | string> {
  try {
    const { tape } = await readTape(await openFlatFile(path), new ContractTable());
    return tape.length;
  } catch (error) {
    if (error instanceof Refusal) return error.message.replace(path, 'it');
    throw error;
  }
}

async function outcomeOf(content: string | Uint8Array, name = `${MONDAY}.csv`): Promise<number | string> {
  using folder = new Folder();
  return await outcome(folder.write(name, content));
}

describe('whole files', () => {
  test.each<[string, string, string | Uint8Array]>([
    ['plain', `${MONDAY}.csv`, TAPE],
    ['gzipped', `${MONDAY}.csv.gz`, gzipSync(TAPE)],
    ['gzipped, with the name of a plain file', `${MONDAY}.csv`, gzipSync(TAPE)],
    ['plain, with the name of a gzipped file', `${MONDAY}.csv.gz`, TAPE],
    [
      'two gzips after another',
      'x.csv.gz',
      Buffer.concat([gzipSync(TAPE.slice(0, 999)), gzipSync(TAPE.slice(999))]),
    ],
    [
      'the header in a gzip of its own',
      'x.csv.gz',
      Buffer.concat([gzipSync(`${TRADES}\n`), gzipSync(lines(...ROWS))]),
    ],
    [
      'a gzip of nothing among others',
      'x.csv.gz',
      Buffer.concat([gzipSync(''), gzipSync(TAPE), gzipSync('')]),
    ],
  ])('%s', async (_title, name, content) => {
    expect(await outcomeOf(content, name)).toBe(300);
  });
});

describe('files that are none', () => {
  const CUT = 'it is cut off in the middle: fetch it again';
  const EMPTY = 'it is empty: fetch it again';
  const NONE = 'it has no row that can be read: check that it is the right file';

  test.each<[string, string | Uint8Array, string | RegExp]>([
    ['of no byte', '', EMPTY],
    ['a gzip of nothing', gzipSync(''), EMPTY],
    ['a header alone', `${TRADES}\n`, NONE],
    ['a header without a line feed', TRADES, NONE],
    ['a gzip of a header', gzipSync(`${TRADES}\n`), NONE],
    ['a header and blank lines', `${TRADES}\n\n\r\n`, NONE],
    ['a header and rows that are none', lines(TRADES, 'a', 'b'), NONE],
    [
      'rows without their header',
      lines(...ROWS),
      /^it is not a flat file of trades, quotes or aggregates: it begins with "O:SPY/,
    ],
    ['a page of the web', '<!doctype html>\n<p>403</p>\n', /it begins with "<!doctype html>"/],
    ['a zip', 'PK\x03\x04\x14\0\n', /it begins with "PK\\u0003\\u0004/],
    ['text in 16 bits', Buffer.from(TAPE, 'utf16le'), /^it is not a flat file/],
    ['one byte of a gzip', gzipSync(TAPE).subarray(0, 1), /^it is not a flat file/],
    ['junk in one line', 'x'.repeat(400_000), 'it is not a flat file: it has a line of over 64 KB'],
    [
      'a gzip and junk',
      Buffer.concat([gzipSync(TAPE), Buffer.from('junk')]),
      /^it is damaged \(Z_\w+\): fetch it again$/,
    ],
    [
      'only rows that are no options',
      lines(TRADES, tradeRow('10:00', { ticker: 'SPY' }), '', ''),
      'it has no usable row; the first fault is in line 2: ticker too short or too long',
    ],
  ])('%s', async (_title, content, refusal) => {
    expect(await outcomeOf(content)).toEqual(
      typeof refusal === 'string' ? refusal : expect.stringMatching(refusal),
    );
  });

  test('a gzip cut anywhere is refused and never read as a day', async () => {
    // Random sizes do not compress, so that a cut falls into every part: head, blocks, checksum, length.
    const random = Array.from({ length: 3_000 }, (_, i) =>
      tradeRow('10:00', { size: String(1 + ((i * 7_919) % 8_999_999)) }),
    );
    const whole = gzipSync(lines(TRADES, ...random));
    const end = whole.length;
    for (const length of [
      2,
      3,
      9,
      10,
      11,
      40,
      end >> 2,
      end >> 1,
      end - 9,
      end - 8,
      end - 7,
      end - 4,
      end - 1,
    ]) {
      expect(await outcomeOf(whole.subarray(0, length)), `${length} of ${end} bytes`).toBe(CUT);
    }
    expect(await outcomeOf(whole)).toBe(3_000);
  });

  test('a gzip with a false byte anywhere is refused or, where the byte says nothing, read whole', async () => {
    const whole = gzipSync(TAPE);
    const header = new Set([4, 5, 6, 7, 8, 9]);
    for (let place = 2; place < whole.length; place += place < 24 || place > whole.length - 9 ? 1 : 23) {
      const bytes = Buffer.from(whole);
      bytes[place]! ^= 0x55;
      const said = await outcomeOf(bytes);
      if (header.has(place)) expect(said, `byte ${place}`).toBe(300);
      else
        expect(said, `byte ${place}`).toMatch(
          /^it is (?:damaged \(Z_\w+\)|cut off in the middle): fetch it again$/,
        );
    }
  });
});

describe('lines', () => {
  test('a line of over 64 KB refuses the file wherever a chunk ends', async () => {
    for (const before of [0, 1, 1_000, 4_000]) {
      const early = Array.from({ length: before }, () => ROWS[0]!);
      const content = lines(TRADES, ...early, `${ROWS[0]!}${' '.repeat(70_000)}`, ROWS[1]!);
      expect(await outcomeOf(content)).toBe('it is not a flat file: it has a line of over 64 KB');
      expect(await outcomeOf(gzipSync(content))).toBe('it is not a flat file: it has a line of over 64 KB');
    }
  });

  test('a line of 64 KB is a row like any other', async () => {
    const long = `${ROWS[0]!}${' '.repeat(65_536 - ROWS[0]!.length)}`;
    expect(await outcomeOf(lines(TRADES, ROWS[1]!, long, ROWS[2]!))).toBe(3);
    expect(await outcomeOf(lines(TRADES, long).trimEnd() + ' '.repeat(100))).toBe(1);
  });

  test('however the bytes are cut, the rows are the same', async () => {
    const junk = fc.constantFrom(
      '',
      ' ',
      '\r',
      'a,b',
      '"',
      `"${ROWS[3]!}"`,
      ROWS[4]!.replace('209', '"209,219"'),
    );
    const row = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...ROWS.slice(0, 5)) }, junk);
    const end = fc.constantFrom('\n', '\r\n', '');
    using folder = new Folder();
    await assertAsyncProperty(
      fc.asyncProperty(
        fc.array(row, { maxLength: 30 }),
        end,
        fc.integer({ min: 64, max: 900 }),
        async (rows, last, size) => {
          const content = [TRADES, ...rows].join('\n') + last;
          const path = folder.write('plain.csv', content);
          const whole = await readAll(path);
          expect(await readAll(path, size % 97 || 1)).toEqual(whole);
          expect(await readAll(folder.gzip('zipped.csv.gz', content), size)).toEqual(whole);
          const blank = rows.filter((text) => text.trim() === '').length;
          expect(whole.rows.length + whole.rejectedRows).toBe(rows.length - blank);
        },
      ),
    );
  });
});
