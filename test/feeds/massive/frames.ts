// Frames for tests: elements as the provider documents them, and what a plain JSON reader makes of a frame.
import * as fc from 'fast-check';
import { Decimal } from 'decimal.js';
import { parseTicker } from '../../../src/domain/contract.ts';
import { strongestCondition } from '../../../src/domain/conditions.ts';
import { requireSession } from '../../../src/domain/session.ts';
import { at } from '../../support/tape.ts';

export const SESSION = requireSession('2026-11-20');
export const RECEIVED_AT_MS = SESSION.midnightMs + at('15:00');

/** A trade of the documentation, with what a test wants to be different. */
export function trade(rest: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    ev: 'T',
    sym: 'O:SPXW261120C06840000',
    x: 302,
    p: 5.5,
    s: 1,
    c: [236],
    t: SESSION.midnightMs + at('09:31:00.250'),
    q: 1864261653,
    ...rest,
  };
}

/** A frame of the given elements. */
export function frame(...elements: readonly unknown[]): Buffer {
  return Buffer.from(JSON.stringify(elements));
}

export const tickers = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.constantFrom('O:SPY261218C00650000', 'O:NVDA261127P00180000', 'O:F270115C00012500'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('O:AAPL211022C000150000', 'SPY261218C00650000', 'O:', 'O:é', 'O:SPY"\\26C'),
  },
);

const prices = fc
  .tuple(fc.nat(9_999_999), fc.constantFrom(0, 1, 2, 3, 4, 5))
  .map(([digits, places]) => new Decimal(digits).div(10 ** places).toNumber());
const times = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: SESSION.midnightMs - 3_600_000, max: RECEIVED_AT_MS + 5_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, RECEIVED_AT_MS + 5_001, SESSION.midnightMs - 86_400_000) },
);
const sizes = fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.constantFrom(0, -3, 1.5, 4_000_000_000));

const trades = fc.record(
  {
    ev: fc.constant('T'),
    sym: tickers,
    x: fc.integer({ min: 300, max: 325 }),
    p: prices,
    s: sizes,
    c: fc.array(fc.constantFrom(209, 219, 227, 232, 201), { maxLength: 2 }),
    t: times,
    q: fc.integer({ min: 0, max: 2_000_000_000 }),
  },
  { requiredKeys: ['ev', 'sym', 'x', 'p', 's', 't', 'q'] },
);
const minutes = fc.record({
  ev: fc.constantFrom('A', 'AM'),
  sym: tickers,
  v: sizes,
  vw: prices,
  o: prices,
  c: prices,
  s: times,
});
const quotes = fc.record({
  ev: fc.constant('Q'),
  sym: tickers,
  bx: fc.integer({ min: 300, max: 325 }),
  ax: fc.integer({ min: 300, max: 325 }),
  bp: prices,
  ap: prices,
  bs: fc.nat(500),
  as: fc.nat(500),
  t: times,
  q: fc.nat(),
});
const strangers: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom({ ev: 'FMV', fmv: 7.2, sym: 'O:TSLA210903C00700000' }, { ev: 'status', status: 'success' }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Elements of all kinds, a few of them nonsense. */
export const elements: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 12, arbitrary: trades },
  { weight: 3, arbitrary: minutes },
  { weight: 3, arbitrary: quotes },
  { weight: 1, arbitrary: strangers },
);

/** How an element may be written: as documented, its keys shuffled, with spaces, escapes, with keys of tomorrow. */
export const written = fc
  .tuple(elements, fc.constantFrom('plain', 'plain', 'shuffled', 'spaced', 'escaped', 'more keys'), fc.nat())
  .map(([element, how, turn]) => {
    if (typeof element !== 'object' || element === null || Array.isArray(element))
      return JSON.stringify(element);
    const keys = Object.entries(element);
    const from = turn % Math.max(1, keys.length);
    if (how === 'shuffled')
      return JSON.stringify(Object.fromEntries([...keys.slice(from), ...keys.slice(0, from)]));
    if (how === 'spaced') return JSON.stringify(element, null, 1 + (turn % 3));
    if (how === 'escaped') {
      const letters = new RegExp(`[A-Zy]{${1 + (turn % 3)}}`, 'g');
      return JSON.stringify(element).replace(letters, (text) =>
        Array.from(text, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
      );
    }
    if (how === 'more keys') return JSON.stringify({ ...element, pt: 1, 'a"b': ['{', ']}'] });
    return JSON.stringify(element);
  });

/** A row as the oracle and the decoder both tell it. */
export type Row = readonly [kind: string, ticker: string, atMs: number, ...values: number[]];

/** What a frame holds, by JSON.parse and decimals. `others` counts everything that gives no row. */
export function read(text: string): { rows: Row[]; others: number; statuses: number } {
  const rows: Row[] = [];
  let others = 0;
  let statuses = 0;
  for (const element of JSON.parse(text) as unknown[]) {
    const row = rowOf(element);
    if (row === 'status') statuses++;
    else if (row === null) others++;
    else rows.push(row);
  }
  return { rows, others, statuses };
}

function rowOf(element: unknown): Row | 'status' | null {
  if (typeof element !== 'object' || element === null) return null;
  const { ev, sym, t, p, s, c, x, q, v, bp, ap, bs, as } = element as Record<
    string,
    number & string & number[]
  >;
  if (ev === 'status') return 'status';
  const start = ev === 'A' || ev === 'AM' ? s! + (ev === 'A' ? 999 : 59_999) : t!;
  const atMs = start - SESSION.midnightMs;
  if (!(start <= RECEIVED_AT_MS + 5_000 && atMs >= -6 * 3_600_000)) return null;
  const parsed = parseTicker(String(sym));
  if ('fault' in parsed || parsed.osi !== sym) return null;
  const dear = (ev === 'T' ? [p] : ev === 'Q' ? [bp, ap] : [c as unknown as number]).some(
    (one) => one! > 100_000,
  );
  if (dear) return null;
  const e4 = (price: number): number => new Decimal(price).times(10_000).toDecimalPlaces(0).toNumber();
  const fits = (size: number): boolean => Number.isInteger(size) && size > 0 && size < 2 ** 31;
  if (ev === 'T') {
    const condition = strongestCondition((c as number[] | undefined) ?? []);
    return fits(s!) ? ['trades', sym, atMs, e4(p!), s!, condition, x!, q!] : null;
  }
  if (ev === 'Q') return ['quotes', sym, atMs, e4(bp!), e4(ap!), bs!, as!];
  if (ev !== 'A' && ev !== 'AM') return null;
  return fits(v!) ? ['minutes', sym, atMs, e4(c as unknown as number), v!, 0, 0, 0] : null;
}
