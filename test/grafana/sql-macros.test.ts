// Macros of SQL as Grafana puts them in, with the extension for time series and without it.
import { describe, expect, it } from 'vitest';
import { type Asking, expandSql } from '../../scripts/dashboards/sql-macros.ts';
import { everyQuery } from './dashboard-files.ts';

const asking: Asking = {
  fromMs: Date.parse('2026-11-20T14:30:00Z'),
  toMs: Date.parse('2026-11-20T21:00:00Z'),
  intervalMs: 30_000,
  timescaledb: false,
  variables: { symbol: "O'NEIL" },
};

describe('macros', () => {
  it('become times, buckets and strings of SQL', () => {
    const expand = (sql: string, rest: Partial<Asking> = {}): string =>
      expandSql(sql, { ...asking, ...rest });
    expect(expand('$__timeFilter(at)')).toBe(
      "at BETWEEN '2026-11-20T14:30:00.000Z' AND '2026-11-20T21:00:00.000Z'",
    );
    expect(expand('day($__timeFrom()) $__timeTo()')).toBe(
      "day('2026-11-20T14:30:00.000Z') '2026-11-20T21:00:00.000Z'",
    );
    expect(expand("$__timeGroupAlias(at, '5m')")).toBe('floor(extract(epoch from at)/300)*300 AS "time"');
    expect(expand('$__timeGroup(at, $__interval)', { timescaledb: true })).toBe("time_bucket('30.000s',at)");
    expect(expand("$__timeGroupAlias(at,'5m')", { timescaledb: true })).toBe(
      `time_bucket('300.000s',at) AS "time"`,
    );
    expect(expand('$__time(at), $__interval_ms')).toBe('at AS "time", 30000');
    expect(expand('= ${symbol:sqlstring}')).toBe("= 'O''NEIL'");
    expect(expand("like '$__searchFilter'")).toBe("like '%'");
  });

  it('that do not exist are an error, as they are in Grafana', () => {
    for (const sql of ['$__timeEpoch(at)', '$symbol', '${other:sqlstring}', "$__timeGroup(at, 'week')"]) {
      expect(() => expandSql(sql, asking)).toThrow(RangeError);
    }
  });

  it.each(everyQuery().filter(({ target }) => target.rawSql !== undefined))(
    '$place is put in whole, with and without the extension',
    ({ target }) => {
      const plain = expandSql(target.rawSql!, asking);
      const extended = expandSql(target.rawSql!, { ...asking, timescaledb: true });
      expect(plain).not.toContain('$');
      expect(extended.includes('time_bucket')).toBe(plain.includes('floor(extract(epoch'));
    },
  );
});
