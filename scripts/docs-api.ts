// Writes the pages of docs that repeat code: the API, its OpenAPI document, the metrics and the kinds of log lines.
import { writeFileSync } from 'node:fs';
import {
  type OpenApiDocument,
  openApiOf,
  type OpenApiOperation,
  type OpenApiParameter,
} from '../src/api/openapi.ts';
import { PROBLEMS } from '../src/api/problem.ts';
import { RESOURCES } from '../src/api/routes.ts';
import type { Definition } from '../src/lib/metric.ts';
import { LINES_PER_MINUTE_MAX, LOG_KINDS } from '../src/log.ts';
import { CATALOGUE } from '../src/metric-catalogue.ts';
import { limitsPage } from './limits-page.ts';
import packageJson from '../package.json' with { type: 'json' };

export interface Page {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly text: string;
}

const HOW = 'Written by `npm run docs`; a test fails when it is not what the code says.';

function exampleOf(path: string, parameters: readonly OpenApiParameter[]): string {
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const filled = inPath.reduce((url, { name, example }) => url.replace(`{${name}}`, String(example)), path);
  const query = parameters.find((parameter) => parameter.in === 'query');
  return query === undefined ? filled : `${filled}?${query.name}=${String(query.example)}`;
}

function operationLines(method: 'GET' | 'PUT', path: string, operation: OpenApiOperation): string[] {
  const { summary, description = '', parameters } = operation;
  const lines = ['', `## \`${method} ${path}\``, '', `${summary} ${description}`.trim()];
  if (parameters.length > 0) lines.push('');
  for (const parameter of parameters) {
    const place = parameter.in === 'path' ? 'in the address' : parameter.required ? 'needed' : 'optional';
    lines.push(`- \`${parameter.name}\` (${place}): ${parameter.description}`);
  }
  const how = method === 'GET' ? '' : `-X ${method} `;
  lines.push('', '```sh', `curl ${how}'http://127.0.0.1:4680${exampleOf(path, parameters)}'`, '```');
  return lines;
}

function apiPage({ info, paths }: OpenApiDocument): string {
  const lines = [
    '# The API',
    '',
    `${HOW} The same for machines: [openapi.json](openapi.json), which the service gives at \`/openapi.json\`, and`,
    'as a page at `/docs`.',
    '',
    info.description,
    '',
    'It listens on 127.0.0.1:4680. Another address is refused unless a token is configured, which every request but',
    'those for `/`, `/docs`, `/openapi.json` and `/health/live` then carries as `Authorization: Bearer TOKEN`.',
  ];
  for (const [path, { get, put }] of Object.entries(paths)) {
    lines.push(...operationLines('GET', path, get));
    if (put !== undefined) lines.push(...operationLines('PUT', path, put));
  }
  lines.push(
    '',
    '## Problems',
    '',
    'Every error is `application/problem+json` with `type`, `title`, `status`, `detail` and `requestId`.',
    '',
  );
  for (const [name, { status, title }] of Object.entries(PROBLEMS)) {
    lines.push(`- \`${name}\` (${status}): ${title}.`);
  }
  return `${lines.join('\n')}\n`;
}

/** Headings of the metrics' page, and the first words of the names under each. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  Feed: ['feed'],
  'Stages and queues': ['stage', 'queue', 'watermark', 'late', 'duplicate', 'clock', 'events'],
  Storage: ['sink', 'journal', 'disk', 'db'],
  Actors: ['actor', 'actors'],
  Alerts: ['alert', 'alerts', 'budget'],
  'Baselines and jobs': ['baseline', 'job'],
  'The API': ['http', 'stream'],
  'The log': ['log'],
  'Market and process': ['market', 'heap', 'event', 'metrics'],
};

/** Where the values of an open label come from. */
const OPEN_LABELS: Readonly<Record<string, string>> = {
  detector: 'the detectors',
  route: 'the addresses of the API, or `none`',
  task: 'the jobs',
  kind: 'the [kinds of log lines](logs.md)',
};

function metricLine(name: string, { type, help, labels }: Definition): string {
  const by = labels.map(([label, values]) => {
    const known = values?.map((value) => `\`${value}\``).join(', ') ?? OPEN_LABELS[label];
    return ` By \`${label}\`: ${known}.`;
  });
  return `- \`spyhop_${name}\` (${type}): ${help}${by.join('')}`;
}

function metricsPage(): string {
  const lines = [
    '# The metrics',
    '',
    `${HOW} They are served at \`/metrics\` in the text format of`,
    'Prometheus: fewer than a thousand series, however many underlyings are watched, because no label is a ticker.',
    'Every series stands there with 0 from the start; times are seconds since 1970, so that `time() - x` is an age.',
  ];
  const all = Object.entries<Definition>(CATALOGUE);
  const grouped = new Set(Object.values(GROUPS).flat());
  const stray = all.find(([name]) => !grouped.has(name.split('_')[0]!));
  if (stray !== undefined) throw new Error(`no heading for ${stray[0]}: give its first word one in GROUPS`);
  for (const [heading, words] of Object.entries(GROUPS)) {
    lines.push('', `## ${heading}`, '');
    const members = all.filter(([name]) => words.includes(name.split('_')[0]!));
    for (const [name, definition] of members) lines.push(metricLine(name, definition));
  }
  lines.push(
    '',
    'Besides them: `spyhop_build_info`, whose labels say what runs, and the `process_…` and `nodejs_…` metrics that',
    'every Node dashboard knows.',
  );
  return `${lines.join('\n')}\n`;
}

function logsPage(): string {
  const lines = [
    '# The log',
    '',
    `${HOW} One JSON object a line on standard error: \`level\`, \`time\``,
    '(UTC), `kind`, the fields of the kind, and `msg`, its sentence. Nothing is logged per print. Keys, tokens and',
    `passwords are blotted out. A kind that comes more than ${LINES_PER_MINUTE_MAX} times a minute is held back; its`,
    'next line says how often in `suppressed`.',
    '',
  ];
  for (const [kind, { level, sentence, fields }] of Object.entries(LOG_KINDS)) {
    const named = Object.entries<string>(fields).map(([field, holds]) => `\`${field}\` (${holds})`);
    lines.push(`- \`${kind}\` (${level}): ${sentence} ${named.join(', ')}.`);
  }
  return `${lines.join('\n')}\n`;
}

/** Every page, as the code says it now. */
export function pages(): Page[] {
  const openApi = openApiOf(RESOURCES, packageJson.version);
  return [
    { path: 'docs/api.md', text: apiPage(openApi) },
    { path: 'docs/limits.md', text: limitsPage(HOW) },
    { path: 'docs/logs.md', text: logsPage() },
    { path: 'docs/metrics.md', text: metricsPage() },
    { path: 'docs/openapi.json', text: `${JSON.stringify(openApi, null, 2)}\n` },
  ];
}

if (import.meta.main) {
  for (const { path, text } of pages()) writeFileSync(new URL(`../${path}`, import.meta.url), text);
}
