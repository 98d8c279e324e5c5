// A receipt held against the tape: prints that it has and the tape has not, and the other way round.
import { conditionUse, USE } from './conditions.ts';
import { THRESHOLD_WINDOW_MS } from './detectors/threshold.ts';
import { printsOf, type Receipt } from './receipt.ts';
import type { Difference } from './recompute.ts';
import type { Print } from './trade.ts';

/** A print of the contract on the tape. */
export type TapePrint = Omit<Print, 'contract'>;

/** Prints that are named one by one; more are counted. */
const NAMED_MAX = 5;

function keyOf({ atMs, priceE4, size, condition, exchange }: TapePrint): string {
  return `${atMs} ms, ${size} contracts at ${priceE4 / 10_000}, condition ${condition}, exchange ${exchange}`;
}

/** Takes out the newest print that a cancel names. */
function takeOut(prints: TapePrint[], { priceE4, size, exchange }: TapePrint): void {
  const place = prints.findLastIndex(
    (print) => print.priceE4 === priceE4 && print.size === size && print.exchange === exchange,
  );
  if (place >= 0) prints.splice(place, 1);
}

/** Prints of the receipt's window by the tape, in its order; also cancels that came after the alert take one out. */
export function windowOnTape(receipt: Receipt, tape: Iterable<TapePrint>): TapePrint[] {
  const prints: TapePrint[] = [];
  for (const print of tape) {
    const use = conditionUse(print.condition);
    if ((use & USE.cancel) !== 0) takeOut(prints, print);
    else if ((use & USE.detection) !== 0) prints.push(print);
  }
  const { atMs: untilMs } = receipt;
  return prints.filter(({ atMs }) => atMs > untilMs - THRESHOLD_WINDOW_MS && atMs <= untilMs);
}

function counted(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** What `from` has more of than `than`. */
function surplus(from: Map<string, number>, than: Map<string, number>): string[] {
  return [...from].flatMap(([key, count]) =>
    Array.from({ length: Math.max(0, count - (than.get(key) ?? 0)) }, () => key),
  );
}

function named(what: string, stated: string, recomputed: string, prints: readonly string[]): Difference[] {
  if (prints.length === 0) return [];
  const shown = prints.slice(0, NAMED_MAX).join('; ');
  const more = prints.length > NAMED_MAX ? ` and ${prints.length - NAMED_MAX} more` : '';
  return [{ what: `${what}: ${shown}${more}`, stated, recomputed }];
}

/**
 * Differences between a receipt and the session's prints of its contract, given in the order of the tape. Prints of
 * the alert's own millisecond may have come after the one that decided, and are no difference.
 */
export function tapeDifferences(receipt: Receipt, tape: Iterable<TapePrint>): Difference[] {
  const { atMs: untilMs } = receipt;
  const onTape = counted(windowOnTape(receipt, tape).map(keyOf));
  const seen = counted(printsOf(receipt.prints).map(keyOf));
  const unseen = surplus(onTape, seen).filter((key) => !key.startsWith(`${untilMs} ms`));
  return [
    ...named('prints that the tape has not, or not any more', 'seen', 'not there', surplus(seen, onTape)),
    ...named('prints that were not seen, or came later', 'not seen', 'there', unseen),
  ];
}
