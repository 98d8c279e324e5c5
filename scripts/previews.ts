// Draws docs/previews/*.svg: each dashboard in its grid, from what Postgres and Prometheus answered in the tests.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Dashboard } from './dashboards/panel.ts';
import { chartOf, type PanelAnswer } from './dashboards/preview-charts.ts';
import { COLUMNS, Layout } from './dashboards/layout.ts';
import { DASHBOARDS } from './docs-dashboards.ts';

const CELL_WIDTH = 50;
const CELL_HEIGHT = 30;
const GAP = 4;
const HEAD = 64;
const STYLE = `text{font-family:Inter,Helvetica,Arial,sans-serif;fill:#ccccdc}
.title{font-size:13px;font-weight:600}.small{font-size:11px;fill:#9d9da8}.head{font-size:18px;font-weight:600}
.big{font-size:26px;font-weight:600;fill:#73bf69}.panel{fill:#181b1f;stroke:#2c3036}.axis{stroke:#2c3036}`;

function readAnswers(): Map<string, PanelAnswer[]> {
  const found = new Map<string, PanelAnswer[]>();
  for (const source of ['postgres', 'prometheus']) {
    const path = new URL(`../out/panel-results/${source}.json`, import.meta.url);
    for (const answer of JSON.parse(readFileSync(path, 'utf8')) as PanelAnswer[]) {
      found.getOrInsertComputed(`${answer.dashboard}/${answer.panel}`, () => []).push(answer);
    }
  }
  return found;
}

/** Text as it may stand in XML. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function drawDashboard(dashboard: Dashboard, answers: ReadonlyMap<string, readonly PanelAnswer[]>): string {
  const layout = new Layout();
  const parts: string[] = [];
  let bottom = 0;
  for (const { title, panels } of dashboard.sections) {
    const y = HEAD + layout.section() * CELL_HEIGHT;
    parts.push(`<text class="title" x="8" y="${y + 20}">${escaped(title)}</text>`);
    for (const panel of panels) {
      const place = layout.place(panel);
      const [x, top] = [place.x * CELL_WIDTH + GAP, HEAD + place.y * CELL_HEIGHT + GAP];
      const [width, height] = [place.w * CELL_WIDTH - 2 * GAP, place.h * CELL_HEIGHT - 2 * GAP];
      const chart = chartOf(
        panel,
        answers.get(`${dashboard.title}/${panel.title}`) ?? [],
        width - 16,
        height - 34,
      );
      parts.push(
        `<svg x="${x}" y="${top}" width="${width}" height="${height}">`,
        `<rect class="panel" width="${width}" height="${height}" rx="3"/>`,
        `<text class="title" x="8" y="17">${escaped(panel.title)}</text>`,
        `<svg x="8" y="26" width="${width - 16}" height="${height - 34}">${chart}</svg></svg>`,
      );
      bottom = Math.max(bottom, top + height + 2 * GAP);
    }
  }
  const width = COLUMNS * CELL_WIDTH;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${bottom}" viewBox="0 0 ${width} ${bottom}">`,
    `<style>${STYLE}</style><rect width="${width}" height="${bottom}" fill="#111217"/>`,
    `<text class="head" x="8" y="28">${escaped(dashboard.title)}</text>`,
    '<text class="small" x="8" y="48">A preview, not Grafana: our own drawing of what the queries answered over',
    ' simulated data.</text>',
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

const results = readAnswers();
const folder = new URL('../docs/previews/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const dashboard of DASHBOARDS) {
  writeFileSync(new URL(`${dashboard.uid}.svg`, folder), drawDashboard(dashboard, results));
}
