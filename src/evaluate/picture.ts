// The picture of an evaluation: recall against false alerts a day, a line a detector, as SVG.
import type { ComparedName } from '../domain/detectors/finding.ts';
import type { DetectorReport, Evaluation, Outcome } from './evaluation.ts';

const WIDTH = 860;
const HEIGHT = 520;
const PLOT = { left: 70, right: 820, top: 64, bottom: 440 } as const;

/** Colours that people with any sight of colours tell apart (Okabe and Ito), and a sign each for those who print. */
const LOOKS: Readonly<Record<ComparedName, { readonly colour: string; readonly sign: Sign }>> = {
  surprise: { colour: '#0072b2', sign: 'circle' },
  threshold: { colour: '#d55e00', sign: 'square' },
  zscore: { colour: '#009e73', sign: 'diamond' },
  forest: { colour: '#cc79a7', sign: 'triangle' },
};

type Sign = 'circle' | 'square' | 'diamond' | 'triangle';

const INK = '#24292f';
const GRID = '#d8dee4';
const FONT = 'DejaVu Sans, Verdana, sans-serif';

interface Scale {
  readonly fromLog: number;
  readonly toLog: number;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function text(x: number, y: number, words: string, extra = ''): string {
  return `<text x="${at(x)}" y="${at(y)}" ${extra}>${escape(words)}</text>`;
}

/** A coordinate with one decimal: enough to draw by, and the same text everywhere. */
function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function xOf(falsePerDay: number, { fromLog, toLog }: Scale): number {
  const share = (Math.log10(falsePerDay) - fromLog) / (toLog - fromLog);
  return PLOT.left + (PLOT.right - PLOT.left) * Math.min(1, Math.max(0, share));
}

function yOf(recall: number): number {
  return PLOT.bottom - (PLOT.bottom - PLOT.top) * recall;
}

/**
 * What a detector can do at most with so many false alerts: of the settings tried those that none beats in both. Fewer
 * than one false alert in all cannot be told from none, so that the axis begins there.
 */
export function frontierOf(curve: readonly Outcome[], falsePerDayMin: number): Outcome[] {
  const frontier: Outcome[] = [];
  for (const outcome of curve) {
    const { falsePerDay, recall } = outcome;
    const last = frontier.at(-1);
    if (last !== undefined && recall <= last.recall) continue;
    const tied =
      last !== undefined &&
      Math.max(last.falsePerDay, falsePerDayMin) >= Math.max(falsePerDay, falsePerDayMin);
    if (tied) frontier.pop();
    frontier.push(outcome);
  }
  return frontier;
}

function signAt(sign: Sign, x: number, y: number, colour: string): string {
  const r = 4.5;
  if (sign === 'circle') return `<circle cx="${at(x)}" cy="${at(y)}" r="${r}" fill="${colour}"/>`;
  const corners: Record<Exclude<Sign, 'circle'>, ReadonlyArray<readonly [number, number]>> = {
    square: [
      [-r, -r],
      [r, -r],
      [r, r],
      [-r, r],
    ],
    diamond: [
      [0, -r - 1],
      [r + 1, 0],
      [0, r + 1],
      [-r - 1, 0],
    ],
    triangle: [
      [0, -r - 1],
      [r + 1, r],
      [-r - 1, r],
    ],
  };
  const points = corners[sign].map(([dx, dy]) => `${at(x + dx)},${at(y + dy)}`).join(' ');
  return `<polygon points="${points}" fill="${colour}"/>`;
}

function lineOf({ detector, curve }: DetectorReport, scale: Scale, falsePerDayMin: number): string {
  const { colour, sign } = LOOKS[detector];
  const points = frontierOf(curve, falsePerDayMin).map(({ falsePerDay, recall }) => ({
    x: xOf(Math.max(falsePerDay, falsePerDayMin), scale),
    y: yOf(recall),
  }));
  const path = points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${at(x)} ${at(y)}`).join(' ');
  const signs = points.map(({ x, y }) => signAt(sign, x, y, colour)).join('');
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${signs}`;
}

function axes(scale: Scale): string[] {
  const parts: string[] = [];
  for (let percent = 0; percent <= 100; percent += 20) {
    const y = yOf(percent / 100);
    parts.push(
      `<line x1="${PLOT.left}" y1="${at(y)}" x2="${PLOT.right}" y2="${at(y)}" stroke="${GRID}"/>`,
      text(PLOT.left - 10, y + 4, `${percent} %`, 'text-anchor="end"'),
    );
  }
  for (let log = scale.fromLog; log <= scale.toLog; log++) {
    const x = xOf(10 ** log, scale);
    const label = log < 0 ? (10 ** log).toFixed(-log) : (10 ** log).toLocaleString('en-US');
    parts.push(
      `<line x1="${at(x)}" y1="${PLOT.top}" x2="${at(x)}" y2="${PLOT.bottom}" stroke="${GRID}"/>`,
      text(x, PLOT.bottom + 20, label, 'text-anchor="middle"'),
    );
  }
  const middle = (PLOT.left + PLOT.right) / 2;
  parts.push(text(middle, PLOT.bottom + 42, 'false alerts a day', 'text-anchor="middle"'));
  return parts;
}

function legend(detectors: readonly DetectorReport[]): string[] {
  return detectors.flatMap(({ detector }, i) => {
    const { colour, sign } = LOOKS[detector];
    const x = PLOT.left + 10 + i * 130;
    return [signAt(sign, x, HEIGHT - 18, colour), text(x + 12, HEIGHT - 14, detector)];
  });
}

/** Draws the picture. Equal evaluations give equal bytes. */
export function pictureOf(evaluation: Evaluation): string {
  const { detectors, falsePerDayMax, sessions, anomalies } = evaluation;
  const falsePerDayMin = 1 / sessions;
  const most = Math.max(
    falsePerDayMax,
    ...detectors.flatMap(({ curve }) => curve.map((one) => one.falsePerDay)),
  );
  const fromLog = Math.floor(Math.log10(falsePerDayMin));
  const scale = { fromLog, toLog: Math.max(fromLog + 1, Math.ceil(Math.log10(most))) };
  const budgetX = xOf(falsePerDayMax, scale);
  const title = `Recall of ${anomalies.toLocaleString('en-US')} anomalies in ${sessions} sessions`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" ` +
      `font-family="${FONT}" font-size="13" fill="${INK}" role="img">`,
    `<title>${escape(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(PLOT.left, 32, title, 'font-size="17" font-weight="bold"'),
    ...axes(scale),
    `<line x1="${at(budgetX)}" y1="${PLOT.top}" x2="${at(budgetX)}" y2="${PLOT.bottom}" ` +
      `stroke="${INK}" stroke-dasharray="5 4"/>`,
    text(budgetX, PLOT.top - 8, `${falsePerDayMax} a day`, 'text-anchor="middle"'),
    ...detectors.map((report) => lineOf(report, scale, falsePerDayMin)),
    ...legend(detectors),
    '</svg>',
    '',
  ].join('\n');
}
