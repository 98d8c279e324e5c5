// Groups of anomalies that recall is told of: all, by kind, by fixed lots, by the contract's rate; and their figures.
import type { Anomaly } from './truth.ts';

/** Anomalies that have something in common. */
export interface Group {
  readonly by: 'all' | 'kind' | 'lots' | 'rate';
  readonly name: string;
  /** Places in the list of anomalies. */
  readonly members: readonly number[];
}

/** How a group was found. */
export interface GroupFigures {
  readonly anomalies: number;
  readonly found: number;
  /** From the begin of those found to their first alert; null when none was. */
  readonly delayMeanMs: number | null;
  readonly delayMedianMs: number | null;
}

const DECILES = 10;
/** Contracts with fewer orders a day than this are called quiet. */
const QUIET_ORDERS = 4;

/** All groups of the anomalies, in the order of the table. Empty ones are left out. */
export function groupsOf(anomalies: readonly Anomaly[]): Group[] {
  const places = [...anomalies.keys()];
  const groups: Group[] = [{ by: 'all', name: 'all', members: places }];
  const kinds = Map.groupBy(places, (at) => anomalies[at]!.kind);
  for (const name of [...kinds.keys()].toSorted())
    groups.push({ by: 'kind', name, members: kinds.get(name)! });
  const fixed = places.filter((at) => {
    const { kind, pattern, usualOrders } = anomalies[at]!;
    return kind === 'controlled lots' && pattern !== null && (usualOrders ?? Infinity) < QUIET_ORDERS;
  });
  const patterns = Map.groupBy(fixed, (at) => anomalies[at]!.pattern!);
  for (const pattern of [...patterns.keys()].toSorted()) {
    const name = `${pattern.replace('x', ' x ')} lots, quiet contract`;
    groups.push({ by: 'lots', name, members: patterns.get(pattern)! });
  }
  groups.push(...decilesOf(anomalies));
  const order = ['all', 'kind', 'lots', 'rate'];
  return groups.toSorted((a, b) => order.indexOf(a.by) - order.indexOf(b.by));
}

/** Tenths of the anomalies of single contracts, by the orders those have on an ordinary day. */
function decilesOf(anomalies: readonly Anomaly[]): Group[] {
  const rateOf = (at: number): number => anomalies[at]!.usualOrders!;
  const rated = [...anomalies.keys()]
    .filter((at) => anomalies[at]!.contract !== null && anomalies[at]!.usualOrders !== null)
    .toSorted((a, b) => rateOf(a) - rateOf(b) || a - b);
  if (rated.length < DECILES) return [];
  return Array.from({ length: DECILES }, (_, decile): Group => {
    const from = Math.floor((decile * rated.length) / DECILES);
    const members = rated.slice(from, Math.floor(((decile + 1) * rated.length) / DECILES));
    const range = `${rateText(rateOf(members[0]!))} to ${rateText(rateOf(members.at(-1)!))}`;
    return { by: 'rate', name: `${range} orders a day`, members };
  });
}

function rateText(rate: number): string {
  return rate >= 100 ? rate.toFixed(0) : String(Number(rate.toPrecision(2)));
}

/** The figures of a group, from the delays of all anomalies. */
export function figuresOf({ members }: Group, delaysMs: ReadonlyArray<number | null>): GroupFigures {
  const delays = members
    .map((at) => delaysMs[at] ?? null)
    .filter((ms): ms is number => ms !== null)
    .toSorted((a, b) => a - b);
  const found = delays.length;
  const middle = found >> 1;
  return {
    anomalies: members.length,
    found,
    delayMeanMs: found === 0 ? null : delays.reduce((sum, ms) => sum + ms, 0) / found,
    delayMedianMs:
      found === 0 ? null : found % 2 === 1 ? delays[middle]! : (delays[middle - 1]! + delays[middle]!) / 2,
  };
}
