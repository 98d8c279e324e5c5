// The wire codec against JSON.parse: the same rows from the same bytes, and whatever is broken is counted, not thrown.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ContractTable } from '../../../src/domain/contract-table.ts';
import { WireDecoder, type WireFrame } from '../../../src/feeds/massive/wire.ts';
import { assertProperty } from '../../support/properties.ts';
import { at } from '../../support/tape.ts';
import { elements, frame, read, RECEIVED_AT_MS, type Row, SESSION, trade, written } from './frames.ts';

function decoder(): { table: ContractTable; wire: WireDecoder } {
  const table = new ContractTable();
  return { table, wire: new WireDecoder({ session: SESSION, table }) };
}

function rowsOf({ trades, minutes, quotes }: WireFrame, table: ContractTable): Row[] {
  const rows: Row[] = [];
  for (const batch of [trades, minutes]) {
    for (let row = 0; row < (batch?.length ?? 0); row++) {
      const { contract, atMs, priceE4, size, condition, exchange, sequence, kind } = batch!;
      const values = [priceE4[row]!, size[row]!, condition[row]!, exchange[row]!, sequence?.[row] ?? 0];
      rows.push([kind, table.ticker(contract[row]!), atMs[row]!, ...values]);
    }
  }
  for (let row = 0; row < (quotes?.length ?? 0); row++) {
    const { contract, atMs, bidE4, askE4, bidSize, askSize } = quotes!;
    const values = [bidE4[row]!, askE4[row]!, bidSize[row]!, askSize[row]!];
    rows.push(['quotes', table.ticker(contract[row]!), atMs[row]!, ...values]);
  }
  return rows;
}

const kindsInOrder = (rows: readonly Row[]): Row[] =>
  ['trades', 'minutes', 'quotes'].flatMap((kind) => rows.filter((row) => row[0] === kind));

