// Exact money: prices are integers of 1/10,000 dollar, premiums integers of a cent; decimal.js parses and prints them.
import { Decimal } from 'decimal.js';

/** The largest price a print may carry, in 1/10,000 dollar (100,000 dollars; an Int32 column holds 214,748). */
export const PRICE_E4_MAX = 1_000_000_000;

const PLAIN_PRICE = /^\d{1,6}(?:\.\d{1,4})?$/;

/**
 * Reads a decimal price in dollars as an integer of 1/10,000 dollar.
 * Digits beyond the fourth place (other people's floats) are rounded half up.
 * Returns null for anything that is not a number >= 0 and <= 100,000 dollars.
 */
export function parsePriceE4(text: string): number | null {
  if (PLAIN_PRICE.test(text)) {
    const dot = text.indexOf('.');
    const whole = dot < 0 ? text : text.slice(0, dot);
    const fraction = dot < 0 ? '' : text.slice(dot + 1);
    const priceE4 = Number(whole) * 10_000 + Number(fraction.padEnd(4, '0'));
    return priceE4 <= PRICE_E4_MAX ? priceE4 : null;
  }
  if (!/^\+?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return null;
  // Places first: a product is rounded to 20 digits, and rounding twice may end above.
  const price = new Decimal(text).toDecimalPlaces(4, Decimal.ROUND_HALF_UP);
  return price.lte(PRICE_E4_MAX / 10_000) ? price.times(10_000).toNumber() : null;
}

/** Writes an integer of 1/10,000 dollar as a decimal string without trailing zeros beyond the cent: 16200 -> "1.62". */
export function formatPrice(priceE4: number): string {
  const text = new Decimal(priceE4).div(10_000).toFixed(4);
  return text.replace(/(\.\d\d)(\d*?)0*$/, '$1$2');
}

/**
 * Premium of a print in cents: price (1/10,000 dollar) x contracts x shares a contract / 100.
 * Exact for the multiplier 100; other multipliers round half up to the cent.
 */
export function premiumCents(priceE4: number, size: number, multiplier: number): number {
  return multiplier === 100 ? priceE4 * size : Math.round((priceE4 * size * multiplier) / 100);
}

/** A product of price and contracts is at most 9e15: below this a sum has room for one more and stays exact. */
const SUM_MAX = Number.MAX_SAFE_INTEGER - 9_000_000_000_000_000;

/** The average price of prints weighted by contracts, by exact sums: whole numbers, and one rounding at the end. */
export class Vwap {
  /** Sum of price x contracts, 1/10,000 dollar, is `#whole + #part`; the part keeps a print from costing a BigInt. */
  #whole = 0n;
  #part = 0;
  #contracts = 0;

  /** Adds a print: 1/10,000 dollar a share, contracts. */
  add(priceE4: number, size: number): void {
    this.#part += priceE4 * size;
    this.#contracts += size;
    if (this.#part <= SUM_MAX) return;
    this.#whole += BigInt(this.#part);
    this.#part = 0;
  }

  /** The average in 1/10,000 dollar, rounded half up to a whole one; null of no prints. */
  priceE4(): number | null {
    if (this.#contracts === 0) return null;
    const contracts = BigInt(this.#contracts);
    return Number(((this.#whole + BigInt(this.#part)) * 2n + contracts) / (contracts * 2n));
  }
}

/** Cents as a decimal string in dollars: 190345 -> "1903.45". */
export function formatCents(cents: number): string {
  return new Decimal(cents).div(100).toFixed(2);
}

const SCALES = [
  { cents: 100_000_000_000, unit: 'B' },
  { cents: 100_000_000, unit: 'M' },
  { cents: 100_000, unit: 'K' },
] as const;

/** Cents for people: "$1.9M", "$84K", "$512"; one decimal below ten of a unit. */
export function formatUsdShort(cents: number): string {
  // 0.9995 so that 999,950 dollars reads $1.0M and never $1000K.
  const scale = SCALES.find((candidate) => cents >= candidate.cents * 0.9995);
  if (scale === undefined) return `$${new Decimal(cents).div(100).toFixed(0)}`;
  const amount = new Decimal(cents).div(scale.cents);
  return `$${amount.toFixed(amount.lt(9.95) ? 1 : 0)}${scale.unit}`;
}
