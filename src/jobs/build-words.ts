// What the two sides of a build say to each other: the thread that builds a day and the one that stores it.
import type { HistoryDay } from '../db/history-days.ts';
import type { DaySummaries } from '../domain/day-summary.ts';
import type { Session } from '../domain/session.ts';
import type { TapeKind, TradeColumns } from '../domain/trade.ts';
import type { ReadReport } from '../feeds/flat-file/read.ts';

/** Asked of the thread that builds: the day from its beginning, or one batch more. */
export type BuildRequest = { readonly ask: 'begin'; readonly batchRows: number } | { readonly ask: 'next' };

/** Told by it, unless it fails. */
export type BuildReply =
  | {
      readonly told: 'progress';
      readonly step: 'read' | 'write';
      readonly done: number;
      readonly total: number;
    }
  /** Tickers by their numbers, the next so many. */
  | { readonly told: 'tickers'; readonly tickers: readonly string[] }
  | {
      readonly told: 'built';
      readonly report: ReadReport;
      readonly history: HistoryDay;
      readonly summaries: DaySummaries;
      readonly length: number;
    }
  | {
      readonly told: 'batch';
      readonly session: Session;
      readonly kind: TapeKind;
      readonly length: number;
      readonly firstRow: number;
      readonly columns: TradeColumns;
    }
  | { readonly told: 'batches ended' };
