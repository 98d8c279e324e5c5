// Benchmark `baseline`: thirty sessions of a whole market folded into what is normal of the next, kept and loaded.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContractTable } from '../src/domain/contract-table.ts';
import { type DayOrders, RUNGS } from '../src/domain/ladder.ts';
import { OrderHistory } from '../src/domain/order-history.ts';
import { packOrders, unpackOrders } from '../src/domain/order-pack.ts';
import { renumbered } from '../src/domain/order-renumber.ts';
import { LADDER } from '../src/domain/parent.ts';
import { sessionsBefore } from '../src/domain/session.ts';
import { readOrders, writeOrders } from '../src/jobs/order-file.ts';
import { Random } from '../src/lib/random.ts';
import type { BenchOptions } from './main.ts';

const DATE = '2026-11-20';
const SESSIONS = 30;
const CONTRACTS = 365_000;
/** Expiries and strikes of an underlying. */
const EXPIRIES = ['261120', '261127', '261204', '261218', '270115', '270319'];
const LIMIT_SECONDS = 60;

function tickerOf(contract: number, underlyings: number): string {
  const underlying = contract % underlyings;
  const rest = Math.floor(contract / underlyings);
  const name = [underlying / 676, (underlying / 26) % 26, underlying % 26]
    .map((letter) => String.fromCharCode(65 + Math.floor(letter)))
    .join('');
  const expiry = EXPIRIES[rest % EXPIRIES.length]!;
  const right = Math.floor(rest / EXPIRIES.length) % 2 === 0 ? 'C' : 'P';
  const strike = 20 + Math.floor(rest / EXPIRIES.length / 2);
  return `O:X${name}${expiry}${right}${String(strike * 1_000).padStart(8, '0')}`;
}

/** A day on which all contracts trade, which is more than any day has. */
function dayOf(date: string, random: Random): DayOrders {
  const orders = new Int32Array(CONTRACTS * RUNGS);
  for (let contract = 0; contract < CONTRACTS; contract++) {
    const count = 1 + Math.floor(20 * random.uniform() ** 6);
    LADDER.forEach((size, rung) => (orders[contract * RUNGS + rung] = Math.ceil(count / size ** 0.6) - rung));
    for (let rung = 0; rung < RUNGS; rung++) {
      orders[contract * RUNGS + rung] = Math.max(0, orders[contract * RUNGS + rung]!);
    }
  }
  return {
    date,
    contract: Int32Array.from({ length: CONTRACTS }, (_, contract) => contract),
    orders,
    meanPrice: Float64Array.from({ length: CONTRACTS }, () => 0.5 + 5 * random.uniform()),
    profile: null,
  };
}

function cpuSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}

/** What keeping the fold in a file and loading it costs, and the longest piece of the part on the main thread. */
async function keepAndLoad(history: OrderHistory, table: ContractTable): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-bench-baseline-'));
  try {
    const beganKeeping = process.cpuUsage();
    const path = join(folder, await writeOrders(folder, packOrders(history.memory, table)));
    const keeping = cpuSeconds(beganKeeping);
    const beganLoading = process.cpuUsage();
    const packed = readOrders(path);
    const own = new ContractTable();
    const { columns } = new OrderHistory(own, unpackOrders(packed, own)).before(DATE)!;
    const loading = cpuSeconds(beganLoading);
    const steps = renumbered({ columns, ...packed }, new ContractTable());
    let longestMs = 0;
    let allMs = 0;
    for (;;) {
      const beganMs = performance.now();
      const { done } = steps.next();
      const tookMs = performance.now() - beganMs;
      longestMs = Math.max(longestMs, tookMs);
      allMs += tookMs;
      if (done === true) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return [
      `keep        ${keeping.toFixed(1)} s, ${Math.round(statSync(path).size / 1e6)} MB`,
      `load        ${loading.toFixed(1)} s in the thread`,
      `take over   ${Math.round(allMs)} ms on the main thread, the longest piece ${longestMs.toFixed(1)} ms`,
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Prints the time of each part and the peak of memory. */
export async function benchBaseline({ underlyings }: BenchOptions): Promise<void> {
  const table = new ContractTable();
  for (let contract = 0; contract < CONTRACTS; contract++)
    table.internTicker(tickerOf(contract, underlyings));
  const random = new Random('baseline');
  const history = new OrderHistory(table);
  let fold = 0;
  let slowest = 0;
  for (const date of sessionsBefore(DATE, SESSIONS)) {
    const day = dayOf(date, random);
    const began = process.cpuUsage();
    history.add(day);
    const { user, system } = process.cpuUsage(began);
    fold += (user + system) / 1e6;
    slowest = Math.max(slowest, (user + system) / 1e6);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const began = process.cpuUsage();
  const baseline = history.before(DATE)!;
  const { user, system } = process.cpuUsage(began);
  const kept = await keepAndLoad(history, table);
  const lines = [
    `baseline: ${SESSIONS} sessions of ${table.count.toLocaleString('en-US')} contracts, all trading`,
    `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}; CPU seconds`,
    `fold        ${fold.toFixed(1)} s in all, the slowest session ${slowest.toFixed(2)} s`,
    `snapshot    ${((user + system) / 1e6).toFixed(2)} s for the next session`,
    ...kept,
    `forecast    ${Math.round(baseline.ordersForecast).toLocaleString('en-US')} orders`,
    `limit       ${LIMIT_SECONDS} s: ${(fold / LIMIT_SECONDS).toFixed(2)} of it`,
    `peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
