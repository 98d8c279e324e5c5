// Every SQL of the dashboards against a real Postgres with a market in it, as the role that Grafana has.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client, types } from 'pg';
import { fillPanelTables } from '../../bench/panel-tables.ts';
import { expandSql } from '../../scripts/dashboards/sql-macros.ts';
import { requireSession } from '../../src/domain/session.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { type Asked, dashboardsOnDisk, everyQuery } from './dashboard-files.ts';
import { keepResults, type PanelResult } from './panel-results.ts';

const SESSION = requireSession('2026-11-20');
/** Panels of Detection quality look at weeks, the others at a session. */
const WEEKS_MS = 30 * 86_400_000;
const ROWS_MAX = 2_000;
/** Rows of a table from which on reading all of it is a fault of the query. Alerts are told to people: they are few. */
const BIG_ROWS = 3_000;
const FEW = ['alert', 'alert_verdict'];
const SERIES_TIME = [1184, 1700, 701];
const NUMBERS = [20, 21, 23, 700, 701, 1700];
const TIMESTAMPS = [1114, 1184];

const asked = everyQuery().filter(({ target }) => target.rawSql !== undefined);

/** SQL of a panel at the close of the session, looking at SPY. */
function sqlOf({ dashboard, target }: Asked, timescaledb = false): string {
  const toMs = SESSION.midnightMs + SESSION.openMs + 6.5 * 3_600_000;
  return expandSql(target.rawSql!, {
    fromMs: dashboard === 'Detection quality' ? toMs - WEEKS_MS : SESSION.midnightMs + SESSION.openMs,
    toMs,
    intervalMs: 30_000,
    timescaledb,
    variables: { symbol: 'SPY' },
  });
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

function nodesOf(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

describe('panels that ask Postgres', () => {
  let clone: TestDatabase;
  let grafana: Client;
  let bigTables: Set<string>;
  let hasExtension = false;
  const results: PanelResult[] = [];
  beforeAll(async () => {
    clone = await cloneDatabase();
    await fillPanelTables(clone.db, {
      underlyings: 1_500,
      sessions: 5,
      date: SESSION.date,
      contractsMost: 240,
      alerts: 4_000,
    });
    const big = await clone.db.rows<{ name: string }>(
      `select relname as name from pg_class
       where relnamespace = 'spyhop'::regnamespace and relkind = 'r' and reltuples > $1 and relname <> all ($2)`,
      [BIG_ROWS, FEW],
    );
    bigTables = new Set(big.map(({ name }) => name));
    const [extension] = await clone.db.rows("select from pg_extension where extname = 'timescaledb'");
    hasExtension = extension !== undefined;
    grafana = new Client({ connectionString: clone.urlAs('spyhop_grafana') });
    await grafana.connect();
  }, 120_000);
  afterAll(async () => {
    keepResults('postgres', results);
    await grafana.end();
    await clone[Symbol.asyncDispose]();
  });

  it('run as the role that may only read', async () => {
    const { rows } = await grafana.query('select current_user, current_setting($1) as read_only', [
      'transaction_read_only',
    ]);
    expect(rows).toEqual([{ current_user: 'spyhop_grafana', read_only: 'on' }]);
    expect(bigTables).toContain('flow_20261120');
    expect(bigTables).toContain('day_summary_20261120');
    expect(bigTables).toContain('underlying_day');
  });

  it.each(asked)('$place has an answer of the right columns', async (query) => {
    const answer = await grafana.query({ text: sqlOf(query), rowMode: 'array' });
    expect(answer.rows.length).toBeGreaterThan(0);
    expect(answer.rows.length).toBeLessThanOrEqual(ROWS_MAX);
    const [first, ...others] = answer.fields;
    const { kind, target } = query;
    if (target.format === 'time_series') {
      expect([first!.name, SERIES_TIME.includes(first!.dataTypeID)]).toEqual(['time', true]);
      expect(others.filter(({ dataTypeID }) => !NUMBERS.includes(dataTypeID))).toEqual([]);
      expect(others.length).toBeGreaterThan(0);
    }
    if (kind === 'stat') {
      expect(answer.rows).toHaveLength(1);
      expect(answer.fields.map(({ dataTypeID }) => NUMBERS.includes(dataTypeID))).toEqual([true]);
    }
    if (kind === 'barchart' || kind === 'piechart') {
      expect(first!.dataTypeID).toBe(types.builtins.TEXT);
      expect(others.filter(({ dataTypeID }) => !NUMBERS.includes(dataTypeID))).toEqual([]);
    }
    expect(
      answer.rows.some((row: unknown[]) =>
        row.slice(kind === 'stat' ? 0 : 1).some((value) => value !== null),
      ),
    ).toBe(true);
    const numbers = answer.fields.map(({ dataTypeID }) => NUMBERS.includes(dataTypeID));
    const times = answer.fields.map(({ dataTypeID }) => TIMESTAMPS.includes(dataTypeID));
    results.push({
      dashboard: query.dashboard,
      panel: query.panel,
      refId: target.refId,
      columns: answer.fields.map(({ name }) => name),
      rows: answer.rows.map((row: unknown[]) =>
        row.map((value, at) => {
          if (value === null) return null;
          if (times[at]) return (value as Date).getTime();
          // An epoch in seconds is what a bucket is without the extension.
          if (numbers[at]) return Number(value) * (at === 0 && target.format === 'time_series' ? 1000 : 1);
          return value instanceof Date ? value.toISOString().slice(0, 10) : (value as string);
        }),
      ),
    });
  });

  it.each(asked)('$place reads no big table from end to end', async (query) => {
    const { rows } = await grafana.query(`explain (format json) ${sqlOf(query)}`);
    const [{ Plan: plan }] = rows[0]['QUERY PLAN'] as [{ Plan: PlanNode }];
    const scans = nodesOf(plan).filter((node) => node['Node Type'] === 'Seq Scan');
    expect(scans.map((node) => node['Relation Name']).filter((name) => bigTables.has(name!))).toEqual([]);
  });

  it.each(['flow_band($$SPY$$, $$2026-11-20$$, 20)', 'market_band($$2026-11-20$$, 20)'])(
    '%s, which plans its own queries, stays within its sessions',
    async (call) => {
      // Buffers say what was read whatever the plan: 20 sessions of one underlying are a few pages each.
      const { rows } = await grafana.query(
        `explain (analyze, buffers, format json) select * from spyhop.${call}`,
      );
      const [{ Plan: plan }] = rows[0]['QUERY PLAN'] as [{ Plan: Record<string, number> }];
      expect(plan['Shared Hit Blocks']! + plan['Shared Read Blocks']!).toBeLessThan(1_500);
      expect(plan['Actual Rows']).toBe(81);
    },
  );

  it.each(asked)('$place says the same where TimescaleDB makes the buckets', async (query) => {
    const extended = sqlOf(query, true);
    if (!extended.includes('time_bucket')) return expect(extended).toBe(sqlOf(query));
    // Without the extension the statement can be read, and lacks nothing but its function.
    if (!hasExtension) return expect(grafana.query(extended)).rejects.toMatchObject({ code: '42883' });
    const [plain, buckets] = [await grafana.query(sqlOf(query)), await grafana.query(extended)];
    return expect(buckets.rows.length).toBe(plain.rows.length);
  });

  it('find a symbol by its beginning, and never all of them', async () => {
    const [variable] = dashboardsOnDisk().flatMap(({ templating }) => templating.list);
    const search = async (typed: string): Promise<string[]> => {
      const asking = {
        fromMs: 0,
        toMs: 0,
        intervalMs: 0,
        timescaledb: false,
        variables: { __searchFilter: typed },
      };
      const { rows } = await grafana.query<{ symbol: string }>(expandSql(variable!.query, asking));
      return rows.map(({ symbol }) => symbol);
    };
    expect(await search('sp')).toEqual(['SPY']);
    expect(await search('')).toHaveLength(200);
    expect(await search('NOBODY')).toEqual([]);
  });

  it('take a symbol for what it is, whatever is typed', async () => {
    const hostile = "'; drop table spyhop.alert; --";
    for (const query of asked.filter(({ target }) => target.rawSql!.includes('${symbol'))) {
      const toMs = SESSION.midnightMs + SESSION.closeMs;
      const asking = {
        fromMs: toMs - WEEKS_MS,
        toMs,
        intervalMs: 1000,
        timescaledb: false,
        variables: { symbol: hostile },
      };
      await expect(grafana.query(expandSql(query.target.rawSql!, asking))).resolves.toBeDefined();
    }
  });
});
