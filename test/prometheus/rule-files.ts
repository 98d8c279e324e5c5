// The rule files as the tests see them: alerts and recordings, and every metric and label that their expressions name.
import { readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { CATALOGUE } from '../../src/metric-catalogue.ts';
import type { Definition } from '../../src/lib/metric.ts';

export const ROOT = resolve(import.meta.dirname, '../..');
export const RULES = resolve(ROOT, 'prometheus/rules');

export interface Rule {
  readonly file: string;
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Omit<Rule, 'file'>[] }[];
}

/** Every rule of the folder. */
export function allRules(): Rule[] {
  return readdirSync(RULES).flatMap((file) => {
    const { groups } = parse(readFileSync(resolve(RULES, file), 'utf8')) as RuleFile;
    return groups.flatMap(({ rules }) => rules.map((rule) => ({ ...rule, file })));
  });
}

/** A metric that an expression names, with the labels and values it asks for. */
export interface Named {
  readonly metric: string;
  readonly matchers: readonly { readonly label: string; readonly operator: string; readonly value: string }[];
}

/** What an expression names. Throws with the place where it is not PromQL. */
export function namesIn(expr: string): Named[] {
  const tree = parser.parse(expr);
  const named: Named[] = [];
  tree.iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`not PromQL at character ${node.from}: ${expr}`);
      if (node.name !== 'VectorSelector') return;
      const text = expr.slice(node.from, node.to);
      const [, metric = '', inside = ''] = /^([\w:]*)\s*(?:\{([\s\S]*)\})?/.exec(text) ?? [];
      const matchers = Array.from(inside.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g), (match) => ({
        label: match[1]!,
        operator: match[2]!,
        value: match[3]!,
      }));
      named.push({ metric, matchers });
    },
  });
  return named;
}

/** The definition of a series by its name, those of a histogram's parts included. */
export function definitionOf(series: string): Definition | null {
  const key = series.replace(/^spyhop_/, '');
  const known: Readonly<Record<string, Definition>> = CATALOGUE;
  const stem = key.replace(/_(bucket|sum|count)$/, '');
  const found = known[key] ?? (known[stem]?.type === 'histogram' ? known[stem] : undefined);
  return found ?? null;
}
