// Small drawings of answers, one for each kind of panel: enough to see what a panel says, in nobody's style.
import type { Panel } from './panel.ts';

/** An answer as the tests keep it: times are epoch ms. */
export interface PanelAnswer {
  readonly dashboard: string;
  readonly panel: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

interface Series {
  readonly name: string;
  readonly color: string;
  readonly points: readonly (readonly [at: number, value: number])[];
}

const PALETTE = ['#73BF69', '#5794F2', '#FF9830', '#F2495C', '#B877D9', '#F2CC0C', '#8AB8FF', '#FFA6B0'];
const SERIES_MAX = 12;

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function rect(x: number, y: number, width: number, height: number, color: string): string {
  const [left, top, wide, tall] = [x, y, width, height].map((value) => value.toFixed(1));
  return `<rect x="${left}" y="${top}" width="${wide}" height="${tall}" fill="${color}"/>`;
}

function small(x: number, y: number, text: string): string {
  return `<text class="small" x="${x.toFixed(1)}" y="${y.toFixed(1)}">${escaped(text)}</text>`;
}

/** A number as people read it: 1.2M, 340, 0.012. */
export function short(value: number): string {
  const size = Math.abs(value);
  for (const [step, letter] of [
    [1e12, 'T'],
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (size >= step) return `${(value / step).toFixed(size >= step * 100 ? 0 : 1)}${letter}`;
  }
  return Number.isInteger(value) ? String(value) : value.toPrecision(3);
}

function colorOf({ fields = [] }: Panel, name: string, at: number): string {
  return fields.find((field) => field.name === name)?.color ?? PALETTE[at % PALETTE.length]!;
}

/** The series of answers: of Prometheus by their names, of Postgres a column each. */
function seriesOf(panel: Panel, answers: readonly PanelAnswer[]): Series[] {
  const named = new Map<string, [number, number][]>();
  for (const { columns, rows } of answers) {
    const fromMetrics = columns[1] === 'series';
    for (const row of rows) {
      const at = row[0] as number;
      if (fromMetrics) named.getOrInsertComputed(String(row[1]), () => []).push([at, row[2] as number]);
      else
        for (let column = 1; column < columns.length; column++) {
          const value = row[column];
          if (typeof value === 'number')
            named.getOrInsertComputed(columns[column]!, () => []).push([at, value]);
        }
    }
  }
  return Array.from(named, ([name, points], at) => ({ name, color: colorOf(panel, name, at), points })).slice(
    0,
    SERIES_MAX,
  );
}

function legend(series: readonly Series[], y: number): string {
  let x = 0;
  return series
    .map(({ name, color }) => {
      const text = rect(x, y - 8, 9, 3, color) + small(x + 13, y, name);
      x += 24 + name.length * 6.2;
      return text;
    })
    .join('');
}

function timeSeries(panel: Panel, answers: readonly PanelAnswer[], width: number, height: number): string {
  const series = seriesOf(panel, answers);
  const all = series.flatMap(({ points }) => points).filter(([, value]) => Number.isFinite(value));
  if (all.length === 0) return '<text class="small" y="20">nothing</text>';
  const scale = (value: number): number =>
    panel.logarithmic === true ? Math.log10(Math.max(value, 1)) : value;
  const totals = new Map<number, number>();
  if (panel.stacked === true) {
    for (const [at, value] of all) if (value > 0) totals.set(at, (totals.get(at) ?? 0) + value);
  }
  const times = all.map(([at]) => at);
  const values = [...all.map(([, value]) => value), ...totals.values()];
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const lowest = panel.logarithmic === true ? Math.min(...values) : Math.min(0, ...values);
  const [low, high] = [scale(lowest), scale(Math.max(...values))];
  const [left, plot] = [46, height - 22];
  const x = (at: number): number => left + ((at - from) / (to - from || 1)) * (width - left - 6);
  const y = (value: number): number => plot - ((scale(value) - low) / (high - low || 1)) * (plot - 8);
  const base = panel.logarithmic === true ? Math.min(...values) : 0;
  const stacks = new Map<number, number>();
  const drawn = series.map(({ color, points }) => {
    const known = points.filter(([, value]) => Number.isFinite(value));
    if (panel.draw === 'points')
      return known
        .map(
          ([at, value]) =>
            `<circle cx="${x(at).toFixed(1)}" cy="${y(value).toFixed(1)}" r="2.5" fill="${color}"/>`,
        )
        .join('');
    if (panel.draw === 'bars')
      return known
        .map(([at, value]) => {
          const below = panel.stacked === true && value > 0 ? (stacks.get(at) ?? 0) : 0;
          if (value > 0) stacks.set(at, below + value);
          const [top, foot] = [y(Math.max(below + value, below)), y(Math.min(below + value, below))];
          return rect(x(at), top, 3, Math.max(foot - top, 0), color);
        })
        .join('');
    const line = known.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
    return `<polyline points="${line}" fill="none" stroke="${color}" stroke-width="1.3"/>`;
  });
  return [
    `<line class="axis" x1="${left}" x2="${width}" y1="${y(base)}" y2="${y(base)}"/>`,
    `<text class="small" x="0" y="12">${short(Math.max(...values))}</text>`,
    small(0, plot, short(lowest)),
    ...drawn,
    legend(series, height - 4),
  ].join('');
}

function cellText(value: string | number | null, column: string): string {
  if (value === null) return '–';
  if (typeof value === 'string') return value;
  if (value > 1e12 && /^(time|latest|.*_at)$/.test(column))
    return new Date(value).toISOString().slice(5, 16).replace('T', ' ');
  return short(value);
}

function table([answer]: readonly PanelAnswer[], width: number, height: number): string {
  if (answer === undefined) return '<text class="small" y="20">nothing</text>';
  const { columns, rows } = answer;
  const columnWidth = width / columns.length;
  const letters = Math.max(4, Math.floor(columnWidth / 6.6));
  const cut = (text: string): string => (text.length > letters ? `${text.slice(0, letters - 1)}…` : text);
  const head = columns.map((name, at) => small(at * columnWidth, 12, cut(name)));
  const lines = rows
    .slice(0, Math.floor((height - 20) / 18))
    .flatMap((row, line) =>
      row.map((value, at) => small(at * columnWidth, 32 + line * 18, cut(cellText(value, columns[at]!)))),
    );
  return [...head, ...lines].join('');
}

/** A bar a row; its numbers one above the other. */
function bars(panel: Panel, [answer]: readonly PanelAnswer[], width: number, height: number): string {
  if (answer === undefined) return '<text class="small" y="20">nothing</text>';
  const { columns, rows } = answer;
  const most = Math.max(
    ...rows.map((row) => row.slice(1).reduce<number>((sum, value) => sum + Number(value), 0)),
    1,
  );
  const [plot, step] = [height - 34, width / Math.max(rows.length, 1)];
  const drawn = rows.flatMap((row, line) => {
    let y = plot;
    const text = line % Math.ceil(60 / step) === 0 ? String(row[0]) : '';
    const label = small(line * step, plot + 13, text);
    const parts = row.slice(1).map((value, at) => {
      const tall = (Number(value) / most) * (plot - 6);
      y -= tall;
      return rect(line * step, y, Math.max(step - 3, 1), tall, colorOf(panel, columns[at + 1]!, at));
    });
    return [label, ...parts];
  });
  const series = columns.slice(1).map((name, at) => ({ name, color: colorOf(panel, name, at), points: [] }));
  return [...drawn, legend(series, height - 4)].join('');
}

/** The last value of each series, large; of few series only. */
function stats(panel: Panel, answers: readonly PanelAnswer[], width: number, height: number): string {
  const values = answers.flatMap(({ columns, rows }) => {
    if (columns[1] !== 'series') return rows.map((row) => ({ name: '', value: row[0] as number }));
    const last = new Map(rows.map((row) => [String(row[1]), row[2] as number]));
    return Array.from(last, ([name, value]) => ({ name: name === 'value' ? '' : name, value }));
  });
  const isTime = panel.unit === 'dateTimeAsIso';
  const step = width / Math.max(values.length, 1);
  return values
    .slice(0, 6)
    .map(({ name, value }, at) => {
      const text = isTime ? new Date(value).toISOString().slice(5, 16).replace('T', ' ') : short(value);
      const large = `<text class="big" x="${at * step}" y="${height / 2 + 10}">${text}</text>`;
      return large + small(at * step, height - 4, name);
    })
    .join('');
}

/** The inside of a panel as SVG, for a space of `width` by `height` pixels. */
export function chartOf(
  panel: Panel,
  answers: readonly PanelAnswer[],
  width: number,
  height: number,
): string {
  switch (panel.kind) {
    case 'timeseries':
      return timeSeries(panel, answers, width, height);
    case 'table':
      return table(answers, width, height);
    case 'barchart':
    case 'piechart':
      return bars(panel, answers, width, height);
    case 'stat':
    case 'bargauge':
      return stats(panel, answers, width, height);
    case 'logs':
      return '<text class="small" y="20">Lines of the log: Loki is not part of the tests.</text>';
  }
}
