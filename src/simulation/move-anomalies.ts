// Anomalies around a move of the underlying: who knew before it, and who trades because of it.
import { MINUTE_MS } from '../domain/calendar.ts';
import { drawContract, type Injected, type Scene } from './anomaly-scene.ts';
import { CALL, PUT } from './chain.ts';
import { clockOf } from './day-clock.ts';
import { STEP_MS } from './spot.ts';

/** An injected news day stays below this many orders, so that the busiest name does not double the tape. */
const NEWS_ORDERS_MAX = 15_000;

/** The whole chain trades after a jump. */
export function news(scene: Scene): Injected | null {
  const { chain, random, flow, session, jump, clocks } = scene;
  if (jump === null) return null;
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
  return { kind: 'news', index: null };
}

/** Draws an out-of-the-money contract that gains when the underlying goes by `sign`; -1 when there is none. */
function drawDirected(scene: Scene, sign: number): number {
  const { chain } = scene;
  const right = sign > 0 ? CALL : PUT;
  return drawContract(scene, (i) => {
    const { dte } = chain.expiries[chain.expiry[i]!]!;
    const deviation = chain.option.underlying.volatility * Math.sqrt((dte + 1) / 365);
    const outOfMoney = (sign * Math.log(chain.strikeMills[i]! / (chain.spot * 1_000))) / deviation;
    const fits = chain.right[i] === right && dte >= 1 && dte <= 45 && outOfMoney > 0.1 && outOfMoney < 2.2;
    return fits ? Math.sqrt(chain.mean[i]!) : 0;
  });
}

/** Somebody buys before a jump. */
export function informedBuying(scene: Scene): Injected | null {
  const { random, flow, session, jump } = scene;
  if (jump === null) return null;
  const index = drawDirected(scene, jump.size > 0 ? 1 : -1);
  if (index < 0) return null;
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
  return { kind: 'informed buying', index };
}

/** Every underlying has a largest move of the day, and few jump: these bursts need no jump. */
const MOVE_MS = 20 * MINUTE_MS;
const BURST_MS = 15 * MINUTE_MS;

interface Move {
  readonly fromMs: number;
  /** Change of the log price. */
  readonly size: number;
}

/** The largest move within {@link MOVE_MS} that leaves room for a burst before it and after. */
function largestMove({ session, path }: Scene): Move {
  let largest: Move = { fromMs: session.openMs + 2 * BURST_MS, size: 0 };
  const lastMs = session.closeMs - MOVE_MS - 2 * BURST_MS;
  for (let fromMs = largest.fromMs; fromMs <= lastMs; fromMs += MINUTE_MS) {
    const size = Math.log(path.at(fromMs + MOVE_MS) / path.at(fromMs));
    if (Math.abs(size) > Math.abs(largest.size)) largest = { fromMs, size };
  }
  return largest;
}

/** Orders in a contract that gains by the move, bought within a quarter of an hour from `beginMs`. */
function directedBurst(scene: Scene, move: Move, beginMs: number): number {
  const { random, flow } = scene;
  const index = drawDirected(scene, Math.sign(move.size));
  if (index < 0) return index;
  const orders = 8 + random.below(18);
  flow.turnToContract(index);
  for (let order = 0; order < orders; order++) {
    flow.directed(index, beginMs + random.below(BURST_MS), 5 * (1 + random.below(16)), 1, 0.25);
  }
  return index;
}

/** Somebody buys before the largest move of the day. */
export function burstBeforeMove(scene: Scene): Injected | null {
  const move = largestMove(scene);
  const index = directedBurst(scene, move, move.fromMs - BURST_MS - MINUTE_MS);
  return index < 0 ? null : { kind: 'burst before a move', index };
}

/** The crowd follows the largest move of the day. */
export function burstAfterMove(scene: Scene): Injected | null {
  const move = largestMove(scene);
  const index = directedBurst(scene, move, move.fromMs + MOVE_MS + MINUTE_MS);
  return index < 0 ? null : { kind: 'burst after a move', index };
}
