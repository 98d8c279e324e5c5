// What panels were answered, kept in out/ for the previews of the documentation.
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** An answer as a table: times are epoch ms. */
export interface PanelResult {
  readonly dashboard: string;
  readonly panel: string;
  readonly refId: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** Keeps the answers of one source. */
export function keepResults(source: 'postgres' | 'prometheus', results: readonly PanelResult[]): void {
  const folder = resolve(import.meta.dirname, '../../out/panel-results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(resolve(folder, `${source}.json`), JSON.stringify(results));
}
