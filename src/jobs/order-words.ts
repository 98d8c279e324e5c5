// What the thread that folds orders is asked, and what it answers.
import type { SnapshotColumns } from '../domain/order-snapshot.ts';

/** A day to fold. */
export interface DayFile {
  readonly date: string;
  /** Path of its summaries. */
  readonly path: string;
}

/** Work for the thread. */
export type OrderTask =
  | {
      readonly task: 'fold';
      /** File to go on from; null to begin anew. */
      readonly base: string | null;
      readonly days: readonly DayFile[];
      /** Folder of the file that is made. */
      readonly folder: string;
    }
  | { readonly task: 'load'; readonly path: string; readonly asOf: string };

/** What it answers, unless it fails. */
export type OrderReply =
  | { readonly told: 'folded'; readonly name: string }
  | { readonly told: 'tickers'; readonly tickers: readonly string[] }
  | {
      readonly told: 'loaded';
      readonly columns: SnapshotColumns | null;
      readonly underlyings: readonly string[];
    };
