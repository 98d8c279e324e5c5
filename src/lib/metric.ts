// What a metric is, and how a plain reading becomes its samples: closed sets of label values, 0 where nothing is.
import { Histogram } from './histogram.ts';

/** A label and every value it can have; null where the composition root names the values. Never a ticker. */
export type Label = readonly [name: string, values: readonly string[] | null];

/** What is known of a metric before anything is counted. */
export interface Definition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly Label[];
  readonly bounds?: readonly number[];
}

/** Numbers nested by the values of each label in turn; what is absent reads 0. */
export type Nested<L, Leaf> = L extends readonly [infer First extends Label, ...infer Rest]
  ? { readonly [V in First[1] extends readonly string[] ? First[1][number] : string]?: Nested<Rest, Leaf> }
  : Leaf;

/** An example of what was counted, by which a dashboard leads from the number to the thing; 128 characters at most. */
export interface Exemplar {
  readonly labelSet: Readonly<Record<string, string>>;
  readonly value: number;
  /** Epoch seconds. */
  readonly timestamp: number;
}

/** A count with the last thing that was counted. */
export interface Exemplified {
  readonly count: number;
  readonly exemplar: Exemplar;
}

/** One line of the page. */
export interface Sample {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly exemplar?: Exemplar;
}

function isExemplified(part: unknown): part is Exemplified {
  return typeof part === 'object' && part !== null && 'exemplar' in part;
}

function samplesOfHistogram(name: string, labels: Record<string, string>, counts: Histogram): Sample[] {
  let total = 0;
  const samples: Sample[] = counts.bounds.map((bound, at) => {
    total += counts.counts[at]!;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bound }, value: total };
  });
  total += counts.counts[counts.bounds.length]!;
  samples.push({ metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: total });
  samples.push({ metricName: `${name}_sum`, labels, value: counts.sum });
  samples.push({ metricName: `${name}_count`, labels, value: total });
  return samples;
}

/** Adds up what a source gave under values that its label does not have: they read "other", or are left out. */
function byValue(
  reading: Readonly<Record<string, unknown>>,
  values: readonly string[],
): Map<string, unknown> {
  const found = new Map<string, unknown>(values.map((value) => [value, reading[value]]));
  if (!values.includes('other')) return found;
  for (const [value, count] of Object.entries(reading)) {
    if (values.includes(value) || typeof count !== 'number') continue;
    const other = found.get('other');
    found.set('other', (typeof other === 'number' ? other : 0) + count);
  }
  return found;
}

/**
 * All samples of a metric, one for each combination of its labels' values, whatever the reading holds.
 * @param given values of the labels whose values the definition leaves open.
 */
export function samplesOf(
  name: string,
  { type, labels, bounds }: Definition,
  reading: unknown,
  given: Readonly<Record<string, readonly string[]>>,
): Sample[] {
  const walk = (at: number, values: Record<string, string>, part: unknown): Sample[] => {
    const label = labels[at];
    if (label !== undefined) {
      const [key, known] = label;
      const parts = byValue((part ?? {}) as Record<string, unknown>, known ?? given[key] ?? []);
      return Array.from(parts, ([value, rest]) => walk(at + 1, { ...values, [key]: value }, rest)).flat();
    }
    if (type !== 'histogram') {
      if (!isExemplified(part)) return [{ labels: values, value: typeof part === 'number' ? part : 0 }];
      return [{ labels: values, value: part.count, exemplar: part.exemplar }];
    }
    const counts = part instanceof Histogram ? part : new Histogram(bounds);
    if (counts.bounds.join() !== bounds?.join()) throw new RangeError(`${name} has other bounds`);
    return samplesOfHistogram(name, values, counts);
  };
  return walk(0, {}, reading);
}
