// Days of orders for tests: so many orders of one size a contract and day, as the counter would give them.
import type { ContractTable } from '../../src/domain/contract-table.ts';
import { type DayOrders, RUNGS } from '../../src/domain/ladder.ts';
import { OrderHistory } from '../../src/domain/order-history.ts';
import { LADDER } from '../../src/domain/parent.ts';
import { sessionsBefore } from '../../src/domain/session.ts';

/** Orders of a contract on a day. */
export interface Traded {
  readonly contract: number;
  readonly orders: number;
  /** Lots of each. */
  readonly size?: number;
  /** Mean price a share, dollars. */
  readonly price?: number;
}

/** The day of these contracts. */
export function dayOrders(date: string, traded: readonly Traded[]): DayOrders {
  const present = traded.filter(({ orders }) => orders > 0).toSorted((a, b) => a.contract - b.contract);
  const orders = new Int32Array(present.length * RUNGS);
  present.forEach(({ orders: count, size = 1 }, i) => {
    LADDER.forEach((least, rung) => (orders[i * RUNGS + rung] = size >= least ? count : 0));
  });
  return {
    date,
    contract: Int32Array.from(present, ({ contract }) => contract),
    orders,
    meanPrice: Float64Array.from(present, ({ price = 1 }) => price),
    profile: null,
  };
}

/** A history of the sessions before a date, each given by its number (0 is the oldest). */
export function historyOf(
  table: ContractTable,
  date: string,
  sessions: number,
  traded: (session: number) => readonly Traded[],
): OrderHistory {
  const history = new OrderHistory(table);
  sessionsBefore(date, sessions).forEach((day, i) => history.add(dayOrders(day, traded(i))));
  return history;
}
