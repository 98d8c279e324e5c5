// Benchmark `surprise`: what the detector adds to the cost of a print and to the state of a contract, by part.
import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { cpus } from 'node:os';
import { basename } from 'node:path';
import { TapeLedger } from '../src/domain/cancel-ledger.ts';
import { ContractTable } from '../src/domain/contract-table.ts';
import type { DetectorName } from '../src/domain/detectors/finding.ts';
import { DEFAULT_THRESHOLD } from '../src/domain/detectors/threshold.ts';
import { OrderCounter } from '../src/domain/ladder.ts';
import type { OrderBaseline } from '../src/domain/order-baseline.ts';
import { OrderHistory } from '../src/domain/order-history.ts';
import { requireSession, sessionsBefore } from '../src/domain/session.ts';
import type { TradeBatch } from '../src/domain/trade.ts';
import { createEngine, type Engine } from '../src/engine.ts';
import { digest } from '../src/lib/digest.ts';
import { batchesOf } from '../src/simulation/day-batches.ts';
import { createMarket } from '../src/simulation/market.ts';
import type { BenchOptions } from './main.ts';
import { median } from './measure.ts';
import { cpuSeconds } from './synthetic.ts';
import { weighed } from './weighed.ts';

const DATE = '2026-11-20';
const LEARN_DAYS = 3;
const ADDED_NS_GOAL = 300;
const RATE_FLOOR = 0.6;
const RATE_AIM = 1;
const INACTIVE_BYTES_GOAL = 128;
const ACTIVE_BYTES_GOAL = 600;
/** Parts of the profile that are named. */
const PARTS_MAX = 16;

/** The tape of a day, and what the days before it teach. */
interface Scene {
  readonly table: ContractTable;
  readonly batches: readonly TradeBatch[];
  readonly orders: OrderBaseline;
}

function sceneOf({ prints, underlyings }: BenchOptions): Scene {
  const market = createMarket({ seed: 'surprise', underlyings, tradesPerDay: prints, anomaliesPerDay: 40 });
  const table = new ContractTable();
  const history = new OrderHistory(table);
  for (const date of sessionsBefore(DATE, LEARN_DAYS)) {
    const counter = new OrderCounter(history.hoursOf(requireSession(date)));
    for (const batch of batchesOf(market.day(date), table)) counter.add(batch, batch.atMs);
    history.add(counter.take(date));
  }
  const batches = [...batchesOf(market.day(DATE), table)];
  return { table, batches, orders: history.before(DATE)! };
}

function engineOf({ table, orders }: Scene, detectors: readonly DetectorName[]): Engine {
  return createEngine({
    session: requireSession(DATE),
    table,
    baseline: { sessions: 30, dates: [], volumeSum: () => 2_340, orders },
    detectors,
    threshold: DEFAULT_THRESHOLD,
    cancels: new TapeLedger([]),
    tape: () => [],
    onFailure: ({ error }) => {
      throw error;
    },
  });
}

const WITHOUT: readonly DetectorName[] = ['threshold'];
const WITH: readonly DetectorName[] = ['threshold', 'surprise'];

interface Folded {
  readonly seconds: number;
  readonly engine: Engine;
  /** Of alerts and tails: equal ones say that nothing that is told has changed. */
  readonly digest: string;
}

function fold(scene: Scene, detectors: readonly DetectorName[]): Folded {
  const engine = engineOf(scene, detectors);
  const alerts: unknown[] = [];
  const before = cpuSeconds();
  for (const batch of scene.batches) for (const alert of engine.take(batch)) alerts.push(alert);
  const seconds = cpuSeconds() - before;
  const tails = engine.tails();
  const told = JSON.stringify([alerts, tails === null ? null : Array.from(tails.counts)]);
  engine.stop();
  return { seconds, engine, digest: digest(told, 12) };
}

/** CPU nanoseconds a print by function, of one fold, the dearest first. */
async function profileOf(scene: Scene, prints: number): Promise<Array<readonly [part: string, ns: number]>> {
  using session = Object.assign(new Session(), {
    [Symbol.dispose](): void {
      session.disconnect();
    },
  });
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 500 });
  await session.post('Profiler.start');
  const { seconds } = fold(scene, WITH);
  const { profile } = await session.post('Profiler.stop');
  const samples = new Map<string, number>();
  for (const { callFrame, hitCount = 0 } of profile.nodes) {
    const part = `${callFrame.functionName || '(anonymous)'} ${basename(callFrame.url)}`.trim();
    samples.set(part, (samples.get(part) ?? 0) + hitCount);
  }
  samples.delete('(idle)');
  const all = [...samples.values()].reduce((sum, count) => sum + count, 0);
  return [...samples]
    .map(([part, count]) => [part, (count / all) * (seconds / prints) * 1e9] as const)
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, PARTS_MAX);
}

/** Bytes of state a contract, as the process weighs them. */
interface Weights {
  readonly contracts: number;
  readonly without: number;
  /** Added in contracts with one order of one lot, and in those with many of a hundred. */
  readonly inactive: number;
  readonly active: number;
}

const ACTIVE_ORDERS = 40;

