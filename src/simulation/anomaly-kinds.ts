// How each kind of anomaly is put on the tape; here those of contracts that do trade.
import { MINUTE_MS } from '../domain/calendar.ts';
import {
  type AnomalyKind,
  drawBegin,
  drawContract,
  type Injected,
  type Injector,
  type Scene,
} from './anomaly-scene.ts';
import { burstAfterMove, burstBeforeMove, informedBuying, news } from './move-anomalies.ts';
import { CONDITION } from './order-flow.ts';
import { awaken, controlledLots, repeatedAwakening } from './quiet-anomalies.ts';

const BURST_MS = 10 * MINUTE_MS;

function burst(scene: Scene): Injected | null {
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
  return { kind: 'burst', index };
}

const STEADY_ORDERS = 20;

/** Two orders in each of ten minutes: one in every half minute, so that the delay of an alert can be compared. */
function steadyBurst(scene: Scene): Injected | null {
  const { chain, random, flow } = scene;
  // Quiet contracts are the many, so that without a weight hardly any other would be drawn.
  const index = drawContract(scene, (i) => {
    const mean = chain.mean[i]!;
    return mean > 0.05 && mean < 60 ? Math.sqrt(mean) : 0;
  });
  if (index < 0) return null;
  const beginMs = drawBegin(scene, BURST_MS);
  const half = BURST_MS / STEADY_ORDERS;
  const side = random.uniform() < 0.75 ? 1 : -1;
  flow.turnToContract(index);
  for (let order = 0; order < STEADY_ORDERS; order++) {
    const atMs = beginMs + order * half + random.below(half);
    flow.directed(index, atMs, Math.min(500, flow.drawSize()), side, 0.1);
  }
  return { kind: 'steady burst', index };
}

function sweep(scene: Scene): Injected | null {
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
  return { kind: 'sweep', index };
}

const LARGE_CONDITIONS = [
  CONDITION.electronic,
  CONDITION.floor,
  CONDITION.floor,
  CONDITION.cross,
  CONDITION.auction,
];

function largePrint(scene: Scene): Injected | null {
  const { chain, random, flow, pricer, sink } = scene;
  const index = drawContract(scene, (i) => (chain.mean[i]! > 0.3 ? Math.sqrt(chain.mean[i]!) : 0));
  if (index < 0) return awaken(scene);
  const atMs = drawBegin(scene, MINUTE_MS);
  const size = 100 * Math.round(10 * 10 ** random.uniform());
  flow.turnToContract(index);
  pricer.quoteAt(atMs);
  const condition = LARGE_CONDITIONS[random.below(LARGE_CONDITIONS.length)]!;
  const priceE4 = pricer.priceAt(1.4 * random.uniform() - 0.7, 100);
  sink.push(index, atMs, priceE4, size, condition, flow.drawVenue());
  return { kind: 'large print', index };
}

/** How each kind is put on the tape. */
export const INJECTORS: Readonly<Record<AnomalyKind, Injector>> = {
  'quiet contract awakened': awaken,
  'controlled lots': controlledLots,
  'repeated awakening': repeatedAwakening,
  burst,
  'steady burst': steadyBurst,
  sweep,
  'large print': largePrint,
  news,
  'informed buying': informedBuying,
  'burst before a move': burstBeforeMove,
  'burst after a move': burstAfterMove,
};
