// Every PromQL of the dashboards asked of a Prometheus that scrapes a running service.
import { everyQuery } from './dashboard-files.ts';
import type { PanelResult } from './panel-results.ts';

/** What Prometheus made of a query. */
export interface Answered {
  readonly place: string;
  readonly kind: string;
  readonly error: string | null;
  readonly warnings: readonly string[];
  readonly series: number;
  /** Values that are numbers: a quantile of nothing is none. */
  readonly numbers: number;
  readonly result: PanelResult;
}

interface RangeAnswer {
  readonly status: string;
  readonly error?: string;
  readonly warnings?: readonly string[];
  readonly data?: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly values: readonly (readonly [number, string])[];
    }[];
  };
}

/** The name of a series by Grafana's template. */
function legendOf(template: string, metric: Readonly<Record<string, string>>): string {
  const name = template.replaceAll(/\{\{(\w+)\}\}/g, (_all, label: string) => metric[label] ?? '');
  return name === '' ? 'value' : name;
}

/** Asks every panel and annotation over the last `seconds`, with a window that fits a scrape a second. */
export async function askEveryPanel(prometheusUrl: string, seconds: number): Promise<Answered[]> {
  const end = Date.now() / 1000;
  const asked = everyQuery().filter(({ target }) => target.datasource.type === 'prometheus');
  return Promise.all(
    asked.map(async ({ place, kind, dashboard, panel, target }) => {
      const query = target.expr!.replaceAll('$__rate_interval', '10s');
      const range = new URLSearchParams({
        query,
        start: String(end - seconds),
        end: String(end),
        step: '1',
      });
      const answer = (await (
        await fetch(`${prometheusUrl}/api/v1/query_range?${range.toString()}`)
      ).json()) as RangeAnswer;
      const found = answer.data?.result ?? [];
      const { legendFormat = '' } = target as { legendFormat?: string };
      return {
        place,
        kind,
        error: answer.status === 'success' ? null : (answer.error ?? answer.status),
        warnings: answer.warnings ?? [],
        series: found.length,
        numbers: found.flatMap(({ values }) => values).filter(([, value]) => Number.isFinite(Number(value)))
          .length,
        result: {
          dashboard,
          panel,
          refId: target.refId,
          columns: ['time', 'series', 'value'],
          rows: found.flatMap(({ metric, values }) =>
            values.map(([at, value]) => [at * 1000, legendOf(legendFormat, metric), Number(value)]),
          ),
        },
      };
    }),
  );
}
