// Receipts: whatever the tape, every alert is made again from its receipt, to the byte; one changed number is found.
import { Decimal } from 'decimal.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SessionLedger } from '../../src/domain/session-ledger.ts';
import type { DetectorName } from '../../src/domain/detectors/finding.ts';
import type { QuoteBatch } from '../../src/domain/quote.ts';
import { receiptIn, type RaisedAlert, withoutReceipt } from '../../src/domain/receipt.ts';
import { recompute } from '../../src/domain/recompute.ts';
import { batchOf, type Print } from '../../src/domain/trade.ts';
import { createEngine } from '../../src/engine.ts';
import { requireSession } from '../../src/domain/session.ts';
import { nastyTape } from '../support/nasty-tape.ts';
import { assertProperty } from '../support/properties.ts';
import { at, baselineOf, type Market, print, tableOf } from '../support/tape.ts';

/** Quotes of a contract every few seconds, so that many prints find one. */
const quoting = fc.record({ everyMs: fc.integer({ min: 1, max: 90_000 }), spreadCents: fc.nat(40) });

function quotesFor(prints: readonly Print[], everyMs: number, spreadCents: number): QuoteBatch {
  const rows = prints.flatMap(({ contract, atMs, priceE4 }, row) => {
    const midE4 = priceE4 + (row % 3) * 50;
    const halfE4 = spreadCents * 50;
    return [
      {
        contract,
        atMs: atMs - (everyMs % 70_000) - 1,
        bidE4: Math.max(0, midE4 - halfE4),
        askE4: midE4 + halfE4,
      },
    ];
  });
  rows.sort((a, b) => a.atMs - b.atMs);
  const column = (pick: (row: (typeof rows)[number], number: number) => number): Int32Array =>
    Int32Array.from(rows, pick);
  return {
    length: rows.length,
    settledMs: 0,
    contract: column(({ contract }) => contract),
    atMs: column(({ atMs }) => atMs),
    bidE4: column(({ bidE4 }) => bidE4),
    askE4: column(({ askE4 }) => askE4),
    bidSize: column((_row, number) => 1 + (number % 3)),
    askSize: column((_row, number) => 1 + (number % 5)),
  };
}

function alertsOf(
  market: Market,
  prints: readonly Print[],
  quotes: QuoteBatch | null,
  detectors: readonly DetectorName[],
): RaisedAlert[] {
  const ledger = new SessionLedger();
  const engine = createEngine({
    session: market.session,
    table: tableOf(market.tickers),
    baseline: baselineOf(market.sessions, market.volumeSums, market.lastPrints ?? (() => [1, 2, 1, 1, 2])),
    detectors,
    threshold: { factor: new Decimal(market.factor), floor: market.floor },
    cancels: ledger,
    tape: () => ledger.tape(),
  });
  if (quotes !== null) engine.takeQuotes(quotes);
  const batch = batchOf(market.session, prints);
  ledger.add(batch);
  const alerts = [...engine.take(batch)];
  engine.stop();
  return alerts;
}

