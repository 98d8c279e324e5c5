// What is injected into the ordinary tape on a day, where, and the truth about it.
import type { Session } from '../domain/session.ts';
import { Random } from '../lib/random.ts';
import { ANOMALY_KINDS, type AnomalyKind, INJECTORS, type Scene } from './anomaly-kinds.ts';
import type { DayContracts } from './day-contracts.ts';
import type { OptionClass } from './option-class.ts';
import type { PrintSink } from './print-sink.ts';
import type { Jump, Spots } from './spot.ts';

/** One injected anomaly, as it lies on the tape. */
export interface Truth {
  readonly kind: AnomalyKind;
  readonly underlying: string;
  /** Ticker; null for what touches many contracts of the underlying. */
  readonly contract: string | null;
  /** First and last print of it, ms after midnight. */
  readonly beginMs: number;
  readonly endMs: number;
  readonly prints: number;
  /** Contracts touched. */
  readonly contracts: number;
  /** Lots traded. */
  readonly volume: number;
}

/** How often each kind comes. */
const SHARES: Readonly<Record<AnomalyKind, number>> = {
  'quiet contract awakened': 0.3,
  burst: 0.22,
  sweep: 0.2,
  'large print': 0.13,
  news: 0.07,
  'informed buying': 0.08,
};

/** Classes with fewer orders a day than this get no anomaly: nobody would trade size there. */
const ORDERS_MIN = 8;
/** News of a name this quiet would be a handful of prints. */
const NEWS_ORDERS_MIN = 80;

interface Planned {
  readonly kind: AnomalyKind;
  readonly jump: Jump | null;
  readonly stream: string;
}

interface Place {
  readonly number: number;
  readonly option: OptionClass;
  readonly jump: Jump | null;
}

/** Draws one of `places` with chances in proportion to `weight`. */
function drawPlace(
  places: readonly Place[],
  random: Random,
  weight: (option: OptionClass) => number,
): Place | null {
  let total = 0;
  for (const { option } of places) total += weight(option);
  let u = random.uniform() * total;
  return places.find(({ option }) => (u -= weight(option)) < 0) ?? places.at(-1) ?? null;
}

/**
 * The anomalies of one day; its randomness is its own, so the ordinary tape does not know whether it is
 * there.
 */
export class AnomalyPlan {
  readonly #byClass = new Map<number, Planned[]>();
  readonly #injected: Array<{ kind: AnomalyKind; underlying: string }> = [];

  /** @param perDay mean number of anomalies a day. */
  constructor(
    { seed, anomaliesPerDay: perDay }: { readonly seed: string | number; readonly anomaliesPerDay: number },
    classes: readonly OptionClass[],
    spots: Spots,
    session: Session,
  ) {
    if (perDay <= 0) return;
    const random = new Random(`${seed}/anomalies/${session.date}`);
    const places = classes
      .map((option, number) => ({
        number,
        option,
        jump: spots.jump(option.underlying, option.underlyingKey, session),
      }))
      .filter(({ option }) => option.ordersPerDay >= ORDERS_MIN && option.root === option.underlying.name);
    const jumping = places.filter(
      ({ option, jump }) => jump !== null && option.ordersPerDay >= NEWS_ORDERS_MIN,
    );
    const count = random.poisson(perDay);
    for (let i = 0; i < count; i++)
      this.#plan(places, jumping, random, `${seed}/anomaly/${session.date}/${i}`);
  }

  #plan(places: readonly Place[], jumping: Place[], random: Random, stream: string): void {
    let kind = drawKind(random);
    const wantsJump = kind === 'news' || kind === 'informed buying';
    let place = wantsJump ? drawPlace(jumping, random, ({ ordersPerDay }) => Math.sqrt(ordersPerDay)) : null;
    if (place === null) {
      if (wantsJump) kind = 'burst';
      const open = kind === 'sweep' ? places.filter(({ option }) => option.venues.length > 1) : places;
      place = drawPlace(open, random, ({ ordersPerDay }) => Math.sqrt(ordersPerDay));
    } else {
      // One jump has one story.
      jumping.splice(jumping.indexOf(place), 1);
    }
    if (place === null) return;
    const planned = this.#byClass.get(place.number) ?? [];
    planned.push({ kind, jump: place.jump, stream });
    this.#byClass.set(place.number, planned);
  }

  /** Injects what is planned for class `number`, whose chain stands in the scene. */
  inject(number: number, scene: Omit<Scene, 'random' | 'jump'>): void {
    for (const { kind, jump, stream } of this.#byClass.get(number) ?? []) {
      const { sink, flow, chain } = scene;
      const random = new Random(stream);
      const before = sink.length;
      flow.turnTo(chain, random);
      sink.currentAnomaly = this.#injected.length + 1;
      INJECTORS[kind]({ ...scene, random, jump });
      sink.currentAnomaly = 0;
      if (sink.length > before) this.#injected.push({ kind, underlying: chain.option.underlying.name });
    }
  }

  /** The truth, read from the prints themselves once contracts have their final numbers. */
  truth(sink: PrintSink, contracts: DayContracts): Truth[] {
    const found = this.#injected.map(() => ({
      beginMs: Infinity,
      endMs: -Infinity,
      prints: 0,
      volume: 0,
      touched: new Set<number>(),
    }));
    if (found.length === 0) return [];
    const { contract, atMs, size } = sink.columns;
    for (let row = 0; row < sink.length; row++) {
      const anomaly = found[sink.anomaly[row]! - 1];
      if (anomaly === undefined) continue;
      anomaly.beginMs = Math.min(anomaly.beginMs, atMs[row]!);
      anomaly.endMs = Math.max(anomaly.endMs, atMs[row]!);
      anomaly.prints++;
      anomaly.volume += size[row]!;
      anomaly.touched.add(contract[row]!);
    }
    return found.map(({ touched, ...figures }, i) => ({
      ...this.#injected[i]!,
      contract:
        touched.size === 1 && this.#injected[i]!.kind !== 'news' ? contracts.ticker([...touched][0]!) : null,
      ...figures,
      contracts: touched.size,
    }));
  }
}

function drawKind(random: Random): AnomalyKind {
  let u = random.uniform();
  return ANOMALY_KINDS.find((kind) => (u -= SHARES[kind]) < 0) ?? 'burst';
}
