// What the service tells of itself: whether it lives and is ready, its metrics, and its own description.
import { docsPage, entryPage, HTML_MEDIA } from './docs-page.ts';
import { HEALTH_PARTS, type HealthPart } from './ports.ts';
import { ref, type Resource, resource } from './resource.ts';

const NOTHING = {};

/** The parts in a fixed order; one that nobody speaks for is not ready. */
function allParts(said: readonly HealthPart[]): HealthPart[] {
  return HEALTH_PARTS.map((part) => {
    const found = said.find((one) => one.part === part);
    return found ?? { part, ready: false, sentence: `Nothing is known of the ${part} yet.`, since: null };
  });
}

const live = resource({
  path: '/health/live',
  operation: 'isLive',
  group: 'service',
  sentence: 'Answers while the process can answer at all.',
  parameters: NOTHING,
  media: 'application/json',
  schema: { type: 'object', properties: { status: { const: 'live' } }, required: ['status'] },
  asksStore: false,
  open: true,
  answer: () => ({ json: { status: 'live' } }),
});

const ready = resource({
  path: '/health/ready',
  operation: 'isReady',
  group: 'service',
  sentence: 'Whether every part works: 200 when it does, else 503, with each part in a sentence.',
  parameters: NOTHING,
  media: 'application/json',
  schema: ref('Readiness'),
  asksStore: false,
  unready: true,
  async answer(_values, { ports }) {
    const parts = allParts(await ports.health());
    const isReady = parts.every((part) => part.ready);
    const shown = parts.map(({ part, ready, sentence, since }) => ({ part, ready, sentence, since }));
    return {
      json: { status: isReady ? 'ready' : 'not ready', parts: shown },
      status: isReady ? 200 : 503,
    };
  },
});

const metrics = resource({
  path: '/metrics',
  scope: 'metrics',
  operation: 'getMetrics',
  group: 'service',
  sentence: 'The metrics, in the text format of Prometheus.',
  parameters: NOTHING,
  media: 'text/plain',
  schema: { type: 'string' },
  asksStore: false,
  answer: async (_values, { ports, accept }) => ports.metrics.page(accept),
});

const openApi = resource({
  path: '/openapi.json',
  operation: 'getOpenApi',
  group: 'service',
  sentence: 'This description, for machines.',
  parameters: NOTHING,
  media: 'application/json',
  schema: { type: 'object' },
  asksStore: false,
  cheap: true,
  open: true,
  answer: (_values, { openApi: document }) => ({ json: document }),
});

const docs = resource({
  path: '/docs',
  operation: 'getDocs',
  group: 'service',
  sentence: 'This description, for people.',
  parameters: NOTHING,
  media: 'text/html',
  schema: { type: 'string' },
  asksStore: false,
  cheap: true,
  open: true,
  answer: (_values, { openApi: document }) => ({ text: docsPage(document), media: HTML_MEDIA }),
});

const entry = resource({
  path: '/',
  operation: 'getEntry',
  group: 'service',
  sentence: 'A page that links the others.',
  parameters: NOTHING,
  media: 'text/html',
  schema: { type: 'string' },
  asksStore: false,
  cheap: true,
  open: true,
  answer: (_values, { openApi: document }) => ({ text: entryPage(document), media: HTML_MEDIA }),
});

const rules = resource({
  path: '/v1/rules',
  operation: 'listRules',
  group: 'alerts',
  sentence: 'The rules at work, as alerts name them: a change of a rule changes its hash.',
  parameters: NOTHING,
  media: 'application/json',
  schema: ref('Rules'),
  rowSchema: 'Rule',
  asksStore: false,
  answer(_values, { ports }) {
    const items = (ports.rules?.() ?? []).map(({ detector, id, hash }) => ({ detector, id, hash }));
    return { json: { items }, rows: items };
  },
});

const jobs = resource({
  path: '/v1/jobs',
  operation: 'listJobs',
  group: 'service',
  sentence: 'The jobs that ran since the service started, by name.',
  parameters: NOTHING,
  media: 'application/json',
  schema: ref('Jobs'),
  rowSchema: 'Job',
  asksStore: false,
  answer(_values, { ports }) {
    const items = (ports.jobs?.() ?? []).map(({ job, ok, failed, lastSuccessMs, lastDurationMs }) => ({
      job,
      ok,
      failed,
      lastSuccess: lastSuccessMs === 0 ? null : new Date(lastSuccessMs).toISOString(),
      lastDurationMs: Math.round(lastDurationMs),
    }));
    return { json: { items }, rows: items };
  },
});

export const SERVICE_RESOURCES: readonly Resource[] = [
  entry,
  docs,
  openApi,
  live,
  ready,
  metrics,
  rules,
  jobs,
];
