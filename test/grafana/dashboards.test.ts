// The dashboards hold together: as generated, readable, and asking only for what exists.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { dashboardFiles } from '../../scripts/docs-dashboards.ts';
import { CATALOGUE } from '../../src/metric-catalogue.ts';
import { allRules, definitionOf, namesIn, ROOT } from '../prometheus/rule-files.ts';
import { dashboardsOnDisk, everyQuery, type PanelFile } from './dashboard-files.ts';

const dashboards = dashboardsOnDisk();
const panels = dashboards.flatMap((dashboard) =>
  dashboard.panels.map((panel) => ({ name: `${dashboard.title}: ${panel.title}`, panel })),
);
const charts = panels.filter(({ panel }) => panel.type !== 'row');
const promql = everyQuery().flatMap(({ place, target }) =>
  target.expr !== undefined && target.datasource.type === 'prometheus' ? [[place, target.expr] as const] : [],
);
const recorded = new Set(allRules().map(({ record }) => record));
/** Of Prometheus, of Node and of the process: the test over a running service sees whether they exist. */
const FOREIGN = /^(ALERTS|(nodejs|process)_\w+)$/;

/** Variables as Grafana would have put them in. */
const withVariables = (expr: string): string =>
  expr.replaceAll('$__rate_interval', '1m').replaceAll('$__interval', '15s').replaceAll('$__range', '1h');

describe('the files', () => {
  it.each(dashboardFiles())('$path is as the code says: npm run docs writes it', ({ path, text }) => {
    expect(readFileSync(resolve(ROOT, path), 'utf8')).toBe(text);
  });

  it('are four dashboards in the classic schema, with fixed uids, that nobody edits in place', () => {
    expect(dashboards.map(({ uid }) => uid)).toEqual([
      'spyhop-detection',
      'spyhop-market',
      'spyhop-pipeline',
      'spyhop-underlying',
    ]);
    for (const { id, schemaVersion, editable, timezone } of dashboards) {
      expect([id, schemaVersion, editable, timezone]).toEqual([undefined, 42, false, 'America/New_York']);
    }
  });

  it('are found by Grafana where compose mounts them', () => {
    const provider = parse(
      readFileSync(resolve(ROOT, 'grafana/provisioning/dashboards/spyhop.yml'), 'utf8'),
    ) as {
      providers: { options: { path: string }; allowUiUpdates: boolean; disableDeletion: boolean }[];
    };
    const compose = parse(readFileSync(resolve(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
      services: { grafana: { volumes: string[] } };
    };
    for (const { options, allowUiUpdates, disableDeletion } of provider.providers) {
      expect(compose.services.grafana.volumes).toContain(`./grafana/dashboards:${options.path}:ro`);
      expect([allowUiUpdates, disableDeletion]).toEqual([false, true]);
    }
  });

  it('are where the alerts send people', () => {
    const uids = new Set(dashboards.map(({ uid }) => `/d/${uid}`));
    const wanted = allRules().flatMap(({ annotations }) => annotations?.['dashboard_url'] ?? []);
    expect(wanted.filter((url) => !uids.has(url))).toEqual([]);
    const links = dashboards.flatMap((one) => JSON.stringify(one).match(/\/d\/[\w-]+/g) ?? []);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((url) => !uids.has(url))).toEqual([]);
  });

  it('have a preview each, which says that it is one', () => {
    for (const { uid } of dashboards) {
      const path = resolve(ROOT, `docs/previews/${uid}.svg`);
      expect([uid, existsSync(path)]).toEqual([uid, true]);
      expect(readFileSync(path, 'utf8')).toContain('A preview, not Grafana');
    }
  });
});

function overlaps(a: PanelFile['gridPos'], b: PanelFile['gridPos']): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

describe('the panels', () => {
  it.each(dashboards)(
    'of $title have numbers of their own and do not cover each other',
    ({ panels: all }) => {
      expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
      const titles = all.filter(({ type }) => type !== 'row').map(({ title }) => title);
      expect(titles.filter((title, at) => titles.indexOf(title) !== at)).toEqual([]);
      expect(all.filter(({ gridPos: { x, w } }) => x < 0 || x + w > 24)).toEqual([]);
      const pairs = all.flatMap((a, at) => all.slice(at + 1).map((b) => [a, b] as const));
      expect(
        pairs.filter(([a, b]) => overlaps(a.gridPos, b.gridPos)).map(([a, b]) => [a.title, b.title]),
      ).toEqual([]);
    },
  );

  it.each(charts)(
    '$name says what it shows, in which unit, and asks a source that is provisioned',
    ({ panel }) => {
      const { datasources } = parse(
        readFileSync(resolve(ROOT, 'grafana/provisioning/datasources/spyhop.yml'), 'utf8'),
      ) as { datasources: { uid: string; type: string }[] };
      const known = datasources.map(({ uid, type }) => ({ type, uid }));
      expect(panel.title).toMatch(/^[A-Z]/);
      expect(panel.description).toMatch(/^(\d|[A-Z]).*[.]$/);
      expect(panel.fieldConfig?.defaults.unit).toMatch(/\w/);
      expect(panel.targets!.length).toBeGreaterThan(0);
      expect(new Set(panel.targets!.map(({ refId }) => refId)).size).toBe(panel.targets!.length);
      for (const { datasource } of [panel, ...panel.targets!]) expect(known).toContainEqual(datasource);
    },
  );

  it('of the market ask Postgres, and no metric is asked for a ticker', () => {
    for (const { dashboard, target } of everyQuery()) {
      if (!/^(Market|Underlying)$/.test(dashboard)) continue;
      expect(target.datasource.uid).toBe('spyhop-postgres');
    }
    expect(promql.filter(([, expr]) => /underlying|ticker|symbol|contract=/.test(expr))).toEqual([]);
  });

  it('find one symbol among all by asking the database', () => {
    const [variable] = dashboards.find(({ uid }) => uid === 'spyhop-underlying')!.templating.list;
    expect(variable).toMatchObject({
      name: 'symbol',
      multi: false,
      includeAll: false,
      allowCustomValue: true,
    });
    expect(variable!.query).toContain("ilike '$__searchFilter'");
    expect(variable!.query).toMatch(/limit 200$/);
  });

  it('quote the symbol as a string of SQL wherever it stands', () => {
    for (const { target, place } of everyQuery()) {
      const uses = (target.rawSql ?? '').match(/\$\{?symbol[^}]*\}?/g) ?? [];
      expect([place, uses.filter((use) => use !== '${symbol:sqlstring}')]).toEqual([place, []]);
    }
  });
});

