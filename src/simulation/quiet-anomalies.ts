// Anomalies in contracts that hardly trade: awakenings once, to the lot, and day after day.
import { MINUTE_MS } from '../domain/calendar.ts';
import { Random } from '../lib/random.ts';
import {
  drawBegin,
  drawContract,
  drawFrom,
  type Injected,
  type Scene,
  type Series,
} from './anomaly-scene.ts';
import type { Chain } from './chain.ts';

/** Orders and lots of an awakening. */
type Lots = readonly [orders: number, size: number];

const AWAKENINGS: readonly Lots[] = [
  [5, 100],
  [20, 10],
  [40, 2],
  [8, 50],
  [12, 25],
];

/** The lots whose recall is published for other detectors. */
const CONTROLLED: readonly Lots[] = [
  [5, 100],
  [20, 10],
  [40, 2],
];

/** A contract that trades fewer than four times a day. */
const QUIET_ORDERS = 3.9;
const QUIET_ORDERS_MIN = 0.05;
/** Classes of quiet contracts by orders a day: each is drawn equally often, though most contracts are in the first. */
const RATE_CLASSES: readonly number[] = [QUIET_ORDERS_MIN, 0.2, 0.6, 1.6, QUIET_ORDERS];

/** Whether a contract may be awakened, whose orders a day are between two rates. */
function isQuiet(chain: Chain, index: number, from: number, to: number): boolean {
  const mean = chain.mean[index]!;
  return mean > from && mean < to && chain.expiries[chain.expiry[index]!]!.dte > 0;
}

function drawQuiet(scene: Scene, from: number, to: number): number {
  return drawContract(scene, (i) => (isQuiet(scene.chain, i, from, to) ? 1 : 0));
}

function patternOf([orders, size]: Lots): string {
  return `${orders}x${size}`;
}

/** Awakens any quiet contract; sizes of two in five orders differ from the pattern. */
export function awaken(scene: Scene): Injected | null {
  const { random, flow } = scene;
  const index = drawQuiet(scene, QUIET_ORDERS_MIN, QUIET_ORDERS);
  if (index < 0) return null;
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
  return { kind: 'quiet contract awakened', index };
}

/** Awakens a quiet contract of a rate class by exactly so many orders of exactly so many lots. */
export function controlledLots(scene: Scene): Injected | null {
  const { random } = scene;
  const first = random.below(RATE_CLASSES.length - 1);
  // A chain may have no contract of the class: then the next one, round the circle.
  for (let step = 0; step < RATE_CLASSES.length - 1; step++) {
    const rateClass = (first + step) % (RATE_CLASSES.length - 1);
    const index = drawQuiet(scene, RATE_CLASSES[rateClass]!, RATE_CLASSES[rateClass + 1]!);
    if (index < 0) continue;
    const lots = CONTROLLED[random.below(CONTROLLED.length)]!;
    const lengthMs = (2 + 18 * random.uniform()) * MINUTE_MS;
    print(scene, index, lots, drawBegin(scene, lengthMs), lengthMs);
    return { kind: 'controlled lots', index, pattern: patternOf(lots) };
  }
  return null;
}

function print(scene: Scene, index: number, [orders, size]: Lots, beginMs: number, lengthMs: number): void {
  const { random, flow } = scene;
  const side = random.uniform() < 0.75 ? 1 : -1;
  flow.turnToContract(index);
  for (let order = 0; order < orders; order++) {
    flow.directed(index, beginMs + random.below(lengthMs), size, side, 0.1);
  }
}

/** Days to expiry of a contract that is awakened all week. */
const REPEATED_DTE_MIN = 8;

/** Draws the contract of a series from the chain of the week's first session; null when it has no quiet one. */
export function drawSeries(chain: Chain, random: Random, seed: string): Series | null {
  const fits = (i: number): boolean => chain.expiries[chain.expiry[i]!]!.dte >= REPEATED_DTE_MIN;
  const index = drawFrom(chain, random, (i) =>
    fits(i) && isQuiet(chain, i, RATE_CLASSES[1]!, RATE_CLASSES[3]!) ? 1 : 0,
  );
  return index < 0 ? null : { seed, ticker: chain.ticker(index) };
}

/** Awakens the contract of a series at about its time, if it is still listed. */
export function repeatedAwakening(scene: Scene): Injected | null {
  const { chain, random, series } = scene;
  if (series === null) return null;
  let index = 0;
  while (index < chain.count && chain.ticker(index) !== series.ticker) index++;
  if (index === chain.count) return null;
  const weekly = new Random(`${series.seed}/lots`);
  const lots = CONTROLLED[weekly.below(CONTROLLED.length)]!;
  const lengthMs = (5 + 10 * weekly.uniform()) * MINUTE_MS;
  const usualBeginMs = drawBegin({ ...scene, random: weekly }, lengthMs + 10 * MINUTE_MS);
  print(scene, index, lots, usualBeginMs + random.below(10 * MINUTE_MS), lengthMs);
  return { kind: 'repeated awakening', index, pattern: patternOf(lots) };
}
