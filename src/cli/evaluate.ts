// Command `evaluate`: detectors beside each other on a tape whose truth is known, as a table and a picture.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DETECTOR_NAMES, PLAIN_DETECTOR_NAMES } from '../domain/detectors/finding.ts';
import { evaluate, type Evaluation } from '../evaluate/evaluation.ts';
import { pictureOf } from '../evaluate/picture.ts';
import { planEvaluation } from '../evaluate/plan.ts';
import { pngOf } from '../evaluate/png.ts';
import type { EvaluationProgress } from '../evaluate/run.ts';
import { recordsOf, tableOf } from '../evaluate/table.ts';
import { makeFolder } from '../lib/make-folder.ts';
import { Refusal, refusalOf } from '../lib/refusal.ts';
import type { Command } from './command.ts';
import { Progress } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { count, duration, plural } from './words.ts';

export const evaluateCommand: Command<'history' | 'detector' | 'alerts-per-day' | 'out'> = {
  name: 'evaluate',
  summary: 'Compares detectors on a tape whose anomalies are known: recall, delay, false alerts and cost.',
  operands: 'DIR',
  options: ['history', 'detector', 'alerts-per-day', 'out'],
  remarks: [
    'DIR is a folder that spyhop simulate wrote: days of trades and truth.json. Days before them teach what is',
    'normal: those of --history, or else the first three quarters of the folder (at most 30 sessions).',
    'Each detector folds the tape with many settings. They are compared by the setting that finds most with at most',
    '--alerts-per-day false alerts, those that belong to no anomaly. With --out DIR a picture of recall against false',
    'alerts is written there, evaluation.svg and evaluation.png, and what --json prints as evaluation.ndjson.',
    '',
    'Example:',
    '  spyhop simulate --out tape --days 40 --anomalies-per-day 100',
    '  spyhop evaluate tape --detector surprise,threshold,zscore,forest --out pictures',
  ],
  async run(operands, options, terminal) {
    const [folder, ...others] = operands;
    if (folder === undefined || others.length > 0) {
      throw new Refusal('spyhop evaluate needs one folder: a tape with its truth (spyhop evaluate --help)', {
        exitCode: 2,
      });
    }
    const { plan, anomalies, skipped } = await planEvaluation(folder, options.history);
    for (const { path, reason } of skipped.slice(0, 3))
      terminal.say(terminal.toneErr('quiet', `passed over ${path}: ${reason}`));
    if (options.out !== undefined) makeFolder(options.out);
    const startedMs = terminal.monotonicMs();
    const plain = PLAIN_DETECTOR_NAMES.find((name) => options.detector.includes(name));
    if (plain !== undefined) {
      const message = `spyhop evaluate compares what is unusual, and ${plain} tells what is large: leave it out`;
      throw new Refusal(message, { exitCode: 2 });
    }
    const detectors = DETECTOR_NAMES.filter((name) => options.detector.includes(name));
    const request = { plan, anomalies, detectors, alertsPerDay: options['alerts-per-day'] };
    const evaluation = await evaluate(request, observer(terminal));
    tell(evaluation, options.json, terminal);
    if (options.out !== undefined) await writePictures(evaluation, options.out, terminal);
    terminal.say(terminal.toneErr('quiet', `took ${duration((terminal.monotonicMs() - startedMs) / 1000)}`));
    return 0;
  },
};

const STEP_LABEL = { history: 'learn', read: 'read ', fold: 'try  ' } as const;

function observer(terminal: Terminal): (pass: number, progress: EvaluationProgress) => void {
  let progress: Progress | null = null;
  let step = '';
  return (pass, { step: name, date, done, total }) => {
    const label = `pass ${pass} of 2, ${STEP_LABEL[name]} ${date}`;
    if (step !== label) {
      progress?.done();
      progress = new Progress(terminal, label, name === 'fold' ? 'prints' : 'MB');
      step = label;
    }
    const scale = name === 'fold' ? 1 : 1_000_000;
    progress?.update(done / scale, total / scale);
  };
}

function tell(evaluation: Evaluation, json: boolean, terminal: Terminal): void {
  if (json) for (const record of recordsOf(evaluation)) terminal.print(JSON.stringify(record));
  else for (const line of tableOf(evaluation)) terminal.print(line);
  const { sessions, historySessions, anomalies, detectors } = evaluation;
  const settings = detectors.reduce((sum, { curve }) => sum + curve.length, 0);
  terminal.say(
    `${plural(sessions, 'session')} on what ${count(historySessions)} before them teach · ` +
      `${count(anomalies)} anomalies · ${plural(settings, 'setting')}`,
  );
}

async function writePictures(evaluation: Evaluation, folder: string, terminal: Terminal): Promise<void> {
  const svg = pictureOf(evaluation);
  const records = recordsOf(evaluation).map((record) => JSON.stringify(record));
  const files: ReadonlyArray<readonly [string, string | Uint8Array]> = [
    [join(folder, 'evaluation.svg'), svg],
    [join(folder, 'evaluation.png'), await pngOf(svg)],
    [join(folder, 'evaluation.ndjson'), records.map((record) => `${record}\n`).join('')],
  ];
  for (const [path, content] of files) {
    try {
      await writeFile(path, content);
    } catch (error) {
      throw refusalOf(path, error);
    }
    terminal.say(`wrote ${path}`);
  }
}
