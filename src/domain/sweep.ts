// Sweeps: one order sent to several venues at once, recognised by its prints.
import { conditionUse, USE } from './conditions.ts';
import { parentOrders, type ParentOrder, type ParentPrint } from './parent.ts';

/** True for the condition ids that mark a leg of an intermarket sweep order. */
export function isIsoCondition(condition: number): boolean {
  return (conditionUse(condition) & USE.iso) !== 0;
}

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
  const orders = parentOrders(prints, isIsoCondition);
  return {
    prints: prints.length,
    orders: orders.length,
    sweeps: orders.filter(isSweep).length,
    exchanges: new Set(prints.map((print) => print.exchange)).size,
    largestOrder: orders.reduce((largest, order) => Math.max(largest, order.size), 0),
  };
}
