// What an injector of anomalies works with: a chain on its day, a way to print in it, and how contracts are drawn.
import { MINUTE_MS } from '../domain/calendar.ts';
import type { Session } from '../domain/session.ts';
import type { Random } from '../lib/random.ts';
import type { Chain } from './chain.ts';
import type { DayClocks } from './day-clock.ts';
import type { OrderFlow } from './order-flow.ts';
import type { Pricer } from './pricing.ts';
import type { PrintSink } from './print-sink.ts';
import type { Jump, SpotPath } from './spot.ts';

/** What may be injected. */
export const ANOMALY_KINDS = [
  /** A contract that hardly trades sees many lots within minutes. */
  'quiet contract awakened',
  /** The same, with exactly 5 orders of 100 lots, 20 of 10 or 40 of 2, equally often in each class of rates. */
  'controlled lots',
  /** A quiet contract is awakened at about the same time on every session of a week. */
  'repeated awakening',
  /** A contract that does trade sees ten minutes of a multiple of its rate. */
  'burst',
  /** Ten minutes of two orders a minute, in a contract of any rate. */
  'steady burst',
  /** One buyer takes every venue's offer within a fifth of a second. */
  'sweep',
  /** One print of a thousand lots or more. */
  'large print',
  /** The underlying jumps, and then its whole chain trades. */
  'news',
  /** Somebody buys short-dated options before the underlying jumps. */
  'informed buying',
  /** A contract is bought within minutes before the largest move of its underlying on the day. */
  'burst before a move',
  /** A contract trades because its underlying has just made its largest move of the day. */
  'burst after a move',
] as const;

export type AnomalyKind = (typeof ANOMALY_KINDS)[number];

/** What an injector works with. */
export interface Scene {
  readonly session: Session;
  readonly chain: Chain;
  readonly clocks: DayClocks;
  readonly flow: OrderFlow;
  readonly pricer: Pricer;
  readonly sink: PrintSink;
  /** Prices of the underlying on the day. */
  readonly path: SpotPath;
  readonly random: Random;
  /** The jump of the underlying on this day, if there is one. */
  readonly jump: Jump | null;
  /** What it continues; null for what happens once. */
  readonly series: Series | null;
}

/** What comes to one contract on every session of a week. */
export interface Series {
  /** Seed of what is the same on each of them. */
  readonly seed: string;
  readonly ticker: string;
}

/** What was injected. */
export interface Injected {
  readonly kind: AnomalyKind;
  /** Index of its contract in the chain; null for what takes the whole chain. */
  readonly index: number | null;
  /** Orders and lots where they were fixed beforehand, "5x100". */
  readonly pattern?: string;
}

/** Puts one anomaly on the tape; null when the chain has no contract for it. */
export type Injector = (scene: Scene) => Injected | null;

/** Draws a contract of the chain by weight; -1 when all weights are 0. */
export function drawContract({ chain, random }: Scene, weight: (index: number) => number): number {
  return drawFrom(chain, random, weight);
}

/** The same for a chain that is not of the scene. */
export function drawFrom(chain: Chain, random: Random, weight: (index: number) => number): number {
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
export function drawBegin({ session, random }: Scene, lengthMs: number): number {
  const from = session.openMs + 5 * MINUTE_MS;
  return from + random.below(session.closeMs - 5 * MINUTE_MS - lengthMs - from);
}
