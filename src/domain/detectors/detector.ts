// The interface of detectors: how one sees the prints of an underlying, and what it owns.
import type { ContractArena } from '../arena.ts';
import type { VolumeBaseline } from '../baseline.ts';
import type { ContractTable } from '../contract-table.ts';
import type { QuoteBook } from '../quote-book.ts';
import type { Session } from '../session.ts';
import type { TradeBatch } from '../trade.ts';
import type { RollingWindow } from '../window.ts';
import type { OrderBaseline } from '../order-baseline.ts';
import type { DetectorName, Finding } from './finding.ts';

/** A rule as alerts name it: a change of the rule changes its hash, and with it the ids of its alerts. */
export interface RuleName {
  readonly id: string;
  readonly hash: string;
}

/** What a detector may look at of its underlying: all of it is in the state that the print has made. */
export interface UnderlyingScene {
  /** Number of the underlying in the table. */
  readonly underlying: number;
  readonly context: {
    readonly session: Session;
    readonly table: ContractTable;
    readonly baseline: VolumeBaseline;
  };
  /** Rows of the contracts: day volume and prints, close, contract number (see arena.ts). */
  readonly arena: ContractArena;
  /** Prints of the last five minutes with their sides: the evidence (see evidence.ts). */
  readonly window: RollingWindow;
  /** The quotes that these were held against. */
  readonly quotes: Pick<QuoteBook, 'usedSince'>;
  /** Event time of the newest print of the underlying, ms after midnight. */
  readonly clockMs: number;
}

/** What a detector's underlyings were told together, between two prints of the session. */
export type DetectorChange =
  | { readonly of: 'budget'; readonly alertsPerDay: number }
  /** The feed was away, ms after midnight. */
  | { readonly of: 'gap'; readonly fromMs: number; readonly toMs: number }
  /** Clock and forecast of the session are those of this baseline. */
  | { readonly of: 'forecast'; readonly baseline: OrderBaseline };

/**
 * A detector at work on one underlying. It owns its state, lazily: arrays by slot that grow, nothing for contracts
 * without a print. It must give the same findings however the tape is cut into batches, which it does when it looks
 * at nothing but the print at hand, the scene and its own state.
 */
export interface UnderlyingDetector {
  /**
   * A print of regular hours, in the order of the tape, after window and row have taken it. It may be older than the
   * clock. What is found is appended to `findings`, with `row` = batch.firstRow + row.
   */
  onPrint(batch: TradeBatch, row: number, slot: number, findings: Finding[]): void;
  /** The print at `printMs` with the size of `row`, a cancel, is taken back; window and row still hold it. */
  onCancel?(batch: TradeBatch, row: number, slot: number, printMs: number): void;
  /** Another baseline decides from the next print on; the scene's context has it already. */
  onBaseline?(): void;
  /** The past is told again, and the underlyings were told this; what they share now stays as it is. */
  onPastChange?(change: DetectorChange): void;
  /** The past is told: what underlyings share decides from the next print on. */
  onPresent?(): void;
}

/** A detector of a session, shared by its underlyings. */
export interface Detector {
  readonly name: DetectorName;
  readonly rule: RuleName;
  /**
   * The detector for one underlying: at its first print, and again when its state is built anew from the tape. With
   * `past` it begins as the session began: changes are told again through `onPastChange` until `onPresent`.
   */
  begin(scene: UnderlyingScene, past: boolean): UnderlyingDetector;
}
