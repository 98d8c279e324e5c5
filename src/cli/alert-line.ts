// An alert as one line for people: when, what, how much against how little, and which way it leans.
import type { Alert } from '../domain/alert.ts';
import { newYorkTime } from '../domain/calendar.ts';
import { formatUsdShort } from '../domain/money.ts';
import type { Terminal, Tone } from './terminal.ts';
import { count, plural } from './words.ts';

const DIRECTION_TONE: Readonly<Record<Alert['direction'], Tone>> = {
  bullish: 'good',
  bearish: 'bad',
  neutral: 'plain',
  unknown: 'quiet',
};

/** Contracts of a normal five minutes: whole from ten on, one decimal below, "0" for never. */
function normalText(expected: number): string {
  if (expected === 0) return '0';
  if (expected < 0.005) return 'under 0.01';
  return expected >= 10 ? count(expected) : expected.toFixed(expected < 0.1 ? 2 : 1);
}

function shapeText(alert: Alert): string {
  const sweeps = alert.sweeps === 0 ? '' : `, ${plural(alert.sweeps, 'sweep')}`;
  return `${plural(alert.orders, 'order')}${sweeps}`;
}

/** What was counted, and what is normal of it. */
function countText({ detector, observed, expected, unit }: Alert): string {
  const normal = `normal ${normalText(expected)}`;
  if (detector === 'zscore') return `${count(observed)} prints so far today, ${normal}`;
  if (detector === 'forest') return `${count(observed)} prints of the underlying in a minute, ${normal}`;
  if (detector === 'sweep') return `${count(observed)} contracts swept in one order, ${normal} in 5 min`;
  return `${count(observed)} ${unit} in 5 min, ${normal}`;
}

/** How far the sides themselves can be trusted. */
function surety({ probabilityBuy }: Alert): string {
  return probabilityBuy === null ? '' : `, P(buy) ${probabilityBuy.toFixed(2)}`;
}

/** "10:42:31 NVDA 12 Dec 26 180 call · 3,400 contracts in 5 min, normal 12 · $1.9M · bullish 0.71, P(buy) 0.54". */
export function alertLine(alert: Alert, terminal: Terminal): string {
  const minutes = alert.flags.includes('minute aggregates');
  const cents = Number(alert.premium.replace('.', ''));
  const share = alert.directionShare === null ? '' : ` ${alert.directionShare.toFixed(2)}`;
  const lean = alert.direction === 'unknown' ? 'side unknown' : `${alert.direction}${share}${surety(alert)}`;
  const premium = `${minutes ? '≈ ' : ''}${formatUsdShort(cents)}`;
  const flags = alert.flags.map((flag) => ` · ${flag}`).join('');
  const first = alert.contractName;
  const name =
    alert.kind === 'unusual underlying' ? `${alert.underlying} over many contracts, ${first} first` : first;
  return [
    `${terminal.tone('quiet', newYorkTime(Date.parse(alert.at)))} ${terminal.tone('strong', name)}`,
    countText(alert),
    terminal.tone(alert.severity === 'high' ? 'warn' : 'plain', premium),
    ...(minutes ? [] : [shapeText(alert)]),
    `${terminal.tone(DIRECTION_TONE[alert.direction], lean)}${terminal.tone('quiet', flags)}`,
  ].join(' · ');
}
