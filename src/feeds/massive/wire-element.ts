// The careful reader of an element: any key order and spacing, missing and extra keys; what it refuses gets a reason.
import { SIZE_MAX } from '../../domain/trade.ts';
import { NO_CONDITION, strongestCondition } from '../../domain/conditions.ts';
import { parsePriceE4 } from '../../domain/money.ts';

/** One element of a frame, understood or refused with the reason in words. */
export type WireElement =
  | {
      readonly kind: 'trade' | 'minute';
      readonly ticker: string;
      /** Of a minute: the last millisecond of its window. */
      readonly epochMs: number;
      readonly priceE4: number;
      readonly size: number;
      readonly condition: number;
      readonly exchange: number;
      /** 0: none that can be relied on. */
      readonly sequence: number;
    }
  | {
      readonly kind: 'quote';
      readonly ticker: string;
      readonly epochMs: number;
      readonly bidE4: number;
      readonly askE4: number;
      readonly bidSize: number;
      readonly askSize: number;
    }
  | { readonly kind: 'status'; readonly status: string; readonly message: string }
  | { readonly kind: 'fault'; readonly reason: string };

const ID_MAX = 0xffff;
/** Later moments are not milliseconds (the year 5138): somebody sent nanoseconds. */
const EPOCH_MS_MAX = 99_999_999_999_999;
/** Length of the window of an aggregate that does not say where it ends, ms. */
const WINDOW_MS = { A: 1_000, AM: 60_000 } as const;

type Fields = Readonly<Record<string, unknown>>;

/** Numbers under these keys are prices. */
const PRICE_KEYS: ReadonlySet<string> = new Set(['p', 'bp', 'ap', 'c']);

const parse = JSON.parse as (
  text: string,
  reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
) => unknown;

/** Numbers of fewer signs have the digits of their doubles; with more, a price is kept as the digits that were sent. */
const LONG_NUMBER = /[\d.]{16}/;

/** The value that a text says, long prices as text, or undefined when it is not JSON. */
function parseExactly(text: string): unknown {
  try {
    if (!LONG_NUMBER.test(text)) return JSON.parse(text);
    return parse(text, (key, value, { source }) =>
      typeof value === 'number' && PRICE_KEYS.has(key) ? source : value,
    );
  } catch {
    return undefined;
  }
}

/** A whole number from 0 to `max`, sent as a number or, as newer fields of the provider are, as a decimal string. */
function whole(value: unknown, max: number): number | null {
  const number =
    typeof value === 'string' && /^\d{1,15}(?:\.0*)?$/.test(value) ? Number.parseInt(value, 10) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= max
    ? number
    : null;
}

function price(value: unknown): number | null {
  if (typeof value === 'number') return parsePriceE4(String(value));
  return typeof value === 'string' ? parsePriceE4(value) : null;
}

/** One code, an array of them, or none at all. */
function conditions(value: unknown): number | null {
  if (value === undefined || value === null) return NO_CONDITION;
  const ids = (Array.isArray(value) ? (value as unknown[]) : [value]).map((id) => whole(id, ID_MAX));
  return ids.every((id) => id !== null) ? strongestCondition(ids) : null;
}

function fault(reason: string): WireElement {
  return { kind: 'fault', reason };
}

function tradeOf(fields: Fields, ticker: string): WireElement {
  const epochMs = whole(fields['t'], EPOCH_MS_MAX);
  if (epochMs === null) return fault('time is not in whole milliseconds');
  const priceE4 = price(fields['p']);
  if (priceE4 === null) return fault('price is not a number of dollars');
  const size = whole(fields['s'], SIZE_MAX);
  if (size === null || size === 0) return fault('size is not a whole number above zero');
  const condition = conditions(fields['c']);
  if (condition === null) return fault('condition is not a number');
  const exchange = whole(fields['x'] ?? 0, ID_MAX);
  if (exchange === null) return fault('exchange is not a number');
  const sequence = whole(fields['q'], Number.MAX_SAFE_INTEGER) ?? 0;
  return { kind: 'trade', ticker, epochMs, priceE4, size, condition, exchange, sequence };
}

function minuteOf(fields: Fields, ticker: string, windowMs: number): WireElement {
  const startMs = whole(fields['s'], EPOCH_MS_MAX);
  if (startMs === null) return fault('time is not in whole milliseconds');
  const endMs = whole(fields['e'], EPOCH_MS_MAX) ?? 0;
  const priceE4 = price(fields['c']);
  if (priceE4 === null) return fault('price is not a number of dollars');
  const size = whole(fields['v'], SIZE_MAX);
  if (size === null || size === 0) return fault('size is not a whole number above zero');
  const epochMs = (endMs > startMs ? endMs : startMs + windowMs) - 1;
  return {
    kind: 'minute',
    ticker,
    epochMs,
    priceE4,
    size,
    condition: NO_CONDITION,
    exchange: 0,
    sequence: 0,
  };
}

function quoteOf(fields: Fields, ticker: string): WireElement {
  const epochMs = whole(fields['t'], EPOCH_MS_MAX);
  if (epochMs === null) return fault('time is not in whole milliseconds');
  // A side without a price is an empty side.
  const bidE4 = price(fields['bp'] ?? '0');
  const askE4 = price(fields['ap'] ?? '0');
  if (bidE4 === null || askE4 === null) return fault('price is not a number of dollars');
  const bidSize = whole(fields['bs'] ?? 0, SIZE_MAX);
  const askSize = whole(fields['as'] ?? 0, SIZE_MAX);
  if (bidSize === null || askSize === null) return fault('quote size is not a whole number');
  return { kind: 'quote', ticker, epochMs, bidE4, askE4, bidSize, askSize };
}

/** Reads one element given as text; never throws. `undefined` when the text is not JSON. */
export function readElement(text: string): WireElement | undefined {
  const value = parseExactly(text);
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fault('element is not an object');
  const fields = value as Fields;
  const event = fields['ev'];
  if (event === 'status') {
    const { status, message } = fields;
    return {
      kind: 'status',
      status: typeof status === 'string' ? status : '',
      message: typeof message === 'string' ? message : '',
    };
  }
  const ticker = fields['sym'];
  if (event !== 'T' && event !== 'A' && event !== 'AM' && event !== 'Q')
    return fault('kind of element is not known');
  if (typeof ticker !== 'string') return fault('element has no ticker');
  if (event === 'T') return tradeOf(fields, ticker);
  return event === 'Q' ? quoteOf(fields, ticker) : minuteOf(fields, ticker, WINDOW_MS[event]);
}
