// The scoring rules of the Numenta Anomaly Benchmark: what a row is worth, and what a threshold makes of all rows.
//
// Lavin and Ahmad, "Evaluating real-time anomaly detection algorithms" (ICMLA 2015).

/** The cost of what a detector does, by application profile. */
export interface Profile {
  readonly name: 'standard' | 'low FP' | 'low FN';
  /** Reward of a window found at once, cost of a false row, cost of a missed window. */
  readonly hit: number;
  readonly falsePositive: number;
  readonly miss: number;
}

export const PROFILES: readonly Profile[] = [
  { name: 'standard', hit: 1, falsePositive: 0.11, miss: 1 },
  { name: 'low FP', hit: 1, falsePositive: 0.22, miss: 1 },
  { name: 'low FN', hit: 1, falsePositive: 0.11, miss: 2 },
];

/** First and last row of a labelled anomaly. */
export interface LabelWindow {
  readonly first: number;
  readonly last: number;
}

/** A series: how many rows it has, and its windows in rising order. */
export interface LabelledSeries {
  readonly rows: number;
  readonly windows: readonly LabelWindow[];
}

/** The first rows of a series, which are not scored: 15 % of it, and at most 750. */
export function probation(rows: number): number {
  return Math.min(Math.floor(0.15 * rows), 750);
}

/** 1 long before `y` = 0, 0 there, towards -1 behind it. */
function sigmoid(y: number): number {
  return y > 3 ? -1 : 2 / (1 + Math.exp(5 * y)) - 1;
}

/** Rows of several series in one list, each with the window it lies in and what detecting it is worth. */
interface ScoredRows {
  /** Series and row by which the score is found. */
  readonly series: Int32Array;
  readonly row: Int32Array;
  /** Number of the window over all series, -1 outside. */
  readonly window: Int32Array;
  /** In a window the share of its reward, outside the share of a false row's cost, below 0. */
  readonly worth: Float64Array;
  readonly windows: number;
}

function rowsOf(all: readonly LabelledSeries[]): ScoredRows {
  const series: number[] = [];
  const rows: number[] = [];
  const inWindow: number[] = [];
  const worth: number[] = [];
  let windows = 0;
  all.forEach(({ rows: length, windows: labelled }, number) => {
    let next = 0;
    for (let row = 0; row < length; row++) {
      while (next < labelled.length && labelled[next]!.last < row) next++;
      if (row < probation(length)) continue;
      const here = labelled[next];
      const inside = here !== undefined && here.first <= row;
      series.push(number);
      rows.push(row);
      inWindow.push(inside ? windows + next : -1);
      worth.push(inside ? worthInside(row, here) : worthOutside(row, labelled[next - 1]));
    }
    windows += labelled.length;
  });
  return {
    series: Int32Array.from(series),
    row: Int32Array.from(rows),
    window: Int32Array.from(inWindow),
    worth: Float64Array.from(worth),
    windows,
  };
}

/** From 1 at the first row of a window to 0 behind its last. */
function worthInside(row: number, { first, last }: LabelWindow): number {
  const width = last - first + 1;
  return sigmoid(-(last - row + 1) / width) / sigmoid(-1);
}

/** 0 right behind a window, towards -1 within its width; -1 where there was none before. */
function worthOutside(row: number, before: LabelWindow | undefined): number {
  if (before === undefined) return -1;
  return sigmoid((row - before.last) / (before.last - before.first));
}

/** A score of the benchmark: 0 for a detector that says nothing, 100 for one that says all and nothing else. */
export interface ProfileScore {
  readonly profile: Profile['name'];
  readonly score: number;
  /** Before it is put on the scale from 0 to 100. */
  readonly total: number;
  readonly threshold: number;
  readonly windowsFound: number;
  readonly falseRows: number;
}

/** A corpus ready to score detectors on it: `scores` are those of every series, row by row. */
export class NabScorer {
  readonly #rows: ScoredRows;

  constructor(series: readonly LabelledSeries[]) {
    this.#rows = rowsOf(series);
  }

  get windows(): number {
    return this.#rows.windows;
  }

  /** A total on the scale from 0, for a detector that says nothing, to 100, for one that says all and only that. */
  normalise(total: number, profile: Profile): number {
    const nothing = -profile.miss * this.windows;
    return (100 * (total - nothing)) / (profile.hit * this.windows - nothing);
  }

  /** The score at the best threshold there is: chosen on the labels, as the benchmark does. */
  best(scores: readonly ArrayLike<number>[], profile: Profile): ProfileScore {
    return this.#sweep(scores, profile, null);
  }

  /** The score at a threshold fixed beforehand. */
  at(threshold: number, scores: readonly ArrayLike<number>[], profile: Profile): ProfileScore {
    return this.#sweep(scores, profile, threshold);
  }

  #sweep(scores: readonly ArrayLike<number>[], profile: Profile, threshold: number | null): ProfileScore {
    const { series, row, window, worth, windows } = this.#rows;
    const values = Float64Array.from(series, (number, at) => scores[number]![row[at]!]!);
    const order = Uint32Array.from(values.keys());
    order.sort((a, b) => values[b]! - values[a]!);
    const bestOf = new Float64Array(windows).fill(-profile.miss);
    const nothing = -profile.miss * windows;
    let found = 0;
    let falseRows = 0;
    let total = nothing;
    let best = { total, threshold: threshold ?? Infinity, found, falseRows };
    for (let place = 0; place < order.length; place++) {
      const at = order[place]!;
      const value = values[at]!;
      if (threshold !== null && value < threshold) break;
      const inside = window[at]!;
      if (inside < 0) {
        total += profile.falsePositive * worth[at]!;
        falseRows++;
      } else {
        const reward = profile.hit * worth[at]!;
        const before = bestOf[inside]!;
        if (before === -profile.miss) found++;
        if (reward > before) {
          total += reward - before;
          bestOf[inside] = reward;
        }
      }
      // Equal scores are reached together.
      if (place + 1 < order.length && values[order[place + 1]!] === value) continue;
      if (threshold !== null || total > best.total)
        best = { total, threshold: threshold ?? value, found, falseRows };
    }
    return {
      profile: profile.name,
      score: this.normalise(best.total, profile),
      total: best.total,
      threshold: best.threshold,
      windowsFound: best.found,
      falseRows: best.falseRows,
    };
  }
}
