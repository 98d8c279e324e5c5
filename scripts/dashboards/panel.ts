// Dashboards as data: what each panel asks, of whom, and what its answer means. Grafana's JSON is made of it.

/** The sources by the uids that grafana/provisioning/datasources gives them. */
export const SOURCES = {
  postgres: { type: 'grafana-postgresql-datasource', uid: 'spyhop-postgres' },
  prometheus: { type: 'prometheus', uid: 'spyhop-prometheus' },
  loki: { type: 'loki', uid: 'spyhop-loki' },
} as const;
export type SourceName = keyof typeof SOURCES;

/** What a panel asks. `legend` is Prometheus' template of a series' name. */
export interface Query {
  readonly source: SourceName;
  readonly text: string;
  readonly legend?: string;
  /** SQL: columns as they are, or a first column "time" and a number a series. */
  readonly format?: 'table' | 'time_series';
  /** PromQL: only its value now. */
  readonly instant?: boolean;
}

export type PanelKind = 'stat' | 'timeseries' | 'table' | 'barchart' | 'piechart' | 'bargauge' | 'logs';

/** How a column of a table, or a series, is shown. */
export interface Field {
  readonly name: string;
  readonly unit?: string;
  readonly color?: string;
  /** Path of a dashboard to go to from its value. */
  readonly link?: { readonly title: string; readonly url: string };
  readonly hidden?: boolean;
  /** Fills the space down to the series of this name. */
  readonly fillBelowTo?: string;
}

export interface Panel {
  readonly kind: PanelKind;
  readonly title: string;
  /** One or two sentences: what it shows, and what to make of it. */
  readonly description: string;
  readonly unit: string;
  readonly width: number;
  readonly height: number;
  readonly queries: readonly Query[];
  readonly fields?: readonly Field[];
  readonly draw?: 'line' | 'bars' | 'points';
  readonly stacked?: boolean;
  readonly logarithmic?: boolean;
  /** From what value on it is a warning, and from what on it is bad. */
  readonly warnAt?: number;
  readonly badAt?: number;
}

export interface Variable {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly query: string;
  readonly initial: string;
}

export interface Annotation {
  readonly name: string;
  readonly color: string;
  readonly query: Query;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly from: string;
  readonly to: string;
  readonly refresh: string;
  readonly variables: readonly Variable[];
  readonly annotations: readonly Annotation[];
  readonly sections: readonly { readonly title: string; readonly panels: readonly Panel[] }[];
}

/** Lines of SQL as one text, without the indentation of the code around it. */
function laidOut(text: string): string {
  const lines = text.replace(/^\n|\s+$/g, '').split('\n');
  const indents = lines
    .filter((line) => line.trim() !== '')
    .map((line) => line.length - line.trimStart().length);
  const indent = Math.min(...indents);
  return lines.map((line) => line.slice(indent)).join('\n');
}

/** SQL that gives a table. */
export function table(text: string): Query {
  return { source: 'postgres', format: 'table', text: laidOut(text) };
}

/** SQL that gives a first column "time" and a number a series. */
export function series(text: string): Query {
  return { source: 'postgres', format: 'time_series', text: laidOut(text) };
}

/** PromQL over the range of the dashboard. */
export function metric(text: string, legend = ''): Query {
  return { source: 'prometheus', text, legend };
}

/** PromQL of this moment. */
export function metricNow(text: string, legend = ''): Query {
  return { source: 'prometheus', text, legend, instant: true };
}

/** The range of a rate: wide enough for four scrapes. */
export const RATE = '$__rate_interval';

/** PromQL of the median and the 99th percentile of a histogram, by the name of its metric. */
export function percentiles(histogram: string): readonly Query[] {
  const at = (share: number): string =>
    `histogram_quantile(${share}, sum by (le) (rate(${histogram}_bucket[${RATE}])))`;
  return [metric(at(0.5), 'median'), metric(at(0.99), '99 %')];
}

/** One number, a sixth of a row wide unless `more` says otherwise. */
export function stat(
  title: string,
  description: string,
  unit: string,
  query: Query,
  more: Pick<Partial<Panel>, 'width' | 'warnAt' | 'badAt'> = {},
): Panel {
  return { kind: 'stat', title, description, unit, width: 4, height: 4, queries: [query], ...more };
}

/** Lines through the range, a third of a row wide. */
export function lines(title: string, description: string, unit: string, ...queries: readonly Query[]): Panel {
  return { kind: 'timeseries', title, description, unit, width: 8, height: 7, queries };
}

/** Rows of flow and alerts lie in partitions by New York's date: this keeps a query to those of the range. */
export const SESSIONS_IN_RANGE =
  'session_date between spyhop.new_york_date($__timeFrom()) and spyhop.new_york_date($__timeTo())';

/** The session a range ends in. */
export const SESSION_OF_RANGE =
  '(select max(session_date) from spyhop.market_flow where session_date <= spyhop.new_york_date($__timeTo()))';

export const COLORS = {
  calls: '#5794F2',
  puts: '#FF9830',
  bullish: '#73BF69',
  bearish: '#F2495C',
  band: '#8E8E8E',
  unknown: '#B0B0B0',
  observed: '#F2CC0C',
} as const;

/** Calls beside puts. */
export const CALLS_AND_PUTS: readonly Field[] = [
  { name: 'calls', color: COLORS.calls },
  { name: 'puts', color: COLORS.puts },
];

/** What was observed, over the band of the sessions before: lowest decile, median, highest decile. */
export function overBand(observed: string): readonly Field[] {
  return [
    { name: observed, color: COLORS.observed },
    { name: 'high', color: COLORS.band, fillBelowTo: 'low' },
    { name: 'median', color: COLORS.band },
    { name: 'low', color: COLORS.band },
  ];
}

/** Alerts by severity. */
export const SEVERITIES: readonly Field[] = [
  { name: 'high', color: COLORS.bearish },
  { name: 'medium', color: COLORS.puts },
  { name: 'low', color: COLORS.calls },
];
