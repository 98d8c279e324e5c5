// Writes grafana/dashboards/*.json, and docs/dashboards.md that says what their panels mean.
import { writeFileSync } from 'node:fs';
import { DETECTION } from './dashboards/detection.ts';
import { grafanaJson } from './dashboards/grafana-json.ts';
import { MARKET } from './dashboards/market.ts';
import type { Dashboard, Panel } from './dashboards/panel.ts';
import { PIPELINE } from './dashboards/pipeline.ts';
import { UNDERLYING } from './dashboards/underlying.ts';

export const DASHBOARDS: readonly Dashboard[] = [MARKET, UNDERLYING, PIPELINE, DETECTION];

const SOURCE_NAMES = { postgres: 'Postgres', prometheus: 'Prometheus', loki: 'Loki' } as const;

function panelRow({ title, kind, description, queries }: Panel): string {
  const sources = [...new Set(queries.map(({ source }) => SOURCE_NAMES[source]))].join(', ');
  return `| ${title} | ${kind} | ${sources} | ${description} |`;
}

function dashboardsPage(): string {
  const sections = DASHBOARDS.flatMap(({ title, uid, description, sections: parts }) => [
    `## ${title}`,
    '',
    `${description} In Grafana: \`/d/${uid}\`.`,
    '',
    `![A preview of the dashboard ${title}, drawn from simulated data](previews/${uid}.svg)`,
    '',
    ...parts.flatMap((part) => [
      `**${part.title}**`,
      '',
      '| panel | kind | asks | what it shows |',
      '| --- | --- | --- | --- |',
      ...part.panels.map(panelRow),
      '',
    ]),
  ]);
  return [
    '# Dashboards',
    '',
    'Generated from scripts/dashboards by `npm run docs`; a test keeps it so. `grafana/dashboards` holds their JSON,',
    'which Grafana reads from there and does not change. Panels of the market ask Postgres as `spyhop_grafana`, which',
    'may only read; no ticker is ever a label of a metric. The pictures are previews: our own drawing of what the same',
    'queries answered over simulated data, without Grafana (`npm run previews`).',
    '',
    ...sections,
  ].join('\n');
}

/** Every file, as the code says it now; paths are of the repository. */
export function dashboardFiles(): { readonly path: string; readonly text: string }[] {
  return [
    ...DASHBOARDS.map((dashboard) => ({
      path: `grafana/dashboards/${dashboard.uid}.json`,
      text: grafanaJson(dashboard),
    })),
    { path: 'docs/dashboards.md', text: dashboardsPage() },
  ];
}

if (import.meta.main) {
  for (const { path, text } of dashboardFiles()) writeFileSync(new URL(`../${path}`, import.meta.url), text);
}
