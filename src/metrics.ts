// The registry of the metrics: parts count in plain numbers, and a scrape collects them.
import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { collectDefaultMetrics, type Gauge, Registry } from 'prom-client';
import type { Histogram } from './lib/histogram.ts';
import { type Definition, type Exemplified, type Nested, type Sample, samplesOf } from './lib/metric.ts';
import { CATALOGUE, type MetricName } from './metric-catalogue.ts';

/** What a source gives: a number or a histogram, by label values where the metric has labels; absent is 0. */
export type Reading<Name extends MetricName> = Nested<
  (typeof CATALOGUE)[Name]['labels'],
  (typeof CATALOGUE)[Name]['type'] extends 'histogram' ? Histogram : number | Exemplified
>;
/** Where the numbers come from, by metric. What has no source reads 0 from the start. */
export type MetricSources = { readonly [Name in MetricName]?: () => Reading<Name> };

/** Metrics that the registry reads itself. */
type OwnMetric =
  | 'metrics_source_errors_total'
  | 'metrics_series'
  | 'heap_limit_bytes'
  | 'event_loop_utilization_ratio';
/** A source for every metric of the catalogue: what the running service has to give. */
export type EverySource = Required<Omit<MetricSources, OwnMetric>>;

export interface MetricsSettings {
  readonly sources: MetricSources;
  /** Values of the labels that only the composition root knows: detector, route, job, kind of log line. */
  readonly values: Readonly<Record<'detector' | 'route' | 'task' | 'kind', readonly string[]>>;
  /** Labels of spyhop_build_info: version, commit. */
  readonly build: Readonly<Record<string, string>>;
}

/** A page and the media type it is in. */
export interface MetricsPage {
  readonly text: string;
  readonly media: string;
}

export interface Metrics {
  /**
   * The page that Prometheus scrapes: OpenMetrics, which alone carries exemplars, for whoever names it in `accept`,
   * and the older text format for everybody else.
   */
  page(accept?: string): Promise<MetricsPage>;
}

/** Their names end in _total although they are gauges, which breaks every rule that reads names. */
const MISNAMED = ['handles', 'requests', 'resources'].map((what) => `nodejs_active_${what}_total`);

/** What prom-client asks a registered metric for. */
interface Collected {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly Sample[];
  readonly aggregator: 'sum';
}

/** One metric as prom-client asks for it: read from its source at each scrape. */
class SourcedMetric {
  /** prom-client writes the name of the open format into it. */
  name: string;
  readonly help: string;
  readonly type: string;
  readonly #read: () => Promise<readonly Sample[]>;

  constructor(name: string, help: string, type: string, read: () => Promise<readonly Sample[]>) {
    this.name = name;
    this.help = help;
    this.type = type;
    this.#read = read;
  }

  async get(): Promise<Collected> {
    const { name, help, type } = this;
    return { name, help, type, values: await this.#read(), aggregator: 'sum' };
  }
}

/** A metric before it stands in a registry. */
interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly read: () => Promise<readonly Sample[]>;
}

/** The metrics of the process that every Node dashboard knows. */
function processFamilies(): Family[] {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  // What prom-client registers answers get(), whatever class it is of.
  const all = registry.getMetricsAsArray() as unknown as readonly (SourcedMetric & {
    readonly type: string;
  })[];
  return all.map((metric) => ({
    name: metric.name,
    help: metric.help,
    type: metric.type,
    read: async () => (await metric.get()).values,
  }));
}

/** A registry of one format; each has metrics of its own, because prom-client renames those of the open one. */
function registryOf(families: readonly Family[], media: string): Registry {
  const registry = new Registry();
  registry.setContentType(media as typeof Registry.PROMETHEUS_CONTENT_TYPE);
  for (const { name, help, type, read } of families) {
    const metric = new SourcedMetric(name, help, type, read);
    // prom-client asks a registered metric for name and get() alone; its type names the classes it offers.
    registry.registerMetric(metric as unknown as Gauge);
  }
  return registry;
}

/** Creates the metrics of one service; nothing is global. */
export function createMetrics({ sources, values, build }: MetricsSettings): Metrics {
  let sourceErrors = 0;
  let utilization = performance.eventLoopUtilization();
  const own: Pick<MetricSources, OwnMetric> = {
    metrics_source_errors_total: () => sourceErrors,
    heap_limit_bytes: () => getHeapStatistics().heap_size_limit,
    event_loop_utilization_ratio() {
      const since = utilization;
      utilization = performance.eventLoopUtilization();
      return performance.eventLoopUtilization(utilization, since).utilization;
    },
  };
  const all: Readonly<Record<string, (() => unknown) | undefined>> = { ...own, ...sources };
  const family = (name: string, { help, type }: Definition, read: () => readonly Sample[]): Family => ({
    name,
    help,
    type,
    async read() {
      try {
        return read();
      } catch {
        // Left out and counted: a 0 would be a lie, and the other metrics are worth having.
        sourceErrors++;
        return [];
      }
    },
  });
  const families = Object.entries<Definition>(CATALOGUE)
    .filter(([key]) => key !== 'metrics_series')
    .map(([key, definition]) => {
      const name = `spyhop_${key}`;
      return family(name, definition, () => samplesOf(name, definition, all[key]?.(), values));
    });
  const info = { type: 'gauge', help: 'Always 1; its labels say what runs here.', labels: [] } as const;
  const labels = { ...build, node: process.version };
  families.push(
    family('spyhop_build_info', info, () => [{ labels, value: 1 }]),
    ...processFamilies(),
  );
  const plain = registryOf(families, Registry.PROMETHEUS_CONTENT_TYPE);
  const open = registryOf(families, Registry.OPENMETRICS_CONTENT_TYPE);
  return {
    async page(accept = '') {
      const registry = accept.includes('application/openmetrics-text') ? open : plain;
      return { text: withSeriesCount(await registry.metrics()), media: registry.contentType };
    },
  };
}

/** The page with the number of its series, which nobody knows before it is written. */
function withSeriesCount(page: string): string {
  const series = page.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length + 1;
  const name = 'spyhop_metrics_series';
  const { help, type } = CATALOGUE.metrics_series;
  const end = '# EOF\n';
  const isOpen = page.endsWith(end);
  const body = isOpen ? page.slice(0, -end.length) : `${page}\n`;
  return `${body}# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${series}\n${isOpen ? end : ''}`;
}
