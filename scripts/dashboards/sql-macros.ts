// Grafana's macros and variables in SQL, put in as its Postgres source does it, so that panels run without Grafana.

/** What Grafana knows when it asks. */
export interface Asking {
  readonly fromMs: number;
  readonly toMs: number;
  /** The interval it would choose for the width of a panel. */
  readonly intervalMs: number;
  /** True as for a source with `timescaledb: true`: buckets are the extension's then. */
  readonly timescaledb: boolean;
  readonly variables: Readonly<Record<string, string>>;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function durationMs(text: string): number {
  const [, count = '', unit = ''] = /^'?(\d+)(ms|s|m|h|d)'?$/.exec(text.trim()) ?? [];
  const size = UNITS[unit];
  if (size === undefined) throw new RangeError(`"${text}" is no duration: write '5m'`);
  return Number(count) * size;
}

function timeGroup(column: string, ms: number, timescaledb: boolean): string {
  const seconds = ms / 1000;
  if (timescaledb) return `time_bucket('${seconds.toFixed(3)}s',${column})`;
  return `floor(extract(epoch from ${column})/${seconds})*${seconds}`;
}

/** A macro with its arguments as text. Throws a RangeError for one that Grafana does not know. */
function macro(name: string, args: readonly string[], { fromMs, toMs, timescaledb }: Asking): string {
  const [from, to] = [fromMs, toMs].map((ms) => quoted(new Date(ms).toISOString()));
  const [column = '', width = ''] = args;
  switch (name) {
    case '__time':
      return `${column} AS "time"`;
    case '__timeFilter':
      return `${column} BETWEEN ${from} AND ${to}`;
    case '__timeFrom':
      return from!;
    case '__timeTo':
      return to!;
    case '__timeGroup':
      return timeGroup(column, durationMs(width), timescaledb);
    case '__timeGroupAlias':
      return `${timeGroup(column, durationMs(width), timescaledb)} AS "time"`;
    default:
      throw new RangeError(`$${name} is no macro of Grafana's Postgres source`);
  }
}

/** SQL as it reaches Postgres. Throws a RangeError for unknown macros and variables. */
export function expandSql(sql: string, asking: Asking): string {
  const interval = `${asking.intervalMs / 1000}s`;
  const withVariables = sql
    .replaceAll('$__interval_ms', String(asking.intervalMs))
    .replaceAll('$__interval', interval)
    .replaceAll('$__searchFilter', `${asking.variables['__searchFilter'] ?? ''}%`)
    .replaceAll(/\$\{(\w+):sqlstring\}/g, (_all, name: string) => {
      const value = asking.variables[name];
      if (value === undefined) throw new RangeError(`there is no variable ${name}`);
      return quoted(value);
    });
  // As Grafana has it: an argument holds no closing bracket.
  const expanded = withVariables.replaceAll(/\$(\w+)\(([^)]*)\)/g, (_all, name: string, args: string) =>
    macro(
      name,
      args.split(',').map((arg) => arg.trim()),
      asking,
    ),
  );
  const left = /\$\{?\w+/.exec(expanded);
  if (left !== null) throw new RangeError(`${left[0]} is neither a macro nor a variable`);
  return expanded;
}
