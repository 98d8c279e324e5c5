// Sweeps: one order sent to several venues at once, recognised by its prints.
import { parentOrders, type ParentOrder, type ParentPrint } from './parent.ts';

/** A parent order is a sweep when a leg is marked as one and at least two venues filled it. */
export function isSweep(order: ParentOrder): boolean {
  return order.isoPrints > 0 && order.exchanges.length >= 2;
}

/** The shape of a contract's prints: how many orders they were, and how those were executed. */
export interface OrderShape {
  readonly prints: number;
  readonly orders: number;
  readonly sweeps: number;
  readonly exchanges: number;
  /** Contracts of the largest parent order. */
  readonly largestOrder: number;
}

/** Counts the parent orders, sweeps and venues in prints of one contract, given in tape order. */
export function orderShape(prints: readonly ParentPrint[]): OrderShape {
  const orders = parentOrders(prints);
  return {
    prints: prints.length,
    orders: orders.length,
    sweeps: orders.filter(isSweep).length,
    exchanges: new Set(prints.map((print) => print.exchange)).size,
    largestOrder: orders.reduce((largest, order) => Math.max(largest, order.size), 0),
  };
}
