// The engine of a session: every print is accounted for, alerts come in tape order, faults stay where they are.
import { Decimal } from 'decimal.js';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Alert } from '../src/domain/alert.ts';
import type { VolumeBaseline } from '../src/domain/baseline.ts';
import { TapeLedger } from '../src/domain/cancel-ledger.ts';
import { batchOf, type Print, type TradeBatch } from '../src/domain/trade.ts';
import type { UnderlyingFailure } from '../src/domain/life.ts';
import { createEngine, type Engine } from '../src/engine.ts';
import { nastyTape } from './support/nasty-tape.ts';
import { assertAsyncProperty, assertProperty } from './support/properties.ts';
import { baselineOf, fold, isCancel, type Market, print, tableOf } from './support/tape.ts';
import { requireSession } from '../src/domain/session.ts';

interface Stage {
  readonly engine: Engine;
  /** Batches of the tape, each known to the ledger before it is given out, as a feed does it. */
  readonly batches: () => Generator<TradeBatch>;
  readonly failures: UnderlyingFailure[];
}

function stageOf(
  market: Market,
  prints: readonly Print[],
  cuts: readonly number[],
  wrap = (baseline: VolumeBaseline): VolumeBaseline => baseline,
): Stage {
  const cancels = new TapeLedger(prints.filter(isCancel));
  const failures: UnderlyingFailure[] = [];
  const cut = (firstRow: number, rows: number): TradeBatch =>
    batchOf(market.session, prints.slice(firstRow, firstRow + rows), { firstRow });
  const engine = createEngine({
    session: market.session,
    table: tableOf(market.tickers),
    baseline: wrap(baselineOf(market.sessions, market.volumeSums)),
    threshold: { factor: new Decimal(market.factor), floor: market.floor },
    cancels,
    // The past comes in other pieces than the present.
    *tape() {
      for (let firstRow = 0; firstRow < prints.length; firstRow += 7) yield cut(firstRow, 7);
    },
    onFailure: (failure) => failures.push(failure),
  });
  function* batches(): Generator<TradeBatch> {
    for (let firstRow = 0, turn = 0; firstRow < prints.length; turn++) {
      const batch = cut(firstRow, cuts[turn % cuts.length]!);
      cancels.add(batch);
      yield batch;
      firstRow += batch.length;
    }
  }
  return { engine, batches, failures };
}

function alertsOf({ engine, batches }: Stage): Alert[] {
  return Array.from(batches()).flatMap((batch) => engine.take(batch));
}

/** What became of the prints, all of them together. */
function accounted({ prints, lost, quarantined }: ReturnType<Engine['summary']>): number {
  return prints.detected + prints.outsideHours + prints.apart + prints.cancels + lost + quarantined;
}

describe('a session', () => {
  test('gives the same alerts however its tape is cut, each once and with an id of its own', () => {
    assertProperty(
      fc.property(nastyTape, ({ market, prints, cuts }) => {
        const whole = stageOf(market, prints, [prints.length]);
        const cut = stageOf(market, prints, cuts);
        const alerts = alertsOf(whole);
        expect(alertsOf(cut)).toEqual(alerts);
        expect(alerts.length).toBe(fold(market, prints).findings.length);
        expect(new Set(alerts.map(({ id }) => id)).size).toBe(alerts.length);
        expect(cut.engine.summary()).toEqual(whole.engine.summary());
      }),
      150,
    );
  });

  test('accounts for every print and loses none', () => {
    assertProperty(
      fc.property(nastyTape, ({ market, prints, cuts }) => {
        const stage = stageOf(market, prints, cuts);
        const alerts = alertsOf(stage);
        const summary = stage.engine.summary();
        expect(accounted(summary)).toBe(prints.length);
        expect(summary).toMatchObject({
          received: prints.length,
          lost: 0,
          quarantined: 0,
          failures: 0,
          alerts: alerts.length,
        });
        expect(summary.contracts).toBe(new Set(prints.map(({ contract }) => contract)).size);
      }),
      150,
    );
  });

  test('run over a tape that comes in its own time tells what taking batch by batch tells', async () => {
    await assertAsyncProperty(
      fc.asyncProperty(nastyTape, async ({ market, prints, cuts }) => {
        const expected = alertsOf(stageOf(market, prints, cuts));
        const { engine, batches } = stageOf(market, prints, cuts);
        async function* slowly(): AsyncGenerator<TradeBatch> {
          for (const batch of batches()) {
            await Promise.resolve();
            yield batch;
          }
        }
        const told: Alert[] = [];
        await engine.run(slowly(), (alert) => told.push(alert));
        expect(told).toEqual(expected);
      }),
      40,
    );
  });
});

