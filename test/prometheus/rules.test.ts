// The rules hold together: every alert says what, why and what to do, and names only what spyhop exports.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CATALOGUE } from '../../src/metric-catalogue.ts';
import { allRules, definitionOf, namesIn, ROOT } from './rule-files.ts';

const rules = allRules();
const alerts = rules.filter((rule) => rule.alert !== undefined);
const recorded = new Set(rules.map(({ record }) => record));
/** Of Prometheus itself, of the labels it adds, and of Node and the process. */
const FOREIGN = /^(up|nodejs_eventloop_lag_p99_seconds|nodejs_heap_size_used_bytes|spyhop_build_info)$/;

describe('the alerts', () => {
  it('are named once each, after spyhop', () => {
    const names = alerts.map(({ alert }) => alert!);
    expect(names.filter((name) => !/^Spyhop[A-Z]\w+$/.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(20);
  });

  it.each(alerts.map((rule) => [rule.alert!, rule] as const))(
    '%s says what a tired person needs',
    (name, rule) => {
      expect(['critical', 'warning', 'info', 'none']).toContain(rule.labels?.['severity']);
      expect(rule.annotations?.['summary']).toMatch(/^[A-Z].*[.]$/);
      expect(rule.annotations?.['summary']).not.toContain('{{');
      expect(rule.annotations?.['description']).toMatch(/[.]$/);
      expect(rule.annotations?.['runbook_url']).toBe(`docs/runbooks/${name}.md`);
      expect(rule.annotations?.['dashboard_url']).toMatch(/^\/d\/spyhop-(pipeline|detection)$/);
      const runbook = readFileSync(resolve(ROOT, `docs/runbooks/${name}.md`), 'utf8');
      expect(runbook).toContain(`# ${name}\n`);
      expect(runbook).toContain(`Severity: ${rule.labels!['severity']}.`);
      for (const head of ['What it costs', 'Look', 'Do']) expect(runbook).toContain(`\n## ${head}\n`);
    },
  );

  it('have a runbook each, and no runbook is left over', () => {
    const pages = readdirSync(resolve(ROOT, 'docs/runbooks')).map((page) => page.replace(/\.md$/, ''));
    expect(pages.toSorted()).toEqual(alerts.map(({ alert }) => alert!).toSorted());
  });

  it('lead from runbook to runbook without a dead end', () => {
    for (const { alert } of alerts) {
      const page = readFileSync(resolve(ROOT, `docs/runbooks/${alert}.md`), 'utf8');
      for (const [, target] of page.matchAll(/\]\(([^)]+\.md)\)/g)) {
        expect([alert, target, existsSync(resolve(ROOT, 'docs/runbooks', target!))]).toEqual([
          alert,
          target,
          true,
        ]);
      }
    }
  });

  it('each fire, stay quiet and meet a closed market in the tests of promtool', () => {
    const names = readdirSync(resolve(ROOT, 'prometheus/tests')).flatMap((file) => {
      const text = readFileSync(resolve(ROOT, 'prometheus/tests', file), 'utf8');
      const { tests } = parse(text) as { tests: { name: string }[] };
      return tests.map(({ name }) => name);
    });
    for (const { alert } of alerts) {
      const short = alert!.replace(/^Spyhop/, '');
      // What always fires is never quiet.
      if (short !== 'Watchdog') expect(names).toContain(`${short} stays quiet`);
      expect(names).toContain(`${short} fires`);
      expect(names).toContain(`${short} while the market is closed`);
    }
  });
});

describe('every expression', () => {
  it.each(rules.map((rule) => [rule.alert ?? rule.record!, rule.expr] as const))(
    '%s names metrics, labels and values that exist',
    (_name, expr) => {
      for (const { metric, matchers } of namesIn(expr)) {
        if (FOREIGN.test(metric) || recorded.has(metric)) continue;
        const definition = definitionOf(metric);
        expect([metric, definition !== null]).toEqual([metric, true]);
        for (const { label, operator, value } of matchers) {
          if (label === 'job') continue;
          const known = definition!.labels.find(([name]) => name === label);
          expect([metric, label, known !== undefined]).toEqual([metric, label, true]);
          const values = known![1];
          if (values === null) continue;
          for (const one of operator.includes('~') ? value.split('|') : [value])
            expect(values).toContain(one);
        }
      }
    },
  );

  it('takes counters only as rates and increases', () => {
    for (const { alert, record, expr } of rules) {
      const bare = expr.replaceAll(/(rate|increase)\([^)]*\)/g, '');
      const counters = Object.entries(CATALOGUE).filter(([, { type }]) => type === 'counter');
      const used = counters.filter(([key]) => new RegExp(`spyhop_${key}\\b`).test(bare)).map(([key]) => key);
      // What a start finds in the journal is counted before anybody scrapes, so its rise is never seen.
      expect([alert ?? record, used.filter((key) => key !== 'journal_corrupt_records_total')]).toEqual([
        alert ?? record,
        [],
      ]);
    }
  });
});
