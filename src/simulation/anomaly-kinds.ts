// The kinds of anomalies and how each lies on the tape.
import { MINUTE_MS } from '../domain/calendar.ts';
import type { Session } from '../domain/session.ts';
import type { Random } from '../lib/random.ts';
import { CALL, type Chain, PUT } from './chain.ts';
import { clockOf, type DayClocks } from './day-clock.ts';
import { CONDITION, type OrderFlow } from './order-flow.ts';
import type { Pricer } from './pricing.ts';
import type { PrintSink } from './print-sink.ts';
import { type Jump, STEP_MS } from './spot.ts';

/** What may be injected. */
export const ANOMALY_KINDS = [
  /** A contract that hardly trades sees many lots within minutes. */
  'quiet contract awakened',
  /** A contract that does trade sees ten minutes of a multiple of its rate. */
  'burst',
  /** One buyer takes every venue's offer within a fifth of a second. */
  'sweep',
  /** One print of a thousand lots or more. */
  'large print',
  /** The underlying jumps, and then its whole chain trades. */
  'news',
  /** Somebody buys short-dated options before the underlying jumps. */
  'informed buying',
] as const;

export type AnomalyKind = (typeof ANOMALY_KINDS)[number];

/** What an injector works with: a chain, and a way to print in it. */
export interface Scene {
  readonly session: Session;
  readonly chain: Chain;
  readonly clocks: DayClocks;
  readonly flow: OrderFlow;
  readonly pricer: Pricer;
  readonly sink: PrintSink;
  readonly random: Random;
  /** The jump of the underlying on this day, if there is one. */
  readonly jump: Jump | null;
}

/** Draws a contract of the chain by weight; -1 when all weights are 0. */
function drawContract({ chain, random }: Scene, weight: (index: number) => number): number {
  let total = 0;
  for (let i = 0; i < chain.count; i++) total += weight(i);
  if (total <= 0) return -1;
  let u = random.uniform() * total;
  for (let i = 0; i < chain.count; i++) {
    u -= weight(i);
    if (u < 0) return i;
  }
  return chain.count - 1;
}

/** An offset such that `lengthMs` from it still lie well inside the session. */
function drawBegin({ session, random }: Scene, lengthMs: number): number {
  const from = session.openMs + 5 * MINUTE_MS;
  return from + random.below(session.closeMs - 5 * MINUTE_MS - lengthMs - from);
}

/** Lots and number of orders of an awakening. */
const AWAKENINGS: ReadonlyArray<readonly [orders: number, size: number]> = [
  [5, 100],
  [20, 10],
  [40, 2],
  [8, 50],
  [12, 25],
];

/** A contract that trades fewer than four times a day. */
const QUIET_ORDERS = 3.9;

function awaken(scene: Scene): void {
  const { chain, random, flow } = scene;
  const index = drawContract(scene, (i) => {
    const mean = chain.mean[i]!;
    return mean > 0.05 && mean < QUIET_ORDERS && chain.expiries[chain.expiry[i]!]!.dte > 0 ? 1 : 0;
  });
  if (index < 0) return;
  const [orders, size] = AWAKENINGS[random.below(AWAKENINGS.length)]!;
  const lengthMs = (2 + 18 * random.uniform()) * MINUTE_MS;
  const beginMs = drawBegin(scene, lengthMs);
  const side = random.uniform() < 0.75 ? 1 : -1;
  flow.turnToContract(index);
  for (let order = 0; order < orders; order++) {
    const lots =
      random.uniform() < 0.6 ? size : Math.max(1, Math.round(size * (0.6 + 0.8 * random.uniform())));
    flow.directed(index, beginMs + random.below(lengthMs), lots, side, 0.1);
  }
}

const BURST_MS = 10 * MINUTE_MS;

function burst(scene: Scene): void {
  const { chain, random, flow } = scene;
  const index = drawContract(scene, (i) => {
    const mean = chain.mean[i]!;
    return mean >= 1 && mean <= 300 ? Math.sqrt(mean) : 0;
  });
  if (index < 0) return awaken(scene);
  const beginMs = drawBegin(scene, BURST_MS);
  const usual = chain.mean[index]! * (10 / 390);
  const orders = Math.max(10 + random.below(26), random.poisson(usual * (8 + random.below(13))));
  const side = random.uniform() < 0.5 ? 1 : -1;
  flow.turnToContract(index);
  for (let order = 0; order < orders; order++) {
    const with_ = random.uniform() < 0.8 ? side : -side;
    flow.directed(index, beginMs + random.below(BURST_MS), Math.min(500, flow.drawSize()), with_, 0.1);
  }
}

