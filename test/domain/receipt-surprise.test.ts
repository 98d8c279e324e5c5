// Receipts of the detector `surprise`: statistic, threshold, orders and alert are made again from its proof.
import { describe, expect, it } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { receiptOf } from '../../src/domain/receipt.ts';
import { alertOf } from '../../src/domain/alert.ts';
import { explain } from '../../src/domain/explain.ts';
import { recompute } from '../../src/domain/recompute.ts';
import { SurpriseDetector } from '../../src/domain/detectors/surprise.ts';
import { requireSession } from '../../src/domain/session.ts';
import type { Print } from '../../src/domain/trade.ts';
import { historyOf } from '../support/order-days.ts';
import { at, fold, print, tableOf } from '../support/tape.ts';

const DATE = '2025-11-25';
const SESSION = requireSession(DATE);
const TICKERS = Array.from({ length: 40 }, (_, i) => `O:NVDA251219C00${180 + i}000`);
const BASELINE = present(
  historyOf(tableOf(TICKERS), DATE, 30, (day) =>
    TICKERS.map((_, contract) => ({ contract, orders: 1 + ((contract + day) % 3), size: 1 + (day % 8) })),
  ).before(DATE),
  'a baseline',
);

function explained(prints: readonly Print[]) {
  const detector = new SurpriseDetector({ session: SESSION, alertsPerDay: 0.02, factors: null }, BASELINE);
  const market = { session: SESSION, tickers: TICKERS, sessions: 0, volumeSums: [], factor: '1', floor: 0 };
  const { findings } = fold({ ...market, orders: BASELINE, detectors: [detector] }, prints);
  const table = tableOf(TICKERS);
  return findings.map((finding) => {
    const contract = table.contract(finding.contract);
    const leading = finding.leading.map((leader) => table.ticker(leader));
    const baseline = { sessions: 30, dates: [], volumeSum: () => 0 };
    const source = { session: SESSION, contract, rule: detector.rule, leading, baseline };
    const receipt = JSON.parse(JSON.stringify(receiptOf(finding, source))) as ReturnType<typeof receiptOf>;
    return { alert: alertOf(finding, source), receipt };
  });
}

/** Orders of one size, one after the other. */
const burst = (contracts: number, orders: number, size: number): Print[] =>
  Array.from({ length: orders }, (_, i) =>
    print('11:00', size, { contract: i % contracts, atMs: at('11:00') + i * 5_000 }),
  );

describe('a receipt of the detector surprise', () => {
  it.each([
    ['one contract', burst(1, 12, 100), 'unusual contract'],
    ['many contracts of an underlying', burst(20, 400, 60), 'unusual underlying'],
  ])('about %s comes out again', (_what, prints, kind) => {
    const all = explained(prints);
    expect(all.map(({ receipt }) => receipt.kind)).toContain(kind);
    for (const { alert, receipt } of all) {
      expect(recompute(alert, receipt).differences).toEqual([]);
      expect(explain(alert, receipt).join('\n')).toContain('orders forecast');
    }
  });

  it('does not when its budget or a statistic is changed by hand', () => {
    const [first] = explained(burst(1, 12, 100));
    const { alert, receipt } = present(first, 'an alert');
    const named = (from: RegExp, to: string): string[] => {
      const text = JSON.stringify(receipt);
      const bent = text.replace(from, to);
      expect(bent).not.toBe(text);
      return recompute(alert, JSON.parse(bent) as typeof receipt).differences.map(({ what }) => what);
    };
    expect(named(/"alertsPerDay":0.02/, '"alertsPerDay":0.01')).toContain('threshold');
    expect(named(/"statistic":(\d)/, '"statistic":9$1')).toContain('statistic');
  });
});
