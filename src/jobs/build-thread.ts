// The thread that builds a day: the same code as without it, and then the day's rows, batch by batch, as asked.
import { parentPort, workerData } from 'node:worker_threads';
import type { TradeBatch } from '../domain/trade.ts';
import { assert } from '../lib/assert.ts';
import type { BuildReply, BuildRequest } from './build-words.ts';
import { buildDay, type BuildOrder, type BuiltDay } from './built-day.ts';
import { failureOf, type ThreadFailure, TICKERS_AT_ONCE } from './thread-replies.ts';

/** Between two words about progress. */
const PROGRESS_MS = 50;

const port = parentPort;
assert(port !== null, 'build-thread.ts is not started as a thread');
const tell = (reply: BuildReply | ThreadFailure, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(reply, transfer);

function tellBuilt({ report, history, summaries, length, table }: BuiltDay): void {
  for (let from = 0; from < table.count; from += TICKERS_AT_ONCE) {
    const count = Math.min(TICKERS_AT_ONCE, table.count - from);
    tell({ told: 'tickers', tickers: Array.from({ length: count }, (_, at) => table.ticker(from + at)) });
  }
  tell({ told: 'built', report, history, summaries, length });
}

function tellBatch({ session, kind, length, firstRow, ...rest }: TradeBatch): void {
  const columns = {
    contract: rest.contract.slice(0, length),
    atMs: rest.atMs.slice(0, length),
    priceE4: rest.priceE4.slice(0, length),
    size: rest.size.slice(0, length),
    condition: rest.condition.slice(0, length),
    exchange: rest.exchange.slice(0, length),
  };
  const transfer = Object.values(columns).map(({ buffer }) => buffer);
  tell({ told: 'batch', session, kind, length, firstRow, columns }, transfer);
}

/** Answers what is asked of the day; the thread is ended from outside. */
function answer(day: BuiltDay): void {
  let batches: AsyncIterator<TradeBatch> | null = null;
  port!.on('message', (request: BuildRequest) => {
    if (request.ask === 'begin') batches = day.batches(request.batchRows)[Symbol.asyncIterator]();
    void batches!.next().then(
      ({ done, value }) => (done === true ? tell({ told: 'batches ended' }) : tellBatch(value)),
      (error: unknown) => tell(failureOf(error)),
    );
  });
}

let saidMs = 0;
try {
  const day = await buildDay(workerData as BuildOrder, (step, done, total) => {
    const nowMs = performance.now();
    if (nowMs - saidMs < PROGRESS_MS && done < total) return;
    saidMs = nowMs;
    tell({ told: 'progress', step, done, total });
  });
  tellBuilt(day);
  answer(day);
} catch (error) {
  tell(failureOf(error));
}
