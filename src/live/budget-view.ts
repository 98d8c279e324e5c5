// The budget of the session that runs, in words: numbers of contracts and underlyings become their names.
import type { BudgetState } from '../domain/budget.ts';
import type { ContractTable } from '../domain/contract-table.ts';
import type { Session } from '../domain/session.ts';
import type { Clock } from '../lib/clock.ts';
import type { LiveSession } from './live-session.ts';

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

/** The budget of the session under way, to be read and changed; `remember` keeps a change for the sessions to come. */
export function budgetOf(
  session: () => LiveSession,
  table: ContractTable,
  marketClock: Clock,
  remember: (alertsPerDay: number) => void,
) {
  return {
    view: (): NamedBudget | null => namedBudget(session().budget, session().session, table),
    change(alertsPerDay: number): void {
      remember(alertsPerDay);
      session().changeBudget(alertsPerDay, marketClock.now());
    },
  };
}

/** Names what the budget holds; null stays null. */
function namedBudget(
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