describe('a frame', () => {
  test('as in the documentation becomes a row with every field', () => {
    const { table, wire } = decoder();
    const { trades, minutes, quotes } = wire.decode(frame(trade()), RECEIVED_AT_MS);
    expect(rowsOf({ trades, minutes, quotes, statuses: [] }, table)).toEqual([
      ['trades', 'O:SPXW261120C06840000', at('09:31:00.250'), 55_000, 1, 236, 302, 1864261653],
    ]);
    expect([minutes, quotes]).toEqual([null, null]);
  });

  test('gives the rows that JSON.parse gives, however its elements are written', () => {
    const blank = fc.constantFrom('', ' ', '\n', '\t ');
    assertProperty(
      fc.property(fc.array(fc.tuple(written, blank, blank), { maxLength: 12 }), blank, (texts, around) => {
        const text = `${around}[${texts.map(([one, before, after]) => before + one + after).join(',')}]${around}`;
        const { table, wire } = decoder();
        const decoded = wire.decode(Buffer.from(text), RECEIVED_AT_MS);
        const { rows, others, statuses } = read(text);
        expect(rowsOf(decoded, table)).toEqual(kindsInOrder(rows));
        expect(decoded.statuses).toHaveLength(statuses);
        const { counts } = wire;
        expect(counts.rejected + counts.setAside).toBe(others);
        expect(counts.trades + counts.minutes + counts.quotes).toBe(rows.length);
      }),
      2_000,
    );
  });

  test('numbers its rows through the session', () => {
    const { wire } = decoder();
    const first = wire.decode(frame(trade(), trade({ q: 2 })), RECEIVED_AT_MS);
    const second = wire.decode(frame(trade({ q: 3 })), RECEIVED_AT_MS);
    expect([first.trades?.firstRow, second.trades?.firstRow]).toEqual([0, 2]);
  });

  test('has nothing of the frame before it, be that longer or broken', () => {
    const { table, wire } = decoder();
    wire.decode(frame(trade({ q: 1 }), trade({ q: 2 }), trade({ q: 3 })), RECEIVED_AT_MS);
    const whole = frame(trade({ s: 9, q: 4 }));
    for (let length = 0; length <= whole.length; length++) {
      const { trades } = wire.decode(whole.subarray(0, length), RECEIVED_AT_MS);
      // The bracket at its end is all that a print may lack and still be whole.
      expect(trades?.length ?? 0).toBe(length < whole.length ? 0 : 1);
      wire.decode(frame(trade({ s: 7 }), trade({ s: 8 })), RECEIVED_AT_MS);
    }
    const decoded = wire.decode(whole, RECEIVED_AT_MS);
    expect(rowsOf(decoded, table).map((row) => row[4])).toEqual([9]);
  });

  test('keeps a print whose ticker is written with escapes in its place', () => {
    const { table, wire } = decoder();
    const good = JSON.stringify(trade({ sym: 'O:F270115C00012500' }));
    const text = `[${good},${good.replace('F', '\\u0046')},${good.replace('O:', 'X:')},${good}]`;
    expect(rowsOf(wire.decode(Buffer.from(text), RECEIVED_AT_MS), table).map((row) => row[1])).toEqual(
      Array.from({ length: 3 }, () => 'O:F270115C00012500'),
    );
    expect(wire.rejects.list()).toMatchObject([
      { reason: 'ticker root is not 1 to 6 capital letters or digits', elements: 1 },
    ]);
  });

  test('may be larger than any seen before', () => {
    const { wire } = decoder();
    const many = Array.from({ length: 5_000 }, (_, q) => trade({ q: q + 1, s: q + 1, extra: q % 7 }));
    const { trades } = wire.decode(frame(...many), RECEIVED_AT_MS);
    expect(trades?.length).toBe(5_000);
    expect(trades?.size[4_999]).toBe(5_000);
    expect(trades?.sequence?.[4_999]).toBe(5_000);
  });

  test('tells statuses as they were said', () => {
    const { wire } = decoder();
    const bytes = frame({ ev: 'status', status: 'auth_success', message: 'authenticated' });
    expect(wire.decode(bytes, RECEIVED_AT_MS).statuses).toEqual([
      { status: 'auth_success', message: 'authenticated' },
    ]);
  });
});

describe('a price', () => {
  test.each([
    ['1.54', 15_400],
    ['0.07', 700],
    ['1234.5678', 12_345_678],
    ['2.00005', 20_001],
    ['1e-2', 100],
    ['"3.15"', 31_500],
    ['0.30000000000000004', 3_000],
  ])('of %s dollars is %i of 1/10,000, from its digits', (text, priceE4) => {
    const { wire } = decoder();
    const bytes = Buffer.from(
      frame(trade({ p: 'PRICE' }))
        .toString()
        .replace('"PRICE"', text),
    );
    expect(wire.decode(bytes, RECEIVED_AT_MS).trades?.priceE4[0]).toBe(priceE4);
  });
});

describe('a print that cannot be of now', () => {
  test.each([
    ['six seconds ahead of its receipt', RECEIVED_AT_MS + 6_000, 'time is ahead of receipt'],
    ['of the day before', RECEIVED_AT_MS - 86_400_000, 'time is of another session'],
  ])('%s is set aside and counted', (_, t, reason) => {
    const { wire } = decoder();
    expect(wire.decode(frame(trade({ t })), RECEIVED_AT_MS).trades).toBeNull();
    expect(wire.setAside.list()).toMatchObject([{ reason, elements: 1 }]);
    expect(wire.counts).toMatchObject({ trades: 0, rejected: 0, setAside: 1 });
  });

  test('a print of the evening before belongs to the session', () => {
    const { wire } = decoder();
    const t = SESSION.midnightMs - 3 * 3_600_000;
    expect(wire.decode(frame(trade({ t })), RECEIVED_AT_MS).trades?.atMs[0]).toBe(-3 * 3_600_000);
  });
});