/** One print of every contract of the day, or many large ones: what the engine then holds. */
async function weightsOf(scene: Scene): Promise<Weights> {
  const session = requireSession(DATE);
  const traded = Int32Array.from(new Set(scene.batches.flatMap(({ contract }) => [...contract])));
  const batchOf = (round: number, size: number): TradeBatch => ({
    session,
    kind: 'trades',
    length: traded.length,
    firstRow: round * traded.length,
    sequence: null,
    contract: traded,
    atMs: new Int32Array(traded.length).fill(session.openMs + 600_000 + round * 400_000),
    priceE4: new Int32Array(traded.length).fill(12_500),
    size: new Int32Array(traded.length).fill(size),
    condition: new Uint16Array(traded.length).fill(209),
    exchange: new Uint16Array(traded.length).fill(302),
  });
  const bytesOf = async (
    detectors: readonly DetectorName[],
    rounds: number,
    size: number,
  ): Promise<number> => {
    const [bytes, engine] = await weighed(() => {
      const made = engineOf(scene, detectors);
      for (let round = 0; round < rounds; round++) made.take(batchOf(round, size));
      return made;
    });
    engine.stop();
    return bytes / traded.length;
  };
  // Once unweighed: what the compiler makes is not state.
  for (const detectors of [WITHOUT, WITH]) await bytesOf(detectors, 2, 100);
  return {
    contracts: traded.length,
    without: await bytesOf(WITHOUT, 1, 1),
    inactive: await bytesOf(WITH, 1, 1),
    active: (await bytesOf(WITH, ACTIVE_ORDERS, 100)) - (await bytesOf(WITHOUT, ACTIVE_ORDERS, 100)),
  };
}

/** Prints what surprise adds, by part, what it keeps, and a digest of all that it said. */
export async function benchSurprise(options: BenchOptions): Promise<void> {
  const { underlyings, rounds, out } = options;
  const scene = sceneOf(options);
  const prints = scene.batches.reduce((sum, { length }) => sum + length, 0);
  const without: number[] = [];
  const both: number[] = [];
  const digests = new Set<string>();
  // The first round of each warms the compiler.
  for (let round = 0; round <= rounds; round++) {
    const [one, other] = [fold(scene, WITHOUT), fold(scene, WITH)];
    digests.add(other.digest);
    if (round === 0) continue;
    without.push((one.seconds / prints) * 1e9);
    both.push((other.seconds / prints) * 1e9);
  }
  if (digests.size > 1) throw new Error('the same tape gave other alerts the next time');
  const added = median(both.map((ns, round) => ns - without[round]!));
  const rate = 1e3 / median(both);
  const weights = await weightsOf(scene);
  const parts = await profileOf(scene, prints);
  const says = (goal: number, reached: boolean): string => `${goal}: ${reached ? 'reached' : 'MISSED'}`;
  const lines = [
    `surprise: ${prints.toLocaleString('en-US')} prints, ${weights.contracts.toLocaleString('en-US')} contracts ` +
      `of ${underlyings} underlyings, ${rounds} rounds, medians; alerts and tails ${[...digests][0]}`,
    `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}; CPU of routing, actors and folding`,
    '',
    `threshold alone       ${median(without).toFixed(0).padStart(6)} ns a print`,
    `with surprise         ${median(both).toFixed(0).padStart(6)} ns a print, ${rate.toFixed(2)} M prints a ` +
      `CPU second; floor ${says(RATE_FLOOR, rate >= RATE_FLOOR)}, aim ${says(RATE_AIM, rate >= RATE_AIM)}`,
    `surprise adds         ${added.toFixed(0).padStart(6)} ns a print, ` +
      `goal ${says(ADDED_NS_GOAL, added <= ADDED_NS_GOAL)}`,
    '',
    `bytes a contract of one print in engine and window, threshold alone ${weights.without.toFixed(0)}; added by`,
    `  surprise, one order of one lot           ${(weights.inactive - weights.without).toFixed(0).padStart(5)}`,
    `  surprise, ${ACTIVE_ORDERS} orders of a hundred lots   ${weights.active.toFixed(0).padStart(5)}`,
    '',
    ...parts.map(([part, ns]) => `${ns.toFixed(0).padStart(6)} ns a print in ${part}`),
  ];
  const state = ROW_AND_SLOT_BYTES + weights.inactive - weights.without;
  const active = ROW_AND_SLOT_BYTES + weights.active;
  lines.splice(
    lines.length - parts.length - 1,
    0,
    `  row, slot and surprise: inactive ${state.toFixed(0)}, goal ` +
      `${says(INACTIVE_BYTES_GOAL, state <= INACTIVE_BYTES_GOAL)}; active ${active.toFixed(0)}, goal ` +
      says(ACTIVE_BYTES_GOAL, active <= ACTIVE_BYTES_GOAL),
  );
  process.stdout.write(`${lines.join('\n')}\n`);
  if (out === null) return;
  const figures = { prints, without, both, added, weights, state, active, parts };
  await writeFile(out, `${JSON.stringify(figures, null, 2)}\n`);
}

/** A row of the arena and its place in the directory (see bench memory). */
const ROW_AND_SLOT_BYTES = 68;
