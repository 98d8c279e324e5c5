// The thread that folds days of orders into a file, and reads such a file for the service.
import { parentPort, workerData } from 'node:worker_threads';
import { ContractTable } from '../domain/contract-table.ts';
import { OrderHistory } from '../domain/order-history.ts';
import { packOrders, unpackOrders } from '../domain/order-pack.ts';
import { openDuck } from '../history/duck.ts';
import { readDayOrders } from '../history/order-days.ts';
import { assert } from '../lib/assert.ts';
import { readOrders, writeOrders } from './order-file.ts';
import type { OrderReply, OrderTask } from './order-words.ts';
import { failureOf, type ThreadFailure, TICKERS_AT_ONCE } from './thread-replies.ts';

const LIMITS = { threads: 1, memoryMbMax: 256, spillDir: null } as const;

const port = parentPort;
assert(port !== null, 'order-thread.ts is not started as a thread');
const tell = (reply: OrderReply | ThreadFailure): void => port.postMessage(reply);

async function fold({ base, days, folder }: Extract<OrderTask, { task: 'fold' }>): Promise<void> {
  const table = new ContractTable();
  const history = new OrderHistory(table, base === null ? undefined : unpackOrders(readOrders(base), table));
  using duck = await openDuck(LIMITS);
  for (const { date, path } of days) {
    history.add(
      await readDayOrders(duck, path, date, (osi) => {
        const number = table.internTicker(osi);
        return typeof number === 'number' ? number : -1;
      }),
    );
  }
  tell({ told: 'folded', name: await writeOrders(folder, packOrders(history.memory, table)) });
}

function load({ path, asOf }: Extract<OrderTask, { task: 'load' }>): void {
  const table = new ContractTable();
  const packed = readOrders(path);
  const history = new OrderHistory(table, unpackOrders(packed, table));
  const snapshot = history.before(asOf);
  for (let from = 0; from < packed.tickers.length; from += TICKERS_AT_ONCE) {
    tell({ told: 'tickers', tickers: packed.tickers.slice(from, from + TICKERS_AT_ONCE) });
  }
  tell({ told: 'loaded', columns: snapshot?.columns ?? null, underlyings: packed.underlyings });
}

try {
  const task = workerData as OrderTask;
  if (task.task === 'fold') await fold(task);
  else load(task);
} catch (error) {
  tell(failureOf(error));
}