test('a print on a contract that finds no room is counted, and the others go on', () => {
  const table = new ContractTable(1);
  const wire = new WireDecoder({ session: SESSION, table });
  const other = { sym: 'O:F270115C00012500' };
  const { trades } = wire.decode(
    frame(trade(), trade(other), trade({ ...other, y: 1 }), trade()),
    RECEIVED_AT_MS,
  );
  expect(trades?.length).toBe(2);
  expect(wire.rejects.list()).toMatchObject([{ reason: 'more contracts than the table holds', elements: 2 }]);
});

describe('a broken frame', () => {
  test.each([
    ['a sequence of commas', ',,,', 'element is not JSON'],
    ['half an element', '{"ev":"T","sym":"O:SP', 'element is not JSON'],
    ['a brace too few', '{"ev":"T","sym":{"a":1', 'element is not JSON'],
    ['a price in words', JSON.stringify(trade({ p: 'five' })), 'price is not a number of dollars'],
    ['no ticker', JSON.stringify(trade({ sym: undefined })), 'element has no ticker'],
    ['a size of nothing', JSON.stringify(trade({ s: 0 })), 'size is not a whole number above zero'],
    ['nanoseconds', JSON.stringify(trade({ t: 1.7e18 })), 'time is not in whole milliseconds'],
    ['a condition in words', JSON.stringify(trade({ c: ['x'] })), 'condition is not a number'],
    ['a kind of tomorrow', '{"ev":"ZZ"}', 'kind of element is not known'],
    ['a number', '5', 'element is not an object'],
  ])('with %s in the middle keeps what stands before and after', (_, broken, reason) => {
    const { wire } = decoder();
    const good = JSON.stringify(trade());
    const text = `[${good},${broken},${JSON.stringify(trade({ q: 7 }))}]`;
    const { trades } = wire.decode(Buffer.from(text), RECEIVED_AT_MS);
    expect(Array.from(trades!.sequence!.subarray(0, trades!.length))).toEqual([1864261653, 7]);
    expect(wire.rejects.list()[0]?.reason).toBe(reason);
  });

  test.each([
    ['nothing', '', 'frame is not a JSON array'],
    ['words', 'bad gateway', 'frame is not a JSON array'],
    ['an array cut off', '[', 'frame is cut off'],
    ['an array and something else', '[] ok', 'bytes after the end of the frame'],
  ])('of %s is counted', (_, text, reason) => {
    const { wire } = decoder();
    wire.decode(Buffer.from(text), RECEIVED_AT_MS);
    expect(wire.rejects.list()).toMatchObject([{ reason, elements: 1 }]);
  });

  test('never throws, whatever bytes are changed, and loses no more than the elements hit', () => {
    const hits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    assertProperty(
      fc.property(
        fc.array(elements, { minLength: 1, maxLength: 8 }),
        hits,
        fc.nat(),
        (list, changes, cut) => {
          const bytes = frame(...list);
          for (const [place, byte] of changes) bytes[place % bytes.length] = byte;
          const { wire } = decoder();
          wire.decode(cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes, RECEIVED_AT_MS);
          expect(wire.counts.frames).toBe(1);
        },
      ),
      2_000,
    );
  });

  test('with one byte of one print destroyed still gives the prints after it', () => {
    assertProperty(
      fc.property(fc.nat(10), fc.nat(), fc.nat(255), (hurt, place, byte) => {
        const texts = Array.from({ length: 12 }, (_, q) => JSON.stringify(trade({ q: q + 1 })));
        const start = texts.slice(0, hurt).join(',').length + (hurt > 0 ? 2 : 1);
        const bytes = Buffer.from(`[${texts.join(',')}]`);
        bytes[start + (place % texts[hurt]!.length)] = byte;
        const { wire } = decoder();
        const { trades } = wire.decode(bytes, RECEIVED_AT_MS);
        const kept = new Set(trades!.sequence!.subarray(0, trades!.length));
        for (let q = 1; q <= 12; q++) if (q !== hurt + 1) expect(kept).toContain(q);
      }),
      1_000,
    );
  });
});