describe('every expression', () => {
  it.each(promql)('of %s names metrics, labels and values that exist', (_place, expr) => {
    for (const { metric, matchers } of namesIn(withVariables(expr))) {
      if (FOREIGN.test(metric) || recorded.has(metric)) continue;
      const definition = definitionOf(metric);
      expect([metric, definition !== null]).toEqual([metric, true]);
      for (const { label, operator, value } of matchers) {
        if (label === 'job') continue;
        const known = definition!.labels.find(([name]) => name === label);
        expect([metric, label, known !== undefined]).toEqual([metric, label, true]);
        const values = known![1];
        if (values !== null)
          for (const one of operator.includes('~') ? value.split('|') : [value])
            expect(values).toContain(one);
      }
    }
  });

  it.each(promql)('of %s takes counters as rates over the interval Grafana chooses', (_place, expr) => {
    const bare = expr.replaceAll(/(rate|increase)\([^)]*\)/g, '');
    const counters = Object.entries(CATALOGUE).filter(([, { type }]) => type !== 'gauge');
    expect(counters.filter(([key]) => new RegExp(`\\bspyhop_${key}`).test(bare)).map(([key]) => key)).toEqual(
      [],
    );
    for (const [, window] of expr.matchAll(/\[([^\]]*)\]/g)) expect(window).toBe('$__rate_interval');
  });
});

describe('every metric', () => {
  it('is looked at by a rule or a dashboard, or is listed with the reason why not', () => {
    const asked = [...allRules().map(({ expr }) => expr), ...promql.map(([, expr]) => withVariables(expr))];
    const used = new Set(
      asked.flatMap((expr) => namesIn(expr).map(({ metric }) => metric.replace(/_(bucket|sum|count)$/, ''))),
    );
    const { deliberate } = parse(readFileSync(resolve(ROOT, 'prometheus/deliberate.yml'), 'utf8')) as {
      deliberate: Readonly<Record<string, string>>;
    };
    const exported = [...Object.keys(CATALOGUE).map((key) => `spyhop_${key}`), 'spyhop_build_info'];
    const unused = exported.filter((name) => !used.has(name));
    expect(unused.toSorted()).toEqual(Object.keys(deliberate).toSorted());
    for (const reason of Object.values(deliberate)) expect(reason).toMatch(/^[A-Z].{20,}[.]$/);
  });
});
