// Figures that tell a real options tape from a wrong one, alike for real and for simulated days.

/** One contract's day: its volume in each minute of the regular session that had any. */
export interface ContractDay {
  readonly minutes: ReadonlyMap<number, number>;
  readonly volume: number;
}

/** A chain's day by ticker. */
export type ChainDay = ReadonlyMap<string, ContractDay>;

/** Daily volume classes, contracts: from (inclusive) to (exclusive). */
export const VOLUME_CLASSES = [
  [1, 5],
  [5, 20],
  [20, 100],
  [100, 500],
  [500, 5_000],
  [5_000, Infinity],
] as const;

const BUCKETS = 78;
const MINUTES_OF_BUCKET = 5;

function mean(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample standard deviation. */
export function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

/** Variance over mean: 1 for independent arrivals. */
function fano(values: readonly number[]): number {
  return deviation(values) ** 2 / mean(values);
}

/** Pearson's correlation. */
export function correlation(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [mean(x), mean(y)];
  const both = x.reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0);
  return both / ((x.length - 1) * deviation(x) * deviation(y));
}

/** The value at a share of the sorted values. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

/** Five-minute figures of a volume class. */
export interface ClassFigures {
  readonly contracts: number;
  /** Mean over contracts of the Fano factor of five-minute volume. */
  readonly volumeFano: number;
  /** Share of five-minute buckets without a print. */
  readonly empty: number;
  /** Mean over contracts of the Fano factor of the number of active minutes in five. */
  readonly minuteFano: number;
}

/** Five-minute figures of a chain's day, for each of {@link VOLUME_CLASSES}. */
export function classFigures(chain: ChainDay): ClassFigures[] {
  return VOLUME_CLASSES.map(([from, to]) => {
    const days = [...chain.values()].filter(({ volume }) => volume >= from && volume < to);
    const figures = days.map(({ minutes }) => {
      const volumes = new Array<number>(BUCKETS).fill(0);
      const active = new Array<number>(BUCKETS).fill(0);
      for (const [minute, volume] of minutes) {
        const bucket = Math.min(BUCKETS - 1, Math.floor(minute / MINUTES_OF_BUCKET));
        volumes[bucket]! += volume;
        active[bucket]! += 1;
      }
      const empty = volumes.filter((volume) => volume === 0).length / BUCKETS;
      return { volumeFano: fano(volumes), empty, minuteFano: fano(active) };
    });
    return {
      contracts: days.length,
      volumeFano: mean(figures.map(({ volumeFano }) => volumeFano)),
      empty: mean(figures.map(({ empty }) => empty)),
      minuteFano: mean(figures.map(({ minuteFano }) => minuteFano)),
    };
  });
}

/** How volume is concentrated in few contracts. */
export function concentration(chain: ChainDay): { top1: number; top10: number; slope: number } {
  const volumes = [...chain.values()].map(({ volume }) => volume).sort((a, b) => b - a);
  const total = volumes.reduce((sum, volume) => sum + volume, 0);
  const top = (share: number): number =>
    volumes
      .slice(0, Math.max(1, Math.round(volumes.length * share)))
      .reduce((sum, volume) => sum + volume, 0) / total;
  const ranked = volumes.slice(0, 300);
  const x = ranked.map((_, rank) => Math.log(rank + 1));
  const y = ranked.map((volume) => Math.log(volume));
  return { top1: top(0.01), top10: top(0.1), slope: (correlation(x, y) * deviation(y)) / deviation(x) };
}

/** Share of volume in each half hour from the open. */
export function halfHours(chain: ChainDay): number[] {
  const shares = new Array<number>(13).fill(0);
  let total = 0;
  for (const { minutes } of chain.values()) {
    for (const [minute, volume] of minutes) {
      if (minute >= 390) continue;
      shares[Math.floor(minute / 30)]! += volume;
      total += volume;
    }
  }
  return shares.map((volume) => volume / total);
}

/** What one day says of the next. */
export interface Persistence {
  readonly afterTrade: number;
  readonly afterNone: number;
  /** Of log(1 + volume), over contracts that trade on either day. */
  readonly correlation: number;
  /** Of the log ratio of volumes, over contracts that trade on both days. */
  readonly ratioDeviation: number;
}

/** Day-to-day figures over successive days of a chain; `listed` are the tickers of both days. */
export function persistence(days: readonly ChainDay[], listed: readonly ReadonlySet<string>[]): Persistence {
  const count = { trade: 0, tradeAgain: 0, none: 0, noneThenTrade: 0 };
  const [before, after]: [number[], number[]] = [[], []];
  const ratios: number[] = [];
  days.slice(1).forEach((today, i) => {
    for (const ticker of listed[i + 1]!) {
      if (!listed[i]!.has(ticker)) continue;
      const [was, is] = [days[i]!.get(ticker)?.volume ?? 0, today.get(ticker)?.volume ?? 0];
      if (was > 0) count.trade++;
      else count.none++;
      if (is > 0) count[was > 0 ? 'tradeAgain' : 'noneThenTrade']++;
      before.push(Math.log1p(was));
      after.push(Math.log1p(is));
      if (was > 0 && is > 0) ratios.push(Math.log(is / was));
    }
  });
  return {
    afterTrade: count.tradeAgain / count.trade,
    afterNone: count.noneThenTrade / count.none,
    correlation: correlation(before, after),
    ratioDeviation: deviation(ratios),
  };
}
