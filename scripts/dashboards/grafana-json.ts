// Grafana's JSON of a dashboard, by Grafana's own builders: classic schema, fixed ids and places, always equal bytes.
import { PanelBuilder as BarChart } from '@grafana/grafana-foundation-sdk/barchart';
import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as grafana from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as Logs } from '@grafana/grafana-foundation-sdk/logs';
import * as loki from '@grafana/grafana-foundation-sdk/loki';
import { PanelBuilder as PieChart } from '@grafana/grafana-foundation-sdk/piechart';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { COLUMNS, Layout } from './layout.ts';
import {
  type Annotation,
  type Dashboard,
  type Field,
  type Panel,
  type Query,
  SOURCES,
  type Variable,
} from './panel.ts';

type GridPos = grafana.GridPos;
type Built = Builder<grafana.Panel>;

/** A query to Postgres: the builders have none of their own for it. */
function sqlTarget({ text, format }: Query, refId: string): Builder<Dataquery> {
  const target = {
    refId,
    datasource: SOURCES.postgres,
    format: format ?? 'table',
    editorMode: 'code',
    rawQuery: true,
    rawSql: text,
  };
  return { build: () => target as unknown as Dataquery };
}

function target(query: Query, at: number): Builder<Dataquery> {
  const refId = String.fromCharCode(65 + at);
  if (query.source === 'postgres') return sqlTarget(query, refId);
  const datasource = SOURCES[query.source];
  if (query.source === 'loki')
    return new loki.DataqueryBuilder().expr(query.text).refId(refId).datasource(datasource);
  const built = new prometheus.DataqueryBuilder()
    .expr(query.text)
    .refId(refId)
    .datasource(datasource)
    .legendFormat(query.legend ?? '');
  if (query.instant === true) return built.instant();
  return query.text.includes('_bucket[') ? built.range().exemplar(true) : built.range();
}

function propertiesOf({ unit, color, link, hidden, fillBelowTo }: Field): grafana.DynamicConfigValue[] {
  const properties: grafana.DynamicConfigValue[] = [];
  if (unit !== undefined) properties.push({ id: 'unit', value: unit });
  if (color !== undefined) properties.push({ id: 'color', value: { mode: 'fixed', fixedColor: color } });
  if (link !== undefined) properties.push({ id: 'links', value: [link] });
  if (hidden === true) properties.push({ id: 'custom.hidden', value: true });
  if (fillBelowTo !== undefined) {
    properties.push({ id: 'custom.fillBelowTo', value: fillBelowTo }, { id: 'custom.lineWidth', value: 0 });
  }
  return properties;
}

function thresholdsOf({ warnAt, badAt }: Panel): Builder<grafana.ThresholdsConfig> {
  const steps: grafana.Threshold[] = [{ value: null, color: 'green' }];
  if (warnAt !== undefined) steps.push({ value: warnAt, color: 'orange' });
  if (badAt !== undefined) steps.push({ value: badAt, color: 'red' });
  return new grafana.ThresholdsConfigBuilder().mode(grafana.ThresholdsMode.Absolute).steps(steps);
}

function timeSeries({ draw = 'line', stacked, logarithmic }: Panel): TimeSeries {
  const built = new TimeSeries()
    .lineWidth(draw === 'line' ? 1 : 0)
    .fillOpacity(draw === 'bars' ? 80 : 10)
    .spanNulls(false)
    .drawStyle(
      {
        line: common.GraphDrawStyle.Line,
        bars: common.GraphDrawStyle.Bars,
        points: common.GraphDrawStyle.Points,
      }[draw],
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending),
    )
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true),
    );
  if (draw === 'points') built.pointSize(8);
  if (stacked === true) built.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));
  if (logarithmic === true)
    built.scaleDistribution(
      new common.ScaleDistributionConfigBuilder().type(common.ScaleDistribution.Log).log(10),
    );
  return built;
}

