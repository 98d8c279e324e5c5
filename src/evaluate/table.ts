// The table of an evaluation: a column a detector, all at the same rate of false alerts.
import type { DetectorReport, Evaluation, Outcome } from './evaluation.ts';
import type { Group, GroupFigures } from './groups.ts';

/** Kinds whose delay is worth a row of its own, for they last long enough to have one. */
const DELAYED_KINDS = ['steady burst', 'burst', 'news', 'informed buying'];

const HEADS = {
  all: 'recall',
  kind: 'recall by kind',
  lots: 'recall by lots',
  rate: 'recall by rate of the contract',
} as const;

type Cell = (report: DetectorReport) => string;

/** A row: its name, how many anomalies it is about, and a cell a detector. An empty list of cells is a head. */
interface Row {
  readonly name: string;
  readonly anomalies: string;
  readonly cells: readonly string[];
}

const NONE = '-';

function ofBest(of: (outcome: Outcome) => string): Cell {
  return ({ best }) => (best === null ? NONE : of(best));
}

function recallText({ found, anomalies }: GroupFigures): string {
  return (found / anomalies).toFixed(2);
}

function rateText(perDay: number): string {
  return perDay >= 100 ? Math.round(perDay).toLocaleString('en-US') : perDay.toFixed(1);
}

function minutesText(ms: number | null): string {
  return ms === null ? NONE : (ms / 60_000).toFixed(1);
}

function delayText({ delayMeanMs, delayMedianMs }: GroupFigures): string {
  return `${minutesText(delayMeanMs)} / ${minutesText(delayMedianMs)}`;
}

function recallRows(groups: readonly Group[], row: (name: string, n: string, cell: Cell) => Row): Row[] {
  const rows: Row[] = [];
  let by = '';
  for (const [at, group] of groups.entries()) {
    if (group.by !== by && group.by !== 'all') rows.push({ name: HEADS[group.by], anomalies: '', cells: [] });
    by = group.by;
    const name = group.by === 'all' ? HEADS.all : `  ${group.name}`;
    rows.push(
      row(
        name,
        String(group.members.length),
        ofBest((best) => recallText(best.groups[at]!)),
      ),
    );
  }
  return rows;
}

function rowsOf({ groups, detectors }: Evaluation): Row[] {
  const row = (name: string, anomalies: string, cell: Cell): Row => ({
    name,
    anomalies,
    cells: detectors.map(cell),
  });
  const delays = groups.flatMap(({ by, name, members }, at) =>
    by === 'all' || (by === 'kind' && DELAYED_KINDS.includes(name))
      ? [
          row(
            `  ${name}`,
            String(members.length),
            ofBest((best) => delayText(best.groups[at]!)),
          ),
        ]
      : [],
  );
  return [
    row(
      'setting',
      '',
      ofBest(({ setting }) => setting.text),
    ),
    row(
      'false alerts a day',
      '',
      ofBest(({ falsePerDay }) => rateText(falsePerDay)),
    ),
    row(
      'alerts a day',
      '',
      ofBest(({ alertsPerDay }) => rateText(alertsPerDay)),
    ),
    ...recallRows(groups, row),
    { name: 'delay of those found, mean / median, min', anomalies: '', cells: [] },
    ...delays,
    { name: 'processor time, µs a print', anomalies: '', cells: [] },
    row('  engine and detector', '', ({ printMicros }) => printMicros.toFixed(2)),
    row('  the detector alone', '', ({ ownMicros }) => ownMicros.toFixed(2)),
    { name: 'unless told otherwise', anomalies: '', cells: [] },
    row('  setting', '', ({ byDefault }) => byDefault.setting.text),
    row('  false alerts a day', '', ({ byDefault }) => rateText(byDefault.falsePerDay)),
    row('  recall', '', ({ byDefault }) => byDefault.recall.toFixed(2)),
  ];
}

/** The table as lines of text, columns aligned; the first line is its head. */
export function tableOf(evaluation: Evaluation): string[] {
  const { detectors, falsePerDayMax } = evaluation;
  const names = detectors.map(({ detector }) => detector);
  const head: Row = {
    name: `at most ${falsePerDayMax} false alerts a day`,
    anomalies: 'anomalies',
    cells: names,
  };
  const rows = [head, ...rowsOf(evaluation)];
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const widths = names.map((_, at) => Math.max(...rows.map(({ cells }) => (cells[at] ?? '').length)));
  return rows.map(({ name, anomalies, cells }) =>
    [
      name.padEnd(nameWidth),
      anomalies.padStart(head.anomalies.length),
      ...cells.map((cell, at) => cell.padStart(widths[at]!)),
    ]
      .join('  ')
      .trimEnd(),
  );
}

/** The same for machines: an object a detector, setting and group, and an object a point of each curve. */
export function recordsOf({ groups, detectors, falsePerDayMax }: Evaluation): object[] {
  const records: object[] = [];
  for (const { detector, best, byDefault, curve, printMicros, ownMicros } of detectors) {
    const told = best === null ? { default: byDefault } : { best, default: byDefault };
    for (const [which, outcome] of Object.entries(told)) {
      const { setting, falsePerDay, alertsPerDay } = outcome;
      const rates = { falsePerDayMax, falsePerDay, alertsPerDay, printMicros, ownMicros };
      groups.forEach(({ by, name }, at) => {
        const figures = outcome.groups[at]!;
        records.push({
          row: 'group',
          detector,
          which,
          setting: setting.text,
          ...rates,
          by,
          name,
          ...figures,
        });
      });
    }
    for (const { setting, falsePerDay, alertsPerDay, recall, groups: figures } of curve) {
      const found = Object.fromEntries(groups.map(({ name }, at) => [name, figures[at]!.found]));
      records.push({
        row: 'point',
        detector,
        setting: setting.text,
        falsePerDay,
        alertsPerDay,
        recall,
        found,
      });
    }
  }
  return records;
}
