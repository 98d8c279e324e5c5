// The coverage of the live feed: how much of a session it had, by the file of the day.

/** Prints that live stored, as columns in any order; those beyond `length` mean nothing. */
export interface LivePrints {
  readonly length: number;
  /** Id of the contract in the database. */
  readonly contractId: Int32Array;
  /** Ms after midnight in New York. */
  readonly atMs: Int32Array;
  readonly priceE4: Int32Array;
  readonly size: Int32Array;
  readonly condition: Int32Array;
  readonly exchange: Int32Array;
}

/** Prints of live and file compared as a multiset over contract, millisecond, price, size, exchange and condition. */
export interface PrintCoverage {
  /** Prints of the file: those live had, and those it missed. */
  readonly filePrints: number;
  /** Prints of live: those it had once as the file does, had too often, or has alone. */
  readonly livePrints: number;
  readonly had: number;
  readonly missed: number;
  /** Prints that live had more often than the file. */
  readonly twice: number;
  /** Prints of live that the file does not know. */
  readonly foreign: number;
}

/** Alerts raised live, held against the engine's run over the file. */
export interface AlertCoverage {
  /** The engine raises it over the file too: same rule, same contract, within five minutes. */
  readonly confirmed: number;
  readonly contradicted: number;
  /** Of rules or baselines that could not be run again. */
  readonly unchecked: number;
}

/** The coverage of a session. */
export interface Coverage extends PrintCoverage {
  readonly sessionDate: string;
  readonly alerts: AlertCoverage;
}

/** What the file said of an alert. */
export type Verdict = 'confirmed' | 'contradicted';