function lastValues(every: boolean): Builder<common.ReduceDataOptions> {
  return new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(every);
}

function visualization(panel: Panel) {
  switch (panel.kind) {
    case 'stat':
      return new Stat().graphMode(common.BigValueGraphMode.None).reduceOptions(lastValues(false));
    case 'timeseries':
      return timeSeries(panel);
    case 'table':
      return new Table().filterable(true);
    case 'barchart':
      return new BarChart()
        .stacking(panel.stacked === true ? common.StackingMode.Normal : common.StackingMode.None)
        .showValue(common.VisibilityMode.Never)
        .xTickLabelSpacing(100);
    case 'piechart':
      return new PieChart().reduceOptions(lastValues(true));
    case 'bargauge':
      return new BarGauge().orientation(common.VizOrientation.Horizontal).reduceOptions(lastValues(false));
    case 'logs':
      return new Logs().showTime(true).wrapLogMessage(true).enableLogDetails(true);
  }
}

function panelOf(panel: Panel, id: number, place: GridPos): Built {
  const sources = new Set(panel.queries.map(({ source }) => source));
  const [source = 'postgres'] = sources;
  const built = visualization(panel)
    .id(id)
    .title(panel.title)
    .description(panel.description)
    .datasource(SOURCES[source])
    .gridPos(place)
    .unit(panel.unit)
    .thresholds(thresholdsOf(panel))
    .targets(panel.queries.map(target));
  for (const field of panel.fields ?? []) built.overrideByName(field.name, propertiesOf(field));
  return built;
}

function variableOf({ name, label, description, query, initial }: Variable): grafana.QueryVariableBuilder {
  return new grafana.QueryVariableBuilder(name)
    .label(label)
    .description(description)
    .datasource(SOURCES.postgres)
    .query(query)
    .current({ text: initial, value: initial })
    .multi(false)
    .includeAll(false)
    .allowCustomValue(true)
    .refresh(grafana.VariableRefresh.OnTimeRangeChanged)
    .sort(grafana.VariableSort.Disabled);
}

function annotationOf({ name, color, query }: Annotation): grafana.AnnotationQueryBuilder {
  const built = new grafana.AnnotationQueryBuilder()
    .name(name)
    .datasource(SOURCES[query.source])
    .enable(true)
    .hide(false)
    .iconColor(color);
  if (query.source === 'prometheus')
    return built
      .expr(query.text)
      .titleFormat(query.legend ?? '')
      .step('60s');
  return built.target(sqlTarget(query, 'Anno'));
}

/** The text of a dashboard's file. */
export function grafanaJson(dashboard: Dashboard): string {
  // oxlint-disable-next-line typescript/no-deprecated -- provisioning takes no file of the newer schema
  const built = new grafana.DashboardBuilder(dashboard.title)
    .uid(dashboard.uid)
    .description(dashboard.description)
    .tags(['spyhop'])
    .readonly()
    .timezone('America/New_York')
    .time({ from: dashboard.from, to: dashboard.to })
    .refresh(dashboard.refresh)
    .tooltip(grafana.DashboardCursorSync.Crosshair)
    .variables(dashboard.variables.map(variableOf))
    .annotations(dashboard.annotations.map(annotationOf))
    .link(
      new grafana.DashboardLinkBuilder('spyhop')
        .type(grafana.DashboardLinkType.Dashboards)
        .tags(['spyhop'])
        .keepTime(false),
    );
  const layout = new Layout();
  let id = 0;
  for (const { title, panels } of dashboard.sections) {
    const y = layout.section();
    built.withRow(new grafana.RowBuilder(title).id(++id).gridPos({ x: 0, y, w: COLUMNS, h: 1 }));
    for (const panel of panels) built.withPanel(panelOf(panel, ++id, layout.place(panel)));
  }
  return `${JSON.stringify(built.build(), null, 2)}\n`;
}
