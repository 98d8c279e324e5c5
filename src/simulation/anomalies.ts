// What is injected into the ordinary tape on a day, where, and the truth about it.
import { dateOfDayNumber, dayNumberOf, weekdayOf } from '../domain/calendar.ts';
import { type Session, sessionOn } from '../domain/session.ts';
import { present } from '../lib/assert.ts';
import { Random } from '../lib/random.ts';
import { INJECTORS } from './anomaly-kinds.ts';
import { ANOMALY_KINDS, type AnomalyKind, type Injected, type Scene, type Series } from './anomaly-scene.ts';
import type { Chain } from './chain.ts';
import type { DayContracts } from './day-contracts.ts';
import type { OptionClass } from './option-class.ts';
import type { PrintSink } from './print-sink.ts';
import { drawSeries } from './quiet-anomalies.ts';
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
  /** Orders expected of the contract on the day without it; of all contracts of the class when it takes them all. */
  readonly usualOrders: number;
  /** Orders and lots where they were fixed beforehand, "5x100"; null where they were drawn. */
  readonly pattern: string | null;
}

/** How often each kind comes. */
const SHARES: Readonly<Record<AnomalyKind, number>> = {
  'quiet contract awakened': 0.16,
  'controlled lots': 0.18,
  'repeated awakening': 0.04,
  burst: 0.11,
  'steady burst': 0.12,
  sweep: 0.11,
  'large print': 0.08,
  news: 0.05,
  'informed buying': 0.05,
  'burst before a move': 0.05,
  'burst after a move': 0.05,
};

/** Classes with fewer orders a day than this get no anomaly: nobody would trade size there. */
const ORDERS_MIN = 8;
/** News of a name this quiet would be a handful of prints. */
const NEWS_ORDERS_MIN = 80;

interface Planned {
  readonly kind: AnomalyKind;
  readonly jump: Jump | null;
  readonly stream: string;
  readonly series: Series | null;
}

/** An injected one, before its prints are counted. */
interface OnTape {
  readonly kind: AnomalyKind;
  readonly underlying: string;
  readonly usualOrders: number;
  readonly pattern: string | null;
}

function onTape({ kind, index, pattern }: Injected, { chain }: Pick<Scene, 'chain'>): OnTape {
  let usualOrders = 0;
  if (index !== null) usualOrders = chain.mean[index]!;
  else for (let i = 0; i < chain.count; i++) usualOrders += chain.mean[i]!;
  return { kind, underlying: chain.option.underlying.name, usualOrders, pattern: pattern ?? null };
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
  readonly #injected: OnTape[] = [];

  /**
   * @param perDay mean number of anomalies a day.
   * @param chainOn the chain of a class on another session: what comes all week is drawn on the first of it.
   */
  constructor(
    { seed, anomaliesPerDay: perDay }: { readonly seed: string | number; readonly anomaliesPerDay: number },
    classes: readonly OptionClass[],
    spots: Spots,
    session: Session,
    chainOn: (option: OptionClass, session: Session) => Chain,
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
    const once = random.poisson(perDay * (1 - SHARES[REPEATED]));
    for (let i = 0; i < once; i++)
      this.#plan(places, jumping, random, `${seed}/anomaly/${session.date}/${i}`);
    this.#planSeries(places, { seed, session, perDay: perDay * SHARES[REPEATED], chainOn });
  }

  /** Plans what comes on every session of a week, from a stream that every session of it has. */
  #planSeries(places: readonly Place[], { seed, session, perDay, chainOn }: SeriesPlan): void {
    const first = firstSessionOfWeek(session);
    const week = `${seed}/series/${first.date}`;
    const random = new Random(week);
    const count = random.poisson(perDay);
    for (let i = 0; i < count; i++) {
      const place = drawPlace(places, random, weightOf);
      if (place === null) continue;
      const series = drawSeries(chainOn(place.option, first), random, `${week}/${i}`);
      if (series === null) continue;
      this.#add(place, { kind: REPEATED, jump: null, stream: `${series.seed}/${session.date}`, series });
    }
  }

  #plan(places: readonly Place[], jumping: Place[], random: Random, stream: string): void {
    let kind = drawKind(random);
    const wantsJump = kind === 'news' || kind === 'informed buying';
    let place = wantsJump ? drawPlace(jumping, random, weightOf) : null;
    if (place === null) {
      if (wantsJump) kind = 'burst';
      const open = kind === 'sweep' ? places.filter(({ option }) => option.venues.length > 1) : places;
      place = drawPlace(open, random, weightOf);
    } else {
      // One jump has one story.
      jumping.splice(jumping.indexOf(place), 1);
    }
    if (place !== null) this.#add(place, { kind, jump: place.jump, stream, series: null });
  }

  #add({ number }: Place, planned: Planned): void {
    const all = this.#byClass.get(number) ?? [];
    all.push(planned);
    this.#byClass.set(number, all);
  }

  /** Injects what is planned for class `number`, whose chain stands in the scene. */
  inject(number: number, scene: Omit<Scene, 'random' | 'jump' | 'series'>): void {
    for (const { kind, jump, stream, series } of this.#byClass.get(number) ?? []) {
      const { sink, flow, chain } = scene;
      const random = new Random(stream);
      const before = sink.length;
      flow.turnTo(chain, random);
      sink.currentAnomaly = this.#injected.length + 1;
      const injected = INJECTORS[kind]({ ...scene, random, jump, series });
      sink.currentAnomaly = 0;
      if (injected !== null && sink.length > before) this.#injected.push(onTape(injected, scene));
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

const REPEATED = 'repeated awakening';

/** One of the kinds that come once. */
function drawKind(random: Random): AnomalyKind {
  let u = random.uniform() * (1 - SHARES[REPEATED]);
  return ANOMALY_KINDS.find((kind) => kind !== REPEATED && (u -= SHARES[kind]) < 0) ?? 'burst';
}

/** Busy classes have more of them, though fewer in proportion. */
function weightOf({ ordersPerDay }: OptionClass): number {
  return Math.sqrt(ordersPerDay);
}

/** What a week's series follow from. */
interface SeriesPlan {
  readonly seed: string | number;
  readonly session: Session;
  readonly perDay: number;
  readonly chainOn: (option: OptionClass, session: Session) => Chain;
}

/** The first session of a session's week: its Monday, or the day after a holiday. */
function firstSessionOfWeek(session: Session): Session {
  const today = present(dayNumberOf(session.date), 'the day of the session');
  for (let day = today - ((weekdayOf(today) + 6) % 7); day < today; day++) {
    const found = sessionOn(dateOfDayNumber(day));
    if (!('fault' in found)) return found;
  }
  return session;
}
