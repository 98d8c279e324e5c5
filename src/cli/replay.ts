// Command `replay`: flat files in, alerts out, a summary of each day on stderr.
import { setFlagsFromString } from 'node:v8';
import { Decimal } from 'decimal.js';
import { compileThreshold, type ThresholdSettings } from '../domain/detectors/threshold.ts';
import { replay, type ReplayedDay, type ReplayObserver } from '../replay/run.ts';
import { planReplay, type SkippedFile } from '../replay/plan.ts';
import { Refusal } from '../lib/refusal.ts';
import type { ReadReport } from '../feeds/flat-file/read.ts';
import { alertLine } from './alert-line.ts';
import type { Command } from './command.ts';
import { Progress } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { count, duration, plural, rate } from './words.ts';

const LINES_OF_REASON = 4;

export const replayCommand: Command<'history' | 'detector' | 'alerts-per-day' | 'factor' | 'floor'> = {
  name: 'replay',
  summary: 'Runs days of the tape through the engine and prints the alerts it would have raised.',
  operands: 'PATH…',
  options: ['history', 'detector', 'alerts-per-day', 'factor', 'floor'],
  remarks: [
    'PATH is a flat file of option trades or minute aggregates (.csv or .csv.gz), or a folder of them; or the',
    'journal of a live session (data/journal/2026-11-20), which gives the alerts that the service gave.',
    'Files of quotes of the same days give the prints of their contracts a side.',
    'Days before them teach what is normal: with --history (trades, minute or day aggregates), and every day',
    'replayed is history for the next. Without any, no contract can be unusual and there are no alerts.',
    'Alerts go to stdout in the order of the tape, everything else to stderr.',
    '',
    'Examples:',
    '  spyhop replay 2026-11-20.csv.gz --history us_options_opra/day_aggs_v1/2026',
    '  spyhop replay tape/ --factor 1 --floor 0 --json > alerts.ndjson',
  ],
  async run(operands, options, terminal) {
    if (operands.length === 0) {
      throw new Refusal(
        'spyhop replay needs a PATH: a flat file or a folder of them (spyhop replay --help)',
        {
          exitCode: 2,
        },
      );
    }
    const threshold = thresholdOf(options.factor, options.floor);
    holdHeap();
    const { plan, skipped } = await planReplay(operands, options.history);
    reportSkipped(skipped, terminal);
    const observer = observe(terminal, options.json, plan.history.length);
    await replay(
      plan,
      { threshold, detectors: options.detector, alertsPerDay: options['alerts-per-day'] },
      observer,
    );
    return 0;
  },
};

/**
 * Keeps the heap small: the young generation at the size it starts with, the old one at most 40 % above what is in use.
 * By themselves they grow by a hundred megabytes, which are worth much to programs that make many objects; a replay
 * makes few, and takes no longer so (docs/performance.md).
 */
function holdHeap(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=40');
}

/** The settings of the detector, checked before any file is opened. */
function thresholdOf(factor: string, floor: number): ThresholdSettings {
  const settings = { factor: new Decimal(factor), floor };
  try {
    compileThreshold(settings);
  } catch (error) {
    throw error instanceof RangeError ? new Refusal(error.message, { exitCode: 2, cause: error }) : error;
  }
  return settings;
}

function reportSkipped(skipped: readonly SkippedFile[], terminal: Terminal): void {
  const byReason = Map.groupBy(skipped, ({ reason }) => reason);
  for (const [reason, files] of [...byReason].slice(0, LINES_OF_REASON)) {
    const more = files.length === 1 ? '' : ` and ${files.length - 1} more`;
    terminal.say(terminal.toneErr('quiet', `passed over ${files[0]!.path}${more}: ${reason}`));
  }
  if (byReason.size > LINES_OF_REASON) {
    terminal.say(
      terminal.toneErr('quiet', `passed over files for ${byReason.size - LINES_OF_REASON} other reasons`),
    );
  }
}

const STEP_LABEL = { history: 'learn ', read: 'read  ', replay: 'replay', journal: 'replay' } as const;

