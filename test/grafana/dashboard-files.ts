// The dashboards as Grafana reads them: every panel and query of grafana/dashboards.
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const FOLDER = resolve(import.meta.dirname, '../../grafana/dashboards');

export interface Source {
  readonly type: string;
  readonly uid: string;
}

export interface Target {
  readonly refId: string;
  readonly datasource: Source;
  readonly rawSql?: string;
  readonly format?: 'table' | 'time_series';
  readonly expr?: string;
  readonly instant?: boolean;
}

export interface PanelFile {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: Source;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
}

export interface DashboardFile {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly editable: boolean;
  readonly schemaVersion: number;
  readonly id?: number | null;
  readonly timezone: string;
  readonly panels: readonly PanelFile[];
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly query: string;
      readonly multi: boolean;
      readonly includeAll: boolean;
      readonly allowCustomValue: boolean;
      readonly datasource: Source;
    }[];
  };
  readonly annotations: {
    readonly list: readonly {
      readonly name: string;
      readonly datasource: Source;
      readonly expr?: string;
      readonly target?: Target;
    }[];
  };
}

/** Every dashboard of the folder. */
export function dashboardsOnDisk(): DashboardFile[] {
  return readdirSync(FOLDER)
    .toSorted()
    .map((file) => JSON.parse(readFileSync(resolve(FOLDER, file), 'utf8')) as DashboardFile);
}

/** A query with where it stands. */
export interface Asked {
  /** "Market: Premium A". */
  readonly place: string;
  readonly dashboard: string;
  readonly panel: string;
  readonly kind: string;
  readonly target: Target;
}

/** Every query of panels and annotations. */
export function everyQuery(): Asked[] {
  return dashboardsOnDisk().flatMap(({ title: dashboard, panels, annotations }) => [
    ...panels.flatMap(({ title, type, targets = [] }) =>
      targets.map((target) => ({
        place: `${dashboard}: ${title} ${target.refId}`,
        dashboard,
        panel: title,
        kind: type,
        target,
      })),
    ),
    ...annotations.list.map(({ name, datasource, expr, target }) => ({
      place: `${dashboard}: annotation ${name}`,
      dashboard,
      panel: name,
      kind: 'annotation',
      target: { refId: 'Anno', ...target, ...(expr === undefined ? {} : { expr }), datasource },
    })),
  ]);
}
