// Benchmark `recall`: what detector `threshold` finds of the anomalies of a simulated market, and what it finds beside.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Decimal } from 'decimal.js';
import type { Alert } from '../src/domain/alert.ts';
import { type TruthRow, writeTape } from '../src/simulation/flat-file.ts';
import { SMALL_MARKET } from '../src/simulation/market.ts';
import { replay } from '../src/replay/run.ts';
import { planReplay } from '../src/replay/plan.ts';
import type { BenchOptions } from './main.ts';

const UNTIL = '2026-11-20';
const LEARN_DAYS = 30;
const TEST_DAYS = 10;
/** An alert belongs to an anomaly when it comes while that goes on, or while it is still in the window. */
const GRACE_MS = 5 * 60_000;

/** The rule as it is by default, and to the letter of its seed. */
const RULES = [
  { name: 'factor 10, floor 500', factor: '10', floor: 500 },
  { name: 'factor 1, floor 0 (seed)', factor: '1', floor: 0 },
] as const;

function matches(alert: Alert, truth: TruthRow): boolean {
  const atMs = Date.parse(alert.at);
  const same =
    truth.contract === null ? alert.underlying === truth.underlying : alert.contract === truth.contract;
  return same && atMs >= Date.parse(truth.begin) && atMs <= Date.parse(truth.end) + GRACE_MS;
}

async function alertsOf(
  dir: string,
  dates: readonly string[],
  rule: (typeof RULES)[number],
): Promise<Alert[]> {
  const days = dates.map((date) => join(dir, `${date}.csv.gz`));
  const { plan } = await planReplay(days, [dir]);
  const alerts: Alert[] = [];
  await replay(
    plan,
    { threshold: { factor: new Decimal(rule.factor), floor: rule.floor } },
    {
      onAlert: (alert) => alerts.push(alert),
      onProgress() {},
      onHistory() {},
      onDay() {},
      onFailure({ error }) {
        throw error;
      },
    },
  );
  return alerts;
}

/** Simulates 30 sessions to learn from and 10 to test on (a small market), and prints recall by kind for each rule. */
export async function benchRecall(_options: BenchOptions): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'spyhop-recall-'));
  try {
    const { dates } = await writeTape({
      ...SMALL_MARKET,
      outDir: dir,
      days: LEARN_DAYS + TEST_DAYS,
      until: UNTIL,
      order: 'ticker',
      quotes: 'none',
      anomaliesPerDay: 40,
    });
    const tested = dates.slice(LEARN_DAYS);
    const all = JSON.parse(await readFile(join(dir, 'truth.json'), 'utf8')) as TruthRow[];
    const truth = all.filter(({ begin }) => begin >= tested[0]!);
    process.stdout.write(
      `recall: ${SMALL_MARKET.underlyings} underlyings, ${SMALL_MARKET.tradesPerDay} prints a day, ` +
        `${LEARN_DAYS} sessions to learn from, ${TEST_DAYS} tested with ${truth.length} anomalies\n`,
    );
    for (const rule of RULES) report(rule.name, await alertsOf(dir, tested, rule), truth);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function report(name: string, alerts: readonly Alert[], truth: readonly TruthRow[]): void {
  const byUnderlying = Map.groupBy(truth, ({ underlying }) => underlying);
  const isTrue = (alert: Alert): boolean =>
    byUnderlying.get(alert.underlying)?.some((row) => matches(alert, row)) ?? false;
  const falseAlerts = alerts.filter((alert) => !isTrue(alert)).length;
  const lines = [
    '',
    `threshold, ${name}: ${(alerts.length / TEST_DAYS).toFixed(1)} alerts a day, ` +
      `${(falseAlerts / TEST_DAYS).toFixed(1)} of them false`,
  ];
  for (const [kind, rows] of Map.groupBy(truth, (row) => row.kind)) {
    const found = rows.filter((row) => alerts.some((alert) => matches(alert, row))).length;
    lines.push(`  ${kind.padEnd(26)} ${(found / rows.length).toFixed(2)}  (${found} of ${rows.length})`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
