// What the file of a day says of the live feed: which prints it had, and which of its alerts stand.
import { join } from 'node:path';
import { listAlerts } from '../db/alerts.ts';
import { loadBaseline } from '../db/baselines.ts';
import { readLivePrints } from '../db/live-prints.ts';
import type { Database } from '../db/pool.ts';
import type { Alert } from '../domain/alert.ts';
import type { Coverage, Verdict } from '../domain/coverage.ts';
import { thresholdRule, type ThresholdSettings } from '../domain/detectors/threshold.ts';
import { requireSession } from '../domain/session.ts';
import { SessionLedger } from '../domain/session-ledger.ts';
import { createEngine } from '../engine.ts';
import { comparePrints } from '../history/coverage.ts';
import type { BuiltDay } from './built-day.ts';

/** An alert over the file within this of the live one is the same: a detector re-arms after it. */
const SAME_MS = 5 * 60_000;
const PAGE = 1_000;
const BATCH_ROWS = 16_384;

/** The coverage of a session, with the verdict on each alert that could be checked. */
export interface CoverageReport {
  readonly coverage: Coverage;
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

/**
 * Holds what live stored of a session against the built day of its file.
 * @param ids of contracts in the database, by their numbers in the day's table
 * @param threshold the rule as live ran it; alerts of other rules are not checked
 */
export async function coverageOf(
  db: Database,
  built: BuiltDay,
  ids: Int32Array,
  historyDir: string,
  threshold: ThresholdSettings,
): Promise<CoverageReport> {
  const { table, history } = built;
  const { sessionDate, printsName } = history;
  const { midnightMs } = requireSession(sessionDate);
  const tickers = Array.from({ length: table.count }, (_, number) => table.ticker(number));
  const file = { path: join(historyDir, printsName!), midnightMs, tickers, ids };
  const prints = await comparePrints(file, (take) => readLivePrints(db, sessionDate, take));
  const live = await alertsOf(db, sessionDate);
  const { hash } = thresholdRule(threshold);
  const checked = live.filter(({ rule }) => rule.hash === hash);
  const again = checked.length === 0 ? [] : await alertsOverFile(db, built, threshold);
  const verdicts = new Map<string, Verdict>();
  for (const alert of again === null ? [] : checked) {
    verdicts.set(alert.id, again!.some((other) => isSame(alert, other)) ? 'confirmed' : 'contradicted');
  }
  const told = [...verdicts.values()];
  const confirmed = told.filter((verdict) => verdict === 'confirmed').length;
  const alerts = { confirmed, contradicted: told.length - confirmed, unchecked: live.length - told.length };
  return { coverage: { sessionDate, ...prints, alerts }, verdicts };
}

function isSame(live: Alert, other: Alert): boolean {
  return live.contract === other.contract && Math.abs(Date.parse(live.at) - Date.parse(other.at)) <= SAME_MS;
}

async function alertsOf(db: Database, sessionDate: string): Promise<readonly Alert[]> {
  const { midnightMs } = requireSession(sessionDate);
  const day = { fromMs: midnightMs - 86_400_000, untilMs: midnightMs + 2 * 86_400_000, limit: PAGE };
  const all: Alert[] = [];
  let page = await listAlerts(db, day);
  for (;;) {
    all.push(...page.items.filter((alert) => alert.sessionDate === sessionDate));
    if (page.next === null) return all;
    page = await listAlerts(db, { ...day, before: page.next });
  }
}

/** The alerts of the engine over the file, by the baseline the session had; null when that is not known any more. */
async function alertsOverFile(
  db: Database,
  built: BuiltDay,
  threshold: ThresholdSettings,
): Promise<readonly Alert[] | null> {
  const { table, history } = built;
  const session = requireSession(history.sessionDate);
  const [run] = await db.rows<{ run: number }>(
    'select run from spyhop.baseline_run where as_of = $1 order by run desc limit 1',
    [session.date],
  );
  if (run === undefined) return null;
  const baseline = await loadBaseline(db, table, run.run);
  if (baseline === null) return null;
  const ledger = new SessionLedger();
  // Nothing is folded a second time: a failure makes the whole comparison worthless, and is no verdict.
  const engine = createEngine({ session, table, baseline, threshold, cancels: ledger, tape: () => [] });
  const alerts: Alert[] = [];
  for await (const batch of built.batches(BATCH_ROWS)) {
    ledger.add(batch);
    alerts.push(...engine.take(batch));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { failures } = engine.summary();
  engine.stop();
  return failures > 0 ? null : alerts;
}
