// The header of a flat file: which kind of file it is, and in which column each field stands.
import { Refusal } from '../../lib/refusal.ts';

/** Kinds of flat files. Minute and day aggregates share a header; their first row tells them apart. */
export type FlatFileKind = 'trades' | 'quotes' | 'minute aggregates' | 'day aggregates';

/** The fields that are read; all others of a row are passed over. */
export type Field =
  | 'ticker'
  | 'conditions'
  | 'exchange'
  | 'price'
  | 'size'
  | 'time'
  | 'bidPrice'
  | 'bidSize'
  | 'askPrice'
  | 'askSize';

/** A header understood. */
export interface FlatFileLayout {
  readonly family: 'trades' | 'quotes' | 'aggregates';
  /** Field of each column, in the order of the file; null for columns that are not read. */
  readonly columns: ReadonlyArray<Field | null>;
}

type Family = FlatFileLayout['family'];

/** Column names of the provider, by the field they fill. A family is recognised when all of its names are there. */
const FAMILIES: Readonly<Record<Family, Readonly<Record<string, Field>>>> = {
  quotes: {
    ticker: 'ticker',
    ask_price: 'askPrice',
    ask_size: 'askSize',
    bid_price: 'bidPrice',
    bid_size: 'bidSize',
    sip_timestamp: 'time',
  },
  trades: {
    ticker: 'ticker',
    conditions: 'conditions',
    exchange: 'exchange',
    price: 'price',
    sip_timestamp: 'time',
    size: 'size',
  },
  // An aggregate is one row of its whole volume at its closing price.
  aggregates: { ticker: 'ticker', volume: 'size', close: 'price', window_start: 'time' },
};

const COLUMNS_MAX = 64;

/** Understands a header line, or refuses the file by name, showing what it begins with. */
export function parseHeader(path: string, line: string): FlatFileLayout {
  const names = line
    .replace(/^\ufeff/, '')
    .replace(/\r$/, '')
    .split(',')
    .map((name) =>
      name
        .trim()
        .replace(/^"(.*)"$/, '$1')
        .toLowerCase(),
    );
  if (names.length <= COLUMNS_MAX) {
    for (const [family, fields] of Object.entries(FAMILIES) as Array<[Family, Record<string, Field>]>) {
      if (!Object.keys(fields).every((name) => names.includes(name))) continue;
      return { family, columns: names.map((name) => fields[name] ?? null) };
    }
  }
  const shown = JSON.stringify(line.slice(0, 60)).slice(1, -1);
  throw new Refusal(
    `${path} is not a flat file of trades, quotes or aggregates: it begins with "${shown}", not with column names ` +
      `such as ticker,conditions,correction,exchange,price,sip_timestamp,size`,
  );
}
