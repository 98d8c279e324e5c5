// The metrics: every series from the start, none for a ticker, and a page that the linters of Prometheus accept.
import { describe, expect, test } from 'vitest';
import { Histogram } from '../src/lib/histogram.ts';
import { CATALOGUE } from '../src/metric-catalogue.ts';
import { createMetrics, type MetricSources } from '../src/metrics.ts';

const DETECTORS = ['threshold', 'surprise', 'sweep'];
const ROUTES = Array.from({ length: 20 }, (_, at) => `/v1/route/${at}`);
const JOBS = ['baseline', 'intake', 'retention', 'settlement'];
const KINDS = Array.from({ length: 60 }, (_, at) => `kind ${at}`);

function metricsOver(sources: MetricSources = {}) {
  return createMetrics({
    sources,
    values: { detector: DETECTORS, route: ROUTES, task: JOBS, kind: KINDS },
    build: { version: '0.1.0' },
  });
}

async function pageOver(sources: MetricSources = {}): Promise<string> {
  return (await metricsOver(sources).page()).text;
}

interface Family {
  readonly help: string;
  readonly type: string;
  readonly samples: { readonly name: string; readonly labels: string; readonly value: number }[];
}

/** Reads the text format strictly: HELP, then TYPE, then the samples of that family. */
function parse(page: string): Map<string, Family> {
  const families = new Map<string, Family>();
  const helps = new Map<string, string>();
  let current = '';
  for (const line of page.split('\n').filter(Boolean)) {
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (comment?.[1] === 'HELP') helps.set(comment[2]!, comment[3]!);
    else if (comment?.[1] === 'TYPE') {
      current = comment[2]!;
      expect([...families.keys()]).not.toContain(current);
      families.set(current, { help: helps.get(current) ?? '', type: comment[3]!, samples: [] });
    } else {
      const sample = /^([a-z_][a-z0-9_]*)(\{[^}]*\})? (\S+)$/.exec(line);
      const family = families.get(current);
      const stem = family!.type === 'histogram' ? /_(bucket|sum|count)$/ : /$^/;
      expect([line, sample?.[1]?.replace(stem, '')]).toEqual([line, current]);
      family!.samples.push({ name: sample![1]!, labels: sample![2] ?? '', value: Number(sample![3]) });
    }
  }
  return families;
}

const seriesOf = (page: string): string[] =>
  [...parse(page).values()].flatMap(({ samples }) => samples.map(({ name, labels }) => name + labels));

/** Counts as a market of so many underlyings would leave them. */
function marketOf(underlyings: number): MetricSources {
  const delays = new Histogram();
  for (let at = 0; at < underlyings; at++) delays.observe(at / 1000);
  return {
    actors: () => ({ underlying: underlyings, shard: 16 }),
    feed_received_frames_total: () => underlyings * 100,
    feed_event_delay_seconds: () => delays,
    alerts_total: () => ({ threshold: { high: underlyings } }),
    // A part that labels by ticker by mistake adds to "other", and makes no series.
    db_errors_total: () => Object.fromEntries(Array.from({ length: underlyings }, (_, at) => [`T${at}`, 1])),
  };
}

describe('the series', () => {
  test('are fewer than a thousand, and as many for 12,000 underlyings as for 10', async () => {
    const few = seriesOf(await pageOver(marketOf(10)));
    const many = seriesOf(await pageOver(marketOf(12_000)));
    const own = (series: readonly string[]): string[] =>
      series.filter((name) => name.startsWith('spyhop_')).toSorted();
    expect(own(many)).toEqual(own(few));
    expect(many.length).toBeLessThan(1_000);
    expect(new Set(many).size).toBe(many.length);
  });

  test('stand there with 0 before anything happens, for every value of every label', async () => {
    const page = await pageOver();
    const families = parse(page);
    for (const [key, { labels, type }] of Object.entries(CATALOGUE)) {
      const family = families.get(`spyhop_${key}`);
      const combinations = labels.reduce(
        (product, [name, values]) =>
          product * (values ?? { detector: DETECTORS, route: ROUTES, task: JOBS, kind: KINDS }[name]).length,
        1,
      );
      const found = family!.samples.filter(({ name }) => type !== 'histogram' || name.endsWith('_count'));
      expect([key, found.length]).toEqual([key, combinations]);
    }
    expect(page).toContain('spyhop_feed_disconnects_total{reason="stale"} 0\n');
  });

  test('say how many they are', async () => {
    const page = await pageOver();
    const [, said] = /\nspyhop_metrics_series (\d+)\n/.exec(page) ?? [];
    expect(Number(said)).toBe(seriesOf(page).length);
  });
});

