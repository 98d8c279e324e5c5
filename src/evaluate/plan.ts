// Which days of a folder are tried, and which teach what is normal before them.
import { BASELINE_SESSIONS } from '../domain/baseline.ts';
import { newYorkDate, sessionsBefore } from '../domain/session.ts';
import type { FlatFile } from '../feeds/flat-file/open.ts';
import { Refusal } from '../lib/refusal.ts';
import { planReplay, type SkippedFile } from '../replay/plan.ts';
import type { EvaluationPlan } from './run.ts';
import { type Anomaly, readTruth, TRUTH_FILE } from './truth.ts';

/** Without --history so many of a folder's sessions teach, and the others are tried. */
const TEACHING_SHARE = 0.75;

/** What is to be evaluated. */
export interface Evaluable {
  readonly plan: EvaluationPlan;
  /** What lies on the days that are tried. */
  readonly anomalies: readonly Anomaly[];
  readonly skipped: readonly SkippedFile[];
}

/**
 * Plans the evaluation of a folder: its days on what `history` teaches, or the last quarter of them on what the days
 * before teach. Throws a Refusal for a folder without truth, without trades, or without anomalies on the days tried.
 */
export async function planEvaluation(folder: string, history: readonly string[]): Promise<Evaluable> {
  const all = await readTruth(folder);
  const { plan, skipped } = await planReplay([folder], history);
  const tapes = plan.days.map(({ tape }) => tape);
  const other = tapes.find(({ kind }) => kind !== 'trades');
  if (other !== undefined || tapes.length === 0) {
    const what = other === undefined ? `${folder} holds no flat files` : `${other.path} holds ${other.kind}`;
    throw new Refusal(`${what}: what is evaluated are files of trades`, { exitCode: 2 });
  }
  const split = history.length > 0 ? 0 : Math.floor(tapes.length * TEACHING_SHARE);
  const days = tapes.slice(split);
  const teaching = history.length > 0 ? plan.history : recent(tapes.slice(0, split), days[0]!.session.date);
  if (teaching.length === 0) {
    throw new Refusal(
      `${folder} has one session and nothing before it, so that nothing can be unusual: give --history`,
      { exitCode: 2 },
    );
  }
  const dates = new Set(days.map(({ session }) => session.date));
  const anomalies = all.filter(({ beginMs }) => dates.has(newYorkDate(beginMs)));
  if (anomalies.length === 0) {
    const range = `${days[0]!.session.date} to ${days.at(-1)!.session.date}`;
    throw new Refusal(
      `${TRUTH_FILE} of ${folder} names no anomaly of ${range}: nothing is to be found there`,
    );
  }
  return { plan: { history: teaching, days }, anomalies, skipped };
}

function recent(files: readonly FlatFile[], before: string): FlatFile[] {
  const [oldest = before] = sessionsBefore(before, BASELINE_SESSIONS);
  return files.filter(({ session }) => session.date >= oldest);
}
