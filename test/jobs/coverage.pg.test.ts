// The coverage of the live feed by the file of its day: prints as a multiset, and the alerts that stand or fall.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeAlerts } from '../../src/db/alerts.ts';
import { buildBaseline, loadBaseline } from '../../src/db/baselines.ts';
import { listCoverage } from '../../src/db/coverage.ts';
import { createPrintWriter } from '../../src/db/print-writer.ts';
import type { Alert } from '../../src/domain/alert.ts';
import { DEFAULT_THRESHOLD } from '../../src/domain/detectors/threshold.ts';
import { requireSession } from '../../src/domain/session.ts';
import { SessionLedger } from '../../src/domain/session-ledger.ts';
import { batchOf, type Print } from '../../src/domain/trade.ts';
import { createEngine } from '../../src/engine.ts';
import { importDay } from '../../src/jobs/import-day.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { print, tableOf } from '../support/tape.ts';

const CALL = 'O:SPY261218C00650000';
const PUT = 'O:SPY261218P00600000';
const TICKERS = [CALL, PUT];
const EVE = requireSession('2026-11-19');
const DAY = requireSession('2026-11-20');

describe('the coverage of the live feed', () => {
  let clone: TestDatabase;
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-coverage-'));
  const historyDir = join(folder, 'history');
  const settings = { printsFrom: DAY.date, historyDir, importedAtMs: 0 };
  const write = ({ date, midnightMs }: typeof DAY, prints: readonly Print[]): string => {
    const rows = prints.map(({ contract, condition, exchange, priceE4, atMs, size }) =>
      [TICKERS[contract], condition, 0, exchange, priceE4 / 10_000, `${midnightMs + atMs}000123`, size].join(
        ',',
      ),
    );
    const path = join(folder, `${date}.csv`);
    writeFileSync(
      path,
      ['ticker,conditions,correction,exchange,price,sip_timestamp,size', ...rows, ''].join('\n'),
    );
    return path;
  };

  /** What the file has, and what live had of it: one missed, one twice, one that the file does not know. */
  const shared = [
    print('09:31:00', 3),
    print('09:31:00', 3),
    print('09:40:00', 900, { exchange: 65_535, condition: 40_000 }),
    print('10:00:00', 5, { contract: 1 }),
  ];
  const ofFile = [...shared, print('11:00:00', 7)];
  const ofLive = [...shared, print('10:00:00', 5, { contract: 1 }), print('12:00:00', 2, { contract: 1 })];

  beforeAll(async () => {
    clone = await cloneDatabase();
    await importDay(clone.db, write(EVE, [print('10:00:00', 10)]), settings);
    await buildBaseline(clone.db, DAY.date, 0);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await clone[Symbol.asyncDispose]();
  });

  it('counts what live had, missed, had twice and has alone, and says which alerts stand', async () => {
    const table = tableOf(TICKERS);
    await createPrintWriter(clone.db, table).store(batchOf(DAY, ofLive));
    const ledger = new SessionLedger();
    const baseline = await loadBaseline(clone.db, table);
    const engine = createEngine({
      session: DAY,
      table,
      baseline,
      threshold: DEFAULT_THRESHOLD,
      cancels: ledger,
      tape: () => [],
    });
    ledger.add(batchOf(DAY, ofLive));
    const [alert] = engine.take(batchOf(DAY, ofLive));
    engine.stop();
    const raised: Alert = alert!;
    const other = { ...raised, id: 'e'.repeat(16), contract: PUT };
    const foreign = { ...raised, id: 'f'.repeat(16), rule: { id: 'threshold', hash: 'of other settings' } };
    await storeAlerts(clone.db, [raised, other, foreign]);

    const report = await importDay(clone.db, write(DAY, ofFile), settings);
    const coverage = {
      sessionDate: DAY.date,
      filePrints: 5,
      livePrints: 6,
      had: 4,
      missed: 1,
      twice: 1,
      foreign: 1,
      alerts: { confirmed: 1, contradicted: 1, unchecked: 1 },
    };
    expect(report.coverage).toEqual(coverage);
    expect(await listCoverage(clone.db, DAY.date, DAY.date)).toEqual([coverage]);
    const verdicts = await clone.db.rows(
      'select alert_id as id, verdict from spyhop.alert_verdict order by verdict',
    );
    expect(verdicts).toEqual([
      { id: raised.id, verdict: 'confirmed' },
      { id: other.id, verdict: 'contradicted' },
    ]);
    // What the comparison spilled is gone.
    expect(readdirSync(join(historyDir, 'prints', '2026')).every((name) => name.endsWith('.parquet'))).toBe(
      true,
    );
  });

  it('is told once: of a day that was settled, and of one that live did not see, there is nothing to say', async () => {
    const corrected = await importDay(clone.db, write(DAY, ofFile.slice(1)), settings);
    expect(corrected).toMatchObject({ result: 'imported', coverage: null });
    expect(await listCoverage(clone.db, '2026-01-01', '2026-12-31')).toHaveLength(1);
  });
});
