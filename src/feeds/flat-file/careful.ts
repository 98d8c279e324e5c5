// The careful reader of a row: quotes, decimals, empty fields; what it refuses it gives a reason for.
import { NO_CONDITION, strongestCondition } from '../../domain/conditions.ts';
import { parsePriceE4 } from '../../domain/money.ts';
import { SIZE_MAX } from '../../domain/trade.ts';
import type { Field } from './header.ts';

/** The values of a row; fields its file does not have are 0. */
export interface RowValues {
  ticker: string;
  epochMs: number;
  /** Nanoseconds beyond the millisecond. */
  nanos: number;
  priceE4: number;
  size: number;
  condition: number;
  exchange: number;
  bidE4: number;
  bidSize: number;
  askE4: number;
  askSize: number;
}

/** Why a row cannot be used, in words. */
export interface RowFault {
  readonly fault: string;
}

const ID_MAX = 0xffff;

/** Splits a CSV line; a quoted field may hold commas and doubled quotes. */
export function splitRow(line: string): string[] {
  const fields: string[] = [];
  for (let at = 0; at <= line.length;) {
    if (line[at] !== '"') {
      const comma = line.indexOf(',', at);
      const end = comma < 0 ? line.length : comma;
      fields.push(line.slice(at, end).trim());
      at = end + 1;
      continue;
    }
    let text = '';
    let close = line.indexOf('"', at + 1);
    let from = at + 1;
    while (close >= 0 && line[close + 1] === '"') {
      text += line.slice(from, close + 1);
      from = close + 2;
      close = line.indexOf('"', from);
    }
    const end = close < 0 ? line.length : close;
    fields.push((text + line.slice(from, end)).trim());
    const comma = line.indexOf(',', end);
    at = comma < 0 ? line.length + 1 : comma + 1;
  }
  return fields;
}

/** A whole number of contracts: "3", "3.0", "3.000000"; null for fractions and for what is no number. */
function parseSize(text: string): number | null {
  if (!/^\d{1,10}(?:\.0*)?$/.test(text)) return null;
  const size = Number(text.split('.')[0]);
  return size <= SIZE_MAX ? size : null;
}

function parseId(text: string): number | null {
  if (text === '') return 0;
  return /^\d{1,9}(?:\.0*)?$/.test(text) && Number(text) <= ID_MAX ? Number(text.split('.')[0]) : null;
}

/** One code, several (quoted, separated by commas or semicolons), or none. */
function parseConditions(text: string): number | null {
  if (text === '') return NO_CONDITION;
  const ids = text.split(/[,;]/).map((code) => parseId(code.trim()));
  return ids.every((id) => id !== null) ? strongestCondition(ids) : null;
}

/** Epoch nanoseconds, 19 digits, cut to milliseconds without passing through a float. */
function parseTime(text: string): number | null {
  return /^\d{19}$/.test(text) ? Number(text.slice(0, 13)) : null;
}

type NumberField = Exclude<Field, 'ticker'>;

const PARSERS: Readonly<
  Record<NumberField, readonly [keyof RowValues, (text: string) => number | null, string]>
> = {
  time: ['epochMs', parseTime, 'timestamp is not 19 digits of nanoseconds'],
  price: ['priceE4', parsePriceE4, 'price is not a number of dollars'],
  size: ['size', parseSize, 'size is not a whole number'],
  conditions: ['condition', parseConditions, 'condition is not a number'],
  exchange: ['exchange', parseId, 'exchange is not a number'],
  bidPrice: ['bidE4', parsePriceE4, 'bid is not a number of dollars'],
  bidSize: ['bidSize', parseSize, 'bid size is not a whole number'],
  askPrice: ['askE4', parsePriceE4, 'ask is not a number of dollars'],
  askSize: ['askSize', parseSize, 'ask size is not a whole number'],
};

/** Reads a row (without its line end) by the columns of its file. */
export function readRow(line: string, columns: ReadonlyArray<Field | null>): RowValues | RowFault {
  const texts = splitRow(line);
  if (texts.length !== columns.length) {
    return { fault: texts.length < columns.length ? 'row has too few columns' : 'row has too many columns' };
  }
  const values: RowValues = {
    ticker: '',
    epochMs: 0,
    nanos: 0,
    priceE4: 0,
    size: 0,
    condition: NO_CONDITION,
    exchange: 0,
    bidE4: 0,
    bidSize: 0,
    askE4: 0,
    askSize: 0,
  };
  for (const [column, field] of columns.entries()) {
    const text = texts[column]!;
    if (field === null) continue;
    if (field === 'ticker') {
      values.ticker = text;
      continue;
    }
    const [key, parse, fault] = PARSERS[field];
    const value = parse(text);
    if (value === null) return { fault };
    Object.assign(values, { [key]: value });
    if (field === 'time') values.nanos = Number(text.slice(13));
  }
  if (columns.includes('size') && values.size === 0) return { fault: 'size is not a whole number' };
  return values;
}