function observe(terminal: Terminal, json: boolean, historyFiles: number): ReplayObserver {
  let progress: Progress | null = null;
  let step = '';
  let dayStarted = terminal.monotonicMs();
  let learned = 0;
  return {
    onProgress({ step: name, date, done, total }) {
      if (step !== `${name} ${date}`) {
        progress?.done();
        step = `${name} ${date}`;
        progress = new Progress(terminal, `${STEP_LABEL[name]} ${date}`, name === 'replay' ? 'prints' : 'MB');
        if (name === 'read' || name === 'journal') dayStarted = terminal.monotonicMs();
      }
      const scale = name === 'replay' ? 1 : 1_000_000;
      progress?.update(done / scale, total / scale);
    },
    onAlert: (alert) => terminal.print(json ? JSON.stringify(alert) : alertLine(alert, terminal)),
    onHistory(report) {
      reportRejected(report, terminal);
      if (++learned === historyFiles) {
        terminal.say(
          terminal.toneErr('quiet', `learned what is normal from ${plural(learned, 'earlier session')}`),
        );
      }
    },
    onDay(day) {
      progress?.done();
      reportDay(day, (terminal.monotonicMs() - dayStarted) / 1000, terminal);
    },
    onFailure({ underlying, error, failures, quarantined }) {
      const what = quarantined ? 'left out for the rest of the session' : 'rebuilt';
      const message = error instanceof Error ? error.message : String(error);
      terminal.say(terminal.toneErr('bad', `${underlying} failed (${failures}), ${what}: ${message}`));
    },
  };
}

function reportRejected({ path, rejected }: ReadReport, terminal: Terminal): void {
  for (const { reason, rows, lines, sample } of rejected) {
    const more = rows > lines.length ? ', …' : '';
    const where =
      lines.length === 0 ? 'first' : `line${lines.length === 1 ? '' : 's'} ${lines.join(', ')}${more}`;
    // Junk may hold bytes that a terminal would obey.
    const shown = sample.trim().replaceAll(/\p{C}/gu, '\ufffd');
    terminal.say(
      terminal.toneErr('warn', `${path}: ${count(rows)} rejected, ${reason} (${where}; "${shown}")`),
    );
  }
}

function reportDay(day: ReplayedDay, seconds: number, terminal: Terminal): void {
  const { date, tape, report, quotes, summary, baselineSessions } = day;
  reportRejected(report, terminal);
  if (quotes !== null) reportRejected(quotes, terminal);
  const rejected = report.rejected.reduce((sum, { rows }) => sum + rows, 0);
  const apart: Array<[number, string]> = [
    [summary.prints.outsideHours, 'outside hours'],
    [summary.prints.apart, 'extended or compression'],
    [summary.prints.cancels, 'cancels'],
    [summary.unmatchedCancels, 'cancels of nothing known'],
    [summary.latePrints, 'late'],
    [summary.lost, 'lost to failures'],
    [summary.quarantined, 'of underlyings left out'],
  ];
  const parts = [
    plural(summary.received, tape === 'trades' ? 'print' : 'active minute'),
    `${plural(summary.contracts, 'contract')} of ${plural(summary.underlyings, 'underlying')}`,
    plural(summary.alerts, 'alert'),
    `${plural(rejected, 'row')} rejected`,
    ...(quotes === null ? [] : [plural(quotes.rows, 'quote')]),
    ...apart.filter(([prints]) => prints > 0).map(([prints, what]) => `${count(prints)} ${what}`),
    `${duration(seconds)}, ${rate(summary.received / seconds, 'prints')}`,
  ];
  terminal.say(`${terminal.toneErr('strong', date)} ${parts.join(' · ')}`);
  for (const notice of day.notices) terminal.say(terminal.toneErr('warn', `${date} ${notice}`));
  if (baselineSessions === 0) {
    const message = `${date} had no earlier session to compare with, so nothing could be unusual: give --history`;
    terminal.say(terminal.toneErr('warn', message));
  }
}
