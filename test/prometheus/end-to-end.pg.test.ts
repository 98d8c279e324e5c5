// From the socket to the pager: a real Prometheus and Alertmanager watch a running service whose feed is cut.
import { expect, it } from 'vitest';
import { startProvider } from '../../src/simulation/provider/provider.ts';
import { createMarket } from '../../src/simulation/market.ts';
import { CATALOGUE } from '../../src/metric-catalogue.ts';
import { describeWithPrograms } from '../support/programs.ts';
import { KEY, ServiceStage, SESSION } from '../support/service-stage.ts';
import { eventually } from '../support/eventually.ts';
import { keepResults } from '../grafana/panel-results.ts';
import { type Answered, askEveryPanel } from '../grafana/promql-panels.ts';
import { allRules, namesIn } from './rule-files.ts';
import { MonitoringStage } from './monitoring-stage.ts';

const MARKET = { seed: 'service', underlyings: 8, tradesPerDay: 6_000, anomaliesPerDay: 10 };

describeWithPrograms(
  'a feed that is cut',
  ['prometheus', 'prometheus-alertmanager'],
  (prometheus, alertmanager) => {
    it('reaches the pager, and so does its return', { timeout: 180_000 }, async () => {
      await using stage = await ServiceStage.set();
      const service = await stage.start();
      await using monitoring = new MonitoringStage();
      await monitoring.start(prometheus, alertmanager, new URL(service.address).host);
      await stage.playUntil(0.5, service);
      const live = await monitoring.told('dead-man', 'SpyhopWatchdog', 'firing');
      expect(live.alerts[0]!.annotations['summary']).toContain('Always firing');
      expect(monitoring.notices.filter(({ receiver }) => receiver === 'pager')).toEqual([]);

      const { port } = new URL(stage.provider.url);
      await stage.provider.close();
      const cut = await monitoring.told('pager', 'SpyhopFeedDisconnected', 'firing');
      expect(
        cut.alerts.map(({ labels }) => [labels['alertname'], labels['severity'], labels['job']]),
      ).toContainEqual(['SpyhopFeedDisconnected', 'critical', 'spyhop']);
      expect(cut.alerts[0]!.annotations).toMatchObject({
        summary: 'The feed has been down for a minute while the market is open.',
        runbook_url: 'docs/runbooks/SpyhopFeedDisconnected.md',
      });

      const clock = stage.marketClock;
      const market = createMarket(MARKET);
      const again = await startProvider({
        market,
        date: SESSION.date,
        clock,
        port: Number(port),
        keys: [KEY],
      });
      try {
        await monitoring.told('pager', 'SpyhopFeedDisconnected', 'resolved');
      } finally {
        await again.close();
      }
    });
  },
);

describeWithPrograms(
  'the metrics as Prometheus has them',
  ['prometheus', 'prometheus-alertmanager'],
  (...programs) => {
    it(
      'are those of the catalogue, carry examples, and answer every panel',
      { timeout: 180_000 },
      async () => {
        await using stage = await ServiceStage.set();
        const service = await stage.start();
        await using monitoring = new MonitoringStage();
        await monitoring.start(...programs, new URL(service.address).host);
        await stage.playUntil(1, service);
        await stage.settled(service);
        await eventually(
          'a scrape of the alerts',
          async () => (await monitoring.query('sum(spyhop_alerts_total) > 0')).length,
        );

        const names = new Set(
          (await monitoring.query('{job="spyhop"}')).map(({ labels }) => labels['__name__']!),
        );
        const families = Object.entries(CATALOGUE).map(([key, { type }]) =>
          type === 'histogram' ? `spyhop_${key}_count` : `spyhop_${key}`,
        );
        expect(families.filter((name) => !names.has(name))).toEqual([]);
        const wanted = allRules().flatMap(({ expr }) => namesIn(expr).map(({ metric }) => metric));
        expect(
          wanted.filter((metric) => metric !== '' && !metric.includes(':') && !names.has(metric)),
        ).toEqual([]);

        const path = 'query_exemplars?query=spyhop_alerts_total&start=0&end=4102444800';
        const url = `${monitoring.prometheusUrl}/api/v1/${path}`;
        const exemplars = await eventually(
          'an exemplar',
          async () => {
            const { data } = (await (await fetch(url)).json()) as {
              data: { exemplars: { labels: object }[] }[];
            };
            return data.flatMap(({ exemplars: found }) => found.map(({ labels }) => labels));
          },
          (found) => found.length > 0,
        );
        const told = new Set(stage.told.map(({ id }) => id));
        expect(exemplars.every((labels) => told.has((labels as { alert_id: string }).alert_id))).toBe(true);

        // Annotations mark what is rare; everything else has something to show once rates have two scrapes.
        const emptyOf = (found: readonly Answered[]): string[] =>
          found
            .filter(({ kind, numbers }) => kind !== 'annotation' && numbers === 0)
            .map(({ place }) => place);
        const answers = await eventually(
          'an answer to every panel',
          () => askEveryPanel(monitoring.prometheusUrl, 60),
          (found) => found.some(({ error }) => error !== null) || emptyOf(found).length === 0,
        );
        keepResults(
          'prometheus',
          answers.map(({ result }) => result),
        );
        expect(answers.filter(({ error, warnings }) => error !== null || warnings.length > 0)).toEqual([]);
        expect(answers.filter(({ series }) => series >= 50).map(({ place }) => place)).toEqual([]);
      },
    );
  },
);
