// The path of the tape on one page: batches in, grouped by underlying, folded by actors, findings out in tape order.
import { concatMap, from, map, type Observable } from 'rxjs';
import type { ContractTable } from '../domain/contract-table.ts';
import type { TradeBatch } from '../domain/trade.ts';
import type { Finding } from '../domain/detectors/finding.ts';
import { createRouter, type RoutedBatch } from './route.ts';

/** What the pipeline is connected to. */
export interface PipelinePorts {
  readonly table: ContractTable;
  /** Sends each group of a batch to the actor of its underlying and gives back what they found. */
  readonly deliver: (routed: RoutedBatch<TradeBatch>) => Finding[];
}

/**
 * Findings of a tape. Values are batches, never single prints, and each is folded before the next is asked for, so
 * nothing queues here. The rows of a batch are spread over actors; sorting its findings by row restores the order
 * of the tape, whatever the size of the batches.
 */
export function findingsOf(
  tape: Observable<TradeBatch>,
  { table, deliver }: PipelinePorts,
): Observable<Finding> {
  return tape.pipe(
    map(createRouter<TradeBatch>(table)),
    map(deliver),
    map((findings) => findings.toSorted((a, b) => a.row - b.row)),
    concatMap((findings) => from(findings)),
  );
}