describe('the page', () => {
  test('is read from the sources at each scrape', async () => {
    let frames = 1;
    const metrics = metricsOver({ feed_received_frames_total: () => frames });
    expect((await metrics.page()).text).toContain('spyhop_feed_received_frames_total 1\n');
    frames = 9_007_199_254_740_991;
    expect((await metrics.page()).text).toContain('spyhop_feed_received_frames_total 9007199254740991\n');
  });

  test('gives a histogram cumulatively, with its sum', async () => {
    const delays = new Histogram();
    delays.observe(0.001);
    delays.observe(0.3, 4);
    delays.observe(1_000);
    delays.observe(Number.NaN);
    const page = await pageOver({ feed_event_delay_seconds: () => delays });
    expect(page).toContain('spyhop_feed_event_delay_seconds_bucket{le="0.001"} 1\n');
    expect(page).toContain('spyhop_feed_event_delay_seconds_bucket{le="0.25"} 1\n');
    expect(page).toContain('spyhop_feed_event_delay_seconds_bucket{le="0.5"} 5\n');
    expect(page).toContain('spyhop_feed_event_delay_seconds_bucket{le="+Inf"} 6\n');
    expect(page).toContain('spyhop_feed_event_delay_seconds_sum 1001.201\n');
    expect(page).toContain('spyhop_feed_event_delay_seconds_count 6\n');
  });

  test('leaves out what cannot be read, counts it, and gives the rest', async () => {
    const metrics = metricsOver({
      journal_bytes: () => {
        throw new Error('closed');
      },
      sink_flush_duration_seconds: () => new Histogram([1, 2]),
      db_up: () => 1,
    });
    await metrics.page();
    const { text: page } = await metrics.page();
    expect(page).not.toMatch(/^spyhop_journal_bytes /m);
    expect(page).not.toMatch(/^spyhop_sink_flush_duration_seconds_sum/m);
    expect(page).toContain('spyhop_db_up 1\n');
    // The sources are read before the count of their failures or after: two scrapes leave no doubt.
    expect(page).toMatch(/spyhop_metrics_source_errors_total [2-4]\n/);
  });

  test('says its format, which Prometheus 3 insists on', async () => {
    expect((await metricsOver().page()).media).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  test('leads from a count to the last thing counted, for readers of the open format only', async () => {
    const exemplar = {
      labelSet: { alert_id: '00ff', underlying: 'SPY' },
      value: 1,
      timestamp: 1_795_197_018.5,
    };
    const metrics = metricsOver({ alerts_total: () => ({ threshold: { high: { count: 3, exemplar } } }) });
    const open = await metrics.page('application/openmetrics-text;version=1.0.0,text/plain;q=0.5');
    expect(open.media).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(open.text).toContain(
      '{detector="threshold",severity="high"} 3 # {alert_id="00ff",underlying="SPY"} 1 1795197018.5\n',
    );
    expect(open.text).toMatch(/^# TYPE spyhop_alerts counter$/m);
    expect(open.text.endsWith('# EOF\n')).toBe(true);
    const plain = await metrics.page('text/plain');
    expect(plain.text).toContain('spyhop_alerts_total{detector="threshold",severity="high"} 3\n');
    expect(plain.text).not.toContain('alert_id');
  });

  test('says what was built', async () => {
    expect(await pageOver()).toContain(`spyhop_build_info{version="0.1.0",node="${process.version}"} 1\n`);
  });

  test('passes the rules of promtool check metrics', async () => {
    const families = parse(await pageOver(marketOf(10)));
    const units =
      /_(?:ms|us|ns|milliseconds|microseconds|minutes|hours|days|kilobytes|megabytes|percent)(?:_|$)/;
    const faults: string[] = [];
    const refuse = (name: string, what: string, guilty: boolean): void => {
      if (guilty) faults.push(`${name}: ${what}`);
    };
    for (const [name, { help, type, samples }] of families) {
      refuse(name, 'no help', help === '');
      refuse(name, `a ${type} named so`, name.endsWith('_total') !== (type === 'counter'));
      refuse(name, 'the suffix of a histogram', /_(bucket|count|sum)$/.test(name));
      refuse(name, 'no base unit', units.test(name));
      refuse(name, 'holds its own type', /(gauge|counter|histogram|summary)/.test(name));
      for (const { labels, value } of samples) {
        refuse(name, 'not a number', Number.isNaN(value) && name.startsWith('spyhop_'));
        refuse(name, 'a bound without a histogram', type !== 'histogram' && /[{,]le=/.test(labels));
        refuse(name, 'labelled by ticker', /underlying=|contract=|ticker=/.test(labels));
      }
    }
    expect(faults).toEqual([]);
  });

  test('helps in whole sentences', () => {
    const helps = Object.values(CATALOGUE).map(({ help }) => help);
    expect(helps.filter((help) => !/^[A-Z0-9].*\.$/.test(help))).toEqual([]);
  });
});
