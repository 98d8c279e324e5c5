// The budget of the session that runs, in words: numbers of contracts and underlyings become their names.
import type { BudgetState } from '../domain/budget.ts';
import type { ContractTable } from '../domain/contract-table.ts';
import type { Session } from '../domain/session.ts';

/** The budget with names and times for people. */
export interface NamedBudget extends Omit<BudgetState, 'heldBack'> {
  readonly heldBack: readonly {
    readonly underlying: string;
    /** OSI ticker; null for the underlying as a whole. */
    readonly contract: string | null;
    /** ISO 8601. */
    readonly at: string;
    /** Highest statistic as a share of the threshold. */
    readonly share: number;
  }[];
}

/** Names what the budget holds; null stays null. */
export function namedBudget(
  state: BudgetState | null,
  { midnightMs }: Session,
  table: ContractTable,
): NamedBudget | null {
  if (state === null) return null;
  const heldBack = state.heldBack.map(({ underlying, contract, atMs, share }) => ({
    underlying: table.underlyingName(underlying),
    contract: contract === null ? null : table.ticker(contract),
    at: new Date(midnightMs + atMs).toISOString(),
    share,
  }));
  return { ...state, heldBack };
}
