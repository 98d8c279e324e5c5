// A day in the order of deep history: by underlying, then contract, then time, each contract one run of rows.
import type { Session } from './session.ts';
import type { TapeKind, TradeColumns } from './trade.ts';

/** The rows of a session, contract after contract. */
export interface ContractOrderedDay {
  readonly session: Session;
  readonly kind: TapeKind;
  readonly length: number;
  /** Contract numbers in the order of underlying and ticker, each once. */
  readonly contracts: Int32Array;
  /** First row of each contract, and after the last of them the number of rows. */
  readonly starts: Int32Array;
  /**
   * Copies `count` rows from row `from` on into columns, with the nanoseconds beyond their milliseconds when wanted.
   * Within a contract rows stand in the order of the engine: by millisecond, equal ones as in the file.
   */
  gather(from: number, count: number, into: TradeColumns, nanos: Int32Array | null): void;
}
