// How long panels of the dashboards wait for Postgres, over thirty sessions of a market of twelve thousand underlyings.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expandSql } from '../scripts/dashboards/sql-macros.ts';
import { startEmbedded } from '../src/db/embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { openDatabase } from '../src/db/pool.ts';
import { requireSession } from '../src/domain/session.ts';
import { systemClock } from '../src/lib/clock.ts';
import type { BenchOptions } from './main.ts';
import { fillPanelTables } from './panel-tables.ts';

const SESSION = requireSession('2026-11-20');
const SESSIONS = 30;
const CONTRACTS_MOST = 6_000;
const ALERTS = 3_000;
const GOAL_MS = 200;
const DASHBOARDS = new URL('../grafana/dashboards/', import.meta.url);
const WEEKS_MS = 30 * 86_400_000;

interface PanelFile {
  readonly title: string;
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly rawSql?: string }[];
  }[];
}

/** Every SQL with its place, as Grafana asks it at the close of the session. */
function panelQueries(): { readonly place: string; readonly sql: string }[] {
  const toMs = SESSION.midnightMs + SESSION.closeMs;
  return readdirSync(DASHBOARDS)
    .toSorted()
    .flatMap((file) => {
      const { title, panels } = JSON.parse(readFileSync(new URL(file, DASHBOARDS), 'utf8')) as PanelFile;
      const fromMs = title === 'Detection quality' ? toMs - WEEKS_MS : SESSION.midnightMs + SESSION.openMs;
      const asking = { fromMs, toMs, intervalMs: 30_000, timescaledb: false, variables: { symbol: 'SPY' } };
      return panels.flatMap(({ title: panel, targets = [] }) =>
        targets.flatMap(({ rawSql }) =>
          rawSql === undefined ? [] : [{ place: `${title}: ${panel}`, sql: expandSql(rawSql, asking) }],
        ),
      );
    });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Fills a database of its own, asks every panel some times as the role of Grafana, and prints the times. */
export async function benchPanels({ underlyings, rounds }: BenchOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-panels-'));
  const server = await startEmbedded(folder, systemClock());
  const open = (url: string) =>
    openDatabase({ url, connectionsMax: 1, statementMsMax: 600_000, onConnectionLost: () => {} });
  try {
    const owner = open(server.url);
    await migrate(owner);
    const began = performance.now();
    await fillPanelTables(owner, {
      underlyings,
      sessions: SESSIONS,
      date: SESSION.date,
      contractsMost: CONTRACTS_MOST,
      alerts: ALERTS,
    });
    const [rows] = await owner.rows<Record<string, number>>(`select
      (select count(*) from spyhop.flow)::int as flow, (select count(*) from spyhop.day_summary)::int as days,
      (select count(*) from spyhop.contract)::int as contracts, (select count(*) from spyhop.alert)::int as alerts`);
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    say(`filled in ${seconds} s: ${SESSIONS} sessions, ${underlyings} underlyings`);
    say(
      Object.entries(rows!)
        .map(([name, count]) => `${count} ${name}`)
        .join(', '),
    );
    await owner.close();
    const grafana = open(server.urls.spyhop_grafana);
    say(`${'panel'.padEnd(54)} min ms  median     max`);
    let over = 0;
    for (const { place, sql } of panelQueries()) {
      const times: number[] = [];
      for (let round = 0; round < Math.max(rounds, 5); round++) {
        const start = performance.now();
        await grafana.rows(sql);
        times.push(performance.now() - start);
      }
      times.sort((a, b) => a - b);
      const median = times[times.length >> 1]!;
      if (median > GOAL_MS) over++;
      const cells = [times[0]!, median, times.at(-1)!].map((ms) => ms.toFixed(1).padStart(7));
      say(`${place.padEnd(54)}${cells.join(' ')}${median > GOAL_MS ? ` over ${GOAL_MS}` : ''}`);
    }
    say(`${over} panels are over the goal of ${GOAL_MS} ms`);
    await grafana.close();
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
