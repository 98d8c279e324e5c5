// Cents from a decimal string of dollars: the inverse of formatCents, for the columns that are filtered by.
import { Decimal } from 'decimal.js';

/** "1903.45" as 190345; throws when the text is no number of dollars. */
export function parseCents(dollars: string): number {
  return new Decimal(dollars).times(100).toNumber();
}