describe('faults', () => {
  const market: Market = {
    session: requireSession('2025-11-24'),
    tickers: ['O:NVDA251219C00180000', 'O:SPY251219C00650000', 'O:NVDA251219P00170000'],
    sessions: 1,
    volumeSums: [81, 81, 81],
    factor: '10',
    floor: 1,
  };
  const [NVDA, SPY, POISON] = [0, 1, 2] as const;
  const poisoned = (baseline: VolumeBaseline): VolumeBaseline => ({
    ...baseline,
    volumeSum(contract) {
      if (contract === POISON) throw new Error('poison');
      return baseline.volumeSum(contract);
    },
  });
  const prints = [NVDA, SPY, POISON, NVDA, SPY].map((contract) => print('10:00', 3, { contract }));
  const tape = [...prints, ...prints, ...prints, ...prints];

  test.each([1, 2, 5, 20])('in batches of %i, what a failing underlying loses is counted', (rows) => {
    const stage = stageOf(market, tape, [rows], poisoned);
    const alerts = alertsOf(stage);
    const summary = stage.engine.summary();
    expect(accounted(summary)).toBe(tape.length);
    expect(summary.received).toBe(tape.length);
    // Both print 24 contracts in one moment and are told of at the eleventh, NVDA before it is left out.
    expect(alerts.map(({ underlying, observed }) => [underlying, observed])).toEqual([
      ['NVDA', 12],
      ['SPY', 12],
    ]);
    // Three poisoned prints are lost; NVDA is then left out, with one print of the third round and three of the fourth.
    expect(stage.failures.map(({ quarantined }) => quarantined)).toEqual([false, false, true]);
    expect(stage.engine.quarantined()).toEqual(['NVDA']);
    expect(summary).toMatchObject({ contracts: 2, underlyings: 2, failures: 3, lost: 3, quarantined: 4 });
    expect(summary.prints.detected).toBe(tape.length - 7);
  });

  test('settings out of range are refused when the engine is made', () => {
    const wrong = (change: Partial<Market>) => () => stageOf({ ...market, ...change }, [], [1]);
    expect(wrong({ factor: '0' })).toThrow(RangeError);
    expect(wrong({ factor: '0.00001' })).toThrow(RangeError);
    expect(wrong({ floor: -1 })).toThrow(RangeError);
    expect(wrong({ floor: 1.5 })).toThrow(RangeError);
  });

  test('a broken data path is a fault of the whole engine and not of a print', () => {
    const { engine } = stageOf(market, [], [1]);
    const batch = batchOf(market.session, [print('10:00', 1, { contract: SPY })]);
    const broken = {
      ...batch,
      get contract(): Int32Array {
        throw new Error('no memory');
      },
    };
    expect(() => engine.take(broken)).toThrow('the data path of the engine is broken');
    expect(() => engine.take(batch)).toThrow('the data path of the engine is broken');
  });

  test('stopping twice does no harm, and the summary stays', () => {
    const stage = stageOf(market, [print('10:00', 1, { contract: SPY })], [1]);
    alertsOf(stage);
    stage.engine.stop();
    stage.engine.stop();
    expect(stage.engine.summary()).toMatchObject({ received: 1, lost: 0, contracts: 1 });
  });
});
