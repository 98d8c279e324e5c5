// An alert in words and numbers: what was seen, what is normal, what had to be exceeded, by whom and on which quotes.
import type { Alert } from './alert.ts';
import { newYorkTime } from './calendar.ts';
import type { Proof } from './detectors/finding.ts';
import { formatPrice } from './money.ts';
import { parentOrders } from './parent.ts';
import { printsOf, type Receipt } from './receipt.ts';
import { unpackSide } from './side.ts';
import { isSweep } from './sweep.ts';

/** Orders that are written out, the largest first. */
const ORDERS_SHOWN = 8;

/** At most four significant digits behind the point, and no trailing zeros. */
function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 1 ? 4 : 2 });
}

function counted(count: number, word: string): string {
  return `${number(count)} ${word}${count === 1 ? '' : 's'}`;
}

function clock(atMs: number, midnightMs: number): string {
  const time = new Date(midnightMs + atMs);
  return `${newYorkTime(time.getTime())}.${String(time.getUTCMilliseconds()).padStart(3, '0')}`;
}

function proofWords({ proof, threshold, value, sessions, observed }: Receipt): string[] {
  const margin = `${number(value)} against ${number(threshold)}: ${number(value / threshold)} times the threshold`;
  switch (proof.of) {
    case 'threshold':
      return [
        `normal: ${number(proof.volumeSum)} contracts in ${sessions} sessions ` +
          `of ${proof.buckets} times five minutes`,
        `threshold: more than ${proof.factor} times that, and at least ${number(proof.floor)}`,
        `margin: ${margin}`,
      ];
    case 'sweep':
      return [
        `sweep: one order over ${proof.exchanges} exchanges, with legs marked as such`,
        `threshold: at least ${number(proof.min)} contracts in one order`,
        `margin: ${margin}`,
      ];
    case 'zscore':
      return [
        `normal: the last days with trades had ${proof.counts.join(', ')} prints`,
        `${number(observed)} prints so far lie ${number(proof.z)} sample deviations above their mean`,
        `margin: ${margin}`,
      ];
    case 'forest':
      return [
        `minute ${proof.minute} stands apart from the ${proof.minutes} before it, ` +
          `with a score of ${number(proof.score)}`,
        `margin: ${margin}`,
      ];
    case 'surprise':
      return surpriseWords(proof, margin);
  }
}

function surpriseWords(proof: Extract<Proof, { of: 'surprise' }>, margin: string): string[] {
  return [
    `${number(proof.clock * 100)} % of the day has passed by the clock of its class; ` +
      `the underlying is at ${number(proof.level)} times an ordinary day`,
    ...proof.rungs.map(
      ({ size, orders, rate }) =>
        `orders of ${size} contracts or more: ${orders} today, ${number(rate)} on an ordinary whole day`,
    ),
    `threshold: ${number(proof.ordersForecast)} orders forecast, ${number(proof.alertsPerDay)} alerts a day, ` +
      `${number(proof.budgetShare * 100)} % of them for this, recalibrated by ${number(proof.recalibration)}`,
    `margin: ${margin}`,
  ];
}

function quoteWords({ prints, quotes }: Receipt, midnightMs: number): string[] {
  const row = prints.side.findLastIndex((side) => unpackSide(side).quoteAgeMs !== null);
  if (row < 0) return ['quotes: none that a print could be held against'];
  const { method, quoteAgeMs, side } = unpackSide(prints.side[row]!);
  const quotedMs = prints.atMs[row]! - quoteAgeMs!;
  const quote = quotes.find(({ atMs }) => atMs === quotedMs);
  const price = formatPrice(prints.priceE4[row]!);
  const told =
    quote === undefined
      ? ''
      : `, ${formatPrice(quote.bidE4)} x ${quote.bidSize} to ${formatPrice(quote.askE4)} x ${quote.askSize}`;
  return [
    `quotes: ${quotes.length} used; the last print with one, at ${price}, is ${side} by the rule ${method} ` +
      `on the quote of ${clock(quotedMs, midnightMs)}${told}, ${quoteAgeMs} ms old`,
  ];
}

function orderWords({ prints }: Receipt, midnightMs: number): string[] {
  const orders = parentOrders(printsOf(prints));
  const largest = orders.toSorted((a, b) => b.size - a.size || a.firstMs - b.firstMs).slice(0, ORDERS_SHOWN);
  const shown = orders.length > largest.length ? `, the largest ${largest.length}` : '';
  return [
    `events: ${counted(prints.atMs.length, 'print')} in ${counted(orders.length, 'order')}${shown}:`,
    ...largest.map((order) => {
      const how = [
        counted(order.prints, 'print'),
        counted(order.exchanges.length, 'exchange'),
        order.stream,
        ...(isSweep(order) ? ['sweep'] : []),
      ];
      return `  ${clock(order.firstMs, midnightMs)} ${number(order.size)} contracts (${how.join(', ')})`;
    }),
  ];
}

function baselineWords({ run, sessions, from, asOf }: Receipt['baseline']): string {
  if (sessions === 0) return 'baseline: none';
  const named = run === null ? 'learned from files' : `run ${run}`;
  const dates = asOf === null ? '' : `, ${from} to ${asOf}`;
  return `baseline: ${named}, ${sessions} sessions${dates}`;
}

/** The explanation of an alert, a line each. */
export function explain(alert: Alert, receipt: Receipt): string[] {
  const midnightMs = Date.parse(alert.at) - receipt.atMs;
  return [
    `${alert.contractName}, ${alert.kind}, ${alert.sessionDate} ${clock(receipt.atMs, midnightMs)} in New York`,
    `rule: ${receipt.rule.id}, content ${receipt.rule.hash}, detector ${receipt.detector}`,
    `observed: ${number(receipt.observed)} ${alert.unit}, ${number(receipt.expected)} are normal`,
    baselineWords(receipt.baseline),
    ...proofWords(receipt),
    ...(receipt.leading.length === 0 ? [] : [`leading: ${receipt.leading.join(', ')}`]),
    ...orderWords(receipt, midnightMs),
    ...quoteWords(receipt, midnightMs),
    `reading: ${alert.direction}, ${alert.premium} dollars of premium, ` +
      `side known of ${number(alert.sidedShare * 100)} %`,
    `quality: ${alert.flags.length === 0 ? 'nothing to remark' : alert.flags.join(', ')}`,
  ];
}
