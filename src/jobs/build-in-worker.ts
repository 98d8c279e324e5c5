// Building a day in a thread of its own, so that the event loop of the service goes on; only batches come over.
import { Worker } from 'node:worker_threads';
import { ContractTable } from '../domain/contract-table.ts';
import type { TradeBatch } from '../domain/trade.ts';
import { assert } from '../lib/assert.ts';
import type { BuildReply, BuildRequest } from './build-words.ts';
import type { BuildOrder, BuildProgress, BuiltDay } from './built-day.ts';
import { repliesOf } from './thread-replies.ts';

type Told<Word extends BuildReply['told']> = Extract<BuildReply, { readonly told: Word }>;

/** Builds a day as buildDay does, in a thread that ends with the day. Throws its Refusal. */
export async function buildDayInWorker(order: BuildOrder, onProgress: BuildProgress): Promise<BuiltDay> {
  const worker = new Worker(new URL('./build-thread.ts', import.meta.url), { workerData: order });
  const hear = repliesOf<BuildReply>(worker);
  const ask = (request: BuildRequest): void => worker.postMessage(request);
  const table = new ContractTable();
  try {
    const built = await hearBuilt(hear, table, onProgress);
    const { report, history, summaries, length } = built;
    return {
      report,
      history,
      summaries,
      length,
      table,
      batches: (batchRows) => batchesOf(ask, hear, batchRows),
      async [Symbol.asyncDispose]() {
        await worker.terminate();
      },
    };
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

async function hearBuilt(
  hear: () => Promise<BuildReply>,
  table: ContractTable,
  onProgress: BuildProgress,
): Promise<Told<'built'>> {
  for (;;) {
    const reply = await hear();
    if (reply.told === 'progress') onProgress(reply.step, reply.done, reply.total);
    else if (reply.told === 'built') return reply;
    else if (reply.told === 'tickers') {
      // In the order of their numbers there, so that they have the same here.
      for (const ticker of reply.tickers) table.internTicker(ticker);
    } else assert(false, `a thread that builds a day said ${reply.told}`);
  }
}

async function* batchesOf(
  ask: (request: BuildRequest) => void,
  hear: () => Promise<BuildReply>,
  batchRows: number,
): AsyncGenerator<TradeBatch> {
  ask({ ask: 'begin', batchRows });
  for (;;) {
    const reply = await hear();
    if (reply.told === 'batches ended') return;
    assert(reply.told === 'batch', `a thread that gives a day said ${reply.told}`);
    const { session, kind, length, firstRow, columns } = reply;
    // The next is made while this one is stored.
    ask({ ask: 'next' });
    yield { session, kind, length, firstRow, sequence: null, ...columns };
  }
}