describe('the receipt of an alert', () => {
  it('gives the same bytes again, whatever the tape, the quotes and the detector', () => {
    let checked = 0;
    assertProperty(
      fc.property(nastyTape, fc.option(quoting), ({ market, prints }, quoted) => {
        const quotes = quoted === null ? null : quotesFor(prints, quoted.everyMs, quoted.spreadCents);
        for (const raised of alertsOf(market, prints, quotes, ['threshold', 'zscore'])) {
          // As it comes back from a file: the receipt is text between two machines.
          const { receipt, ...stated } = JSON.parse(JSON.stringify(raised)) as RaisedAlert;
          expect(recompute(stated, receipt).differences).toEqual([]);
          expect(JSON.stringify(recompute(stated, receipt).alert)).toBe(
            JSON.stringify(withoutReceipt(raised)),
          );
          checked++;
        }
      }),
      100,
    );
    expect(checked).toBeGreaterThan(0);
  });

  const MARKET: Market = {
    session: requireSession('2025-11-26'),
    tickers: ['O:NVDA251219C00180000'],
    sessions: 30,
    volumeSums: [7_800],
    factor: '10',
    floor: 100,
  };
  const PRINTS = [
    print('10:00:00', 60, { priceE4: 20_000 }),
    print('10:00:01', 30, { priceE4: 21_000, exchange: 303, condition: 219 }),
    print('10:00:02', 50, { priceE4: 22_000 }),
  ];
  const QUOTES = quotesFor(PRINTS, 500, 10);

  it('of a forest holds the minutes from which the forest grows again', () => {
    const minutes = Array.from({ length: 90 }, (_, minute) => minute);
    const calm = minutes.map((minute) => print('09:30:10', 5, { atMs: at('09:30:10') + minute * 60_000 }));
    const burst = Array.from({ length: 300 }, (_, n) => print('11:00:10', 50, { atMs: at('11:00:10') + n }));
    const alerts = alertsOf(MARKET, [...calm, ...burst, print('11:01:10', 1)], null, ['forest']);
    expect(alerts).toHaveLength(1);
    const [{ receipt, ...stated }] = alerts as [RaisedAlert];
    expect(receipt).toMatchObject({ observed: 300, expected: 1, proof: { minute: 90 } });
    expect(recompute(stated, receipt).differences).toEqual([]);
    const bent = JSON.stringify(receipt).replace(`"before":[[${Math.log(2)}`, '"before":[[1.5');
    const named = recompute(stated, JSON.parse(bent) as typeof receipt).differences.map(({ what }) => what);
    expect(named).toContain('expected');
  });

  it('of a sweep holds the legs from which its order is assembled again', () => {
    const legs = [300, 250, 90].map((size, leg) =>
      print('10:00', size, { atMs: at('10:00') + leg, condition: 219, exchange: 300 + leg }),
    );
    const [{ receipt, ...stated }] = alertsOf(MARKET, legs, null, ['sweep']) as [RaisedAlert];
    expect(stated).toMatchObject({
      detector: 'sweep',
      kind: 'sweep',
      observed: 550,
      sweeps: 1,
      exchanges: 2,
    });
    expect(recompute(stated, receipt).differences).toEqual([]);
    const bent = JSON.parse(JSON.stringify(receipt).replace('[300,301]', '[300,300]')) as typeof receipt;
    expect(recompute(stated, bent).differences.map(({ what }) => what)).toContain('observed');
  });

  function theAlert(): RaisedAlert {
    const [alert] = alertsOf(MARKET, PRINTS, QUOTES, ['threshold']);
    return alert!;
  }

  it('holds the events as the detector saw them, what is normal, and by how much it was left behind', () => {
    const receipt = receiptIn(theAlert())!;
    expect(receipt).toMatchObject({
      rule: { id: 'threshold' },
      contract: 'O:NVDA251219C00180000',
      atMs: at('10:00:02'),
      observed: 140,
      expected: 7_800 / 30 / 78,
      threshold: 100,
      margin: 1.4,
      baseline: { run: null, sessions: 30 },
      proof: { of: 'threshold', factor: 10, floor: 100, volumeSum: 7_800, buckets: 78 },
    });
    expect(receipt.prints.atMs).toEqual(PRINTS.map(({ atMs }) => atMs));
    expect(receipt.prints.size).toEqual([60, 30, 50]);
    expect(receipt.quotes).toHaveLength(3);
    expect(receipt.quotes[0]).toMatchObject({ atMs: at('10:00:00') - 501 });
  });

  it.each([
    ['a size', (text: string) => text.replace('"size":[60,', '"size":[61,'), 'observed'],
    ['a price', (text: string) => text.replace('"priceE4":[20000,', '"priceE4":[20100,'), 'alert.premium'],
    ['a quote', (text: string) => text.replaceAll(/"askE4":\d+/g, '"askE4":90000'), 'alert.sidedShare'],
    ['what is normal', (text: string) => text.replace('"volumeSum":7800', '"volumeSum":7801'), 'expected'],
    ['the time', (text: string) => text.replace(/"atMs":36002000/, '"atMs":36002001'), 'alert.id'],
    ['the rule', (text: string) => text.replace('"floor":100', '"floor":90'), 'threshold'],
  ])('does not come out again when %s is changed by hand', (_what, change, named) => {
    const alert = theAlert();
    const text = JSON.stringify(alert.receipt);
    const changed = change(text);
    expect(changed).not.toBe(text);
    const { differences } = recompute(withoutReceipt(alert), JSON.parse(changed) as RaisedAlert['receipt']);
    expect(differences.map(({ what }) => what)).toContain(named);
  });

  it('of a later form is refused in words', () => {
    const alert = theAlert();
    const { differences } = recompute(withoutReceipt(alert), { ...alert.receipt, version: 2 });
    expect(differences).toEqual([
      expect.objectContaining({ what: 'receipt', recomputed: expect.stringContaining('form 2') as string }),
    ]);
  });
});
