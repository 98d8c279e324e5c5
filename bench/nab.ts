// Benchmark `nab`: streaming detectors on the Numenta Anomaly Benchmark, by its own rules, beside published ones.
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { BenchOptions } from './main.ts';
import { type NabSeries, publishedDetectors, readCorpus, readPublished } from './nab/corpus.ts';
import { SCALAR_DETECTORS, scoreAll } from './nab/detectors.ts';
import { NabScorer, PROFILES } from './nab/score.ts';

/** Where the data lies beside a clone, unless --data says otherwise. */
const DATA_DEFAULT = resolve(import.meta.dirname, '../../shared/data/nab');
const TWEETS = 'realTweets/';

/** What a detector's scores are worth. */
interface Row {
  readonly name: string;
  /** At the threshold that is best for each profile: standard, low FP, low FN. */
  readonly best: readonly number[];
  /** At a threshold fixed beforehand; empty for published detectors, whose threshold was the best one. */
  readonly fixed: readonly number[];
  /** Standard profile, the threshold of each group of series chosen on all the other groups. */
  readonly heldOut: number;
  /** Standard profile on the ten series of tweets, at the threshold best for them. */
  readonly tweets: number;
  readonly microseconds: number | null;
}

/** The corpus with everything that is scored on it. */
class Corpus {
  readonly series: readonly NabSeries[];
  readonly #all: NabScorer;
  readonly #groups: ReadonlyMap<string, readonly number[]>;

  constructor(series: readonly NabSeries[]) {
    this.series = series;
    this.#all = new NabScorer(series);
    this.#groups = Map.groupBy(series.keys(), (at) => series[at]!.name.split('/')[0]!);
  }

  row(name: string, scores: readonly Float64Array[], fixed: number | null, microseconds: number | null): Row {
    const tweets = this.#numbers((series) => series.startsWith(TWEETS));
    return {
      name,
      best: PROFILES.map((profile) => this.#all.best(scores, profile).score),
      fixed: fixed === null ? [] : PROFILES.map((profile) => this.#all.at(fixed, scores, profile).score),
      heldOut: this.#heldOut(scores),
      tweets: this.#part(tweets).best(pick(scores, tweets), PROFILES[0]!).score,
      microseconds,
    };
  }

  #numbers(holds: (name: string) => boolean): number[] {
    return [...this.series.keys()].filter((at) => holds(this.series[at]!.name));
  }

  #part(numbers: readonly number[]): NabScorer {
    return new NabScorer(pick(this.series, numbers));
  }

  #heldOut(scores: readonly Float64Array[]): number {
    const profile = PROFILES[0]!;
    let raw = 0;
    for (const [group, inside] of this.#groups) {
      const others = this.#numbers((name) => !name.startsWith(`${group}/`));
      const { threshold } = this.#part(others).best(pick(scores, others), profile);
      raw += this.#part(inside).at(threshold, pick(scores, inside), profile).total;
    }
    return this.#all.normalise(raw, profile);
  }
}

function pick<Item>(items: readonly Item[], numbers: readonly number[]): Item[] {
  return numbers.map((at) => items[at]!);
}

function line({ name, best, fixed, heldOut, tweets, microseconds }: Row): string {
  const figure = (value: number): string => value.toFixed(1).padStart(7);
  return [
    name.padEnd(20),
    ...best.map(figure),
    ' |',
    ...(fixed.length === 0 ? PROFILES.map(() => '      –') : fixed.map(figure)),
    ' |',
    figure(heldOut),
    figure(tweets),
    microseconds === null ? '      –' : microseconds.toFixed(2).padStart(7),
  ].join('');
}

const HEAD = [
  '                          best threshold      |   fixed beforehand    |  held           µs an',
  'detector             standard lowFP  lowFN    |standard lowFP  lowFN  |   out  tweets observation',
].join('\n');

/** Scores every detector on the corpus and prints one table. Throws a Refusal where the data is not. */
export async function benchNab({ data, out }: BenchOptions): Promise<void> {
  const folder = data ?? DATA_DEFAULT;
  const corpus = new Corpus(await readCorpus(folder));
  const rows = corpus.series.reduce((sum, one) => sum + one.rows, 0);
  process.stdout.write(`nab: ${corpus.series.length} series, ${rows} rows\n\n${HEAD}\n`);
  const told: Row[] = [];
  const tell = (row: Row): void => {
    told.push(row);
    process.stdout.write(`${line(row)}\n`);
  };
  for (const name of await publishedDetectors(folder)) {
    const scores = await readPublished(folder, name, corpus.series);
    tell(corpus.row(name, scores, null, null));
  }
  for (const detector of SCALAR_DETECTORS) {
    const { scores, microseconds } = scoreAll(detector, corpus.series);
    tell(corpus.row(detector.name, scores, detector.fixedThreshold, microseconds));
  }
  if (out !== null) await writeFile(out, `${JSON.stringify(told, null, 2)}\n`);
}