function sweep(scene: Scene): void {
  const { chain, random, flow, pricer } = scene;
  const index = drawContract(scene, (i) => (chain.mean[i]! > 0.2 && chain.mean[i]! < 60 ? 1 : 0));
  if (index < 0) return awaken(scene);
  const beginMs = drawBegin(scene, 3 * MINUTE_MS);
  const sweeps = 1 + random.below(3);
  flow.turnToContract(index);
  for (let i = 0; i < sweeps; i++) {
    const atMs = beginMs + (i === 0 ? 0 : random.below(2 * MINUTE_MS));
    const size = 25 * Math.round((100 + 900 * random.uniform() ** 2) / 25);
    pricer.quoteAt(atMs);
    flow.split(index, atMs, size, pricer.priceAt(1, pricer.tickE4), CONDITION.sweep, 5 + random.below(10));
  }
}

const LARGE_CONDITIONS = [
  CONDITION.electronic,
  CONDITION.floor,
  CONDITION.floor,
  CONDITION.cross,
  CONDITION.auction,
];

function largePrint(scene: Scene): void {
  const { chain, random, flow, pricer, sink } = scene;
  const index = drawContract(scene, (i) => (chain.mean[i]! > 0.3 ? Math.sqrt(chain.mean[i]!) : 0));
  if (index < 0) return awaken(scene);
  const atMs = drawBegin(scene, MINUTE_MS);
  const size = 100 * Math.round(10 * 10 ** random.uniform());
  flow.turnToContract(index);
  pricer.quoteAt(atMs);
  const condition = LARGE_CONDITIONS[random.below(LARGE_CONDITIONS.length)]!;
  sink.push(
    index,
    atMs,
    pricer.priceAt(1.4 * random.uniform() - 0.7, 100),
    size,
    condition,
    flow.drawVenue(),
  );
}

/** An injected news day stays below this many orders, so that the busiest name does not double the tape. */
const NEWS_ORDERS_MAX = 15_000;

function news(scene: Scene): void {
  const { chain, random, flow, session, jump, clocks } = scene;
  if (jump === null) return;
  // Two steps later the new price stands in every contract's quote.
  const beginMs = jump.atMs + 2 * STEP_MS + random.below(20_000);
  const lengthMs = Math.min((10 + 50 * random.uniform()) * MINUTE_MS, session.closeMs - beginMs);
  const multiple = 5 * 10 ** random.uniform();
  const clock = clockOf(clocks, session, chain, 0);
  const share = clock.shareBy(beginMs + lengthMs) - clock.shareBy(beginMs);
  let total = 0;
  for (let i = 0; i < chain.count; i++) total += chain.mean[i]!;
  const extra = Math.min((multiple - 1) * share, NEWS_ORDERS_MAX / total);
  for (let i = 0; i < chain.count; i++) {
    const orders = random.poisson((chain.mean[i]! * extra * random.gamma(3)) / 3);
    if (orders === 0) continue;
    flow.turnToContract(i);
    for (let order = 0; order < orders; order++) {
      // The rush ebbs: half of it in the first quarter of the time.
      flow.ordinary(i, Math.floor(beginMs + lengthMs * random.uniform() ** 2));
    }
  }
}

function informedBuying(scene: Scene): void {
  const { chain, random, flow, session, jump } = scene;
  if (jump === null) return;
  const right = jump.size > 0 ? CALL : PUT;
  const sign = jump.size > 0 ? 1 : -1;
  const index = drawContract(scene, (i) => {
    const { dte } = chain.expiries[chain.expiry[i]!]!;
    const deviation = chain.option.underlying.volatility * Math.sqrt((dte + 1) / 365);
    const outOfMoney = (sign * Math.log(chain.strikeMills[i]! / (chain.spot * 1_000))) / deviation;
    const fits = chain.right[i] === right && dte >= 1 && dte <= 45 && outOfMoney > 0.1 && outOfMoney < 2.2;
    return fits ? Math.sqrt(chain.mean[i]!) : 0;
  });
  if (index < 0) return;
  const lengthMs = Math.min(
    (20 + 60 * random.uniform()) * MINUTE_MS,
    jump.atMs - session.openMs - 2 * MINUTE_MS,
  );
  const orders = 5 + random.below(12);
  flow.turnToContract(index);
  for (let order = 0; order < orders; order++) {
    const atMs = Math.floor(jump.atMs - 30_000 - (lengthMs - 30_000) * random.uniform());
    flow.directed(index, atMs, 10 * (2 + random.below(24)), 1, 0.35);
  }
}

/** How each kind is put on the tape. */
export const INJECTORS: Readonly<Record<AnomalyKind, (scene: Scene) => void>> = {
  'quiet contract awakened': awaken,
  burst,
  sweep,
  'large print': largePrint,
  news,
  'informed buying': informedBuying,
};
