// The prints of a contract in a session as a running spyhop has stored them, page by page.
import { dayNumberOf, newYorkMidnightMs } from '../domain/calendar.ts';
import { parsePriceE4 } from '../domain/money.ts';
import type { TapePrint } from '../domain/tape-check.ts';
import { present } from '../lib/assert.ts';
import { ask, type Source } from './service-client.ts';

const PAGE_PRINTS = 1_000;

interface Trade {
  readonly at: string;
  readonly price: string;
  readonly size: number;
  readonly condition: number;
  readonly exchange: number;
}

/** All prints of a contract in a session, oldest first. Throws a Refusal when the service has none. */
export async function storedPrints(source: Source, osi: string, date: string): Promise<TapePrint[]> {
  const midnightMs = newYorkMidnightMs(present(dayNumberOf(date), 'the day of a session'));
  const prints: TapePrint[] = [];
  const path = `/v1/contracts/${encodeURIComponent(osi)}/trades?date=${date}&limit=${PAGE_PRINTS}`;
  for (let cursor: string | null = ''; cursor !== null;) {
    const place: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const response = await ask(source, `${path}${place}`);
    const page = (await response.json()) as { items: readonly Trade[]; next: string | null };
    for (const { at, price, size, condition, exchange } of page.items) {
      const priceE4 = present(parsePriceE4(price), 'the price of a stored print');
      prints.push({ atMs: Date.parse(at) - midnightMs, priceE4, size, condition, exchange });
    }
    cursor = page.next;
  }
  return prints;
}
