// Ranges of sessions: the parameters from and until, and what the two of them mean together.
import { dateOfDayNumber, dayNumberOf } from '../domain/calendar.ts';
import { date, optional } from './parameter.ts';
import type { ApiPorts } from './ports.ts';
import { refused } from './problem.ts';

/** The parameters of a range; `usual` says how long it is when its beginning is left out: "thirty days". */
export function rangeParameters(usual: string) {
  return {
    from: optional(date(`First session; ${usual} before the last when left out.`)),
    until: optional(date('Last session; the current or last one when left out.')),
  };
}

interface Range {
  readonly from: string | undefined;
  readonly until: string | undefined;
}

/**
 * First and last date of a range, of `daysUsual` days when its beginning was left out.
 * Throws the Problem of one that ends before it begins, or begins more than `daysMax` days before its end.
 */
export function readRange(
  { from, until }: Range,
  { currentSession }: Pick<ApiPorts, 'currentSession'>,
  daysUsual: number,
  daysMax = Infinity,
): readonly [first: string, last: string] {
  const last = until ?? currentSession();
  const lastDay = dayNumberOf(last)!;
  const first = from ?? dateOfDayNumber(lastDay - daysUsual);
  const days = lastDay - dayNumberOf(first)!;
  if (days >= 0 && days <= daysMax) return [first, last];
  const allowed =
    daysMax === Infinity ? 'a date not after until' : `a date from 0 to ${daysMax} days before until`;
  throw refused('from', `from is ${first}`, allowed);
}
