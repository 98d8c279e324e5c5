// An underlying that failed and was rebuilt is one that never failed: same alerts, same counts, told once.
import { Decimal } from 'decimal.js';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Alert } from '../../src/domain/alert.ts';
import { TapeLedger } from '../../src/domain/cancel-ledger.ts';
import { QUOTES_KEPT_MAX, Chronicle } from '../../src/domain/chronicle.ts';
import type { QuoteBatch } from '../../src/domain/quote.ts';
import { SessionLedger } from '../../src/domain/session-ledger.ts';
import { batchOf, type Print, type TradeBatch } from '../../src/domain/trade.ts';
import type { UnderlyingFailure } from '../../src/domain/life.ts';
import { createEngine, type Engine, type EngineSummary } from '../../src/engine.ts';
import { faultyBatch, passingFaults } from '../support/faulty-batch.ts';
import { nastyTape } from '../support/nasty-tape.ts';
import { assertProperty } from '../support/properties.ts';
import { bytesOf, runEngine, SESSION, simulatedSession } from '../support/simulated-session.ts';
import { baselineOf, isCancel, type Market, tableOf } from '../support/tape.ts';

/** What happens before a batch, beside its prints. */
interface Happening {
  readonly quotes: ReadonlyArray<{
    readonly contract: number;
    readonly bidE4: number;
    readonly aheadMs: number;
  }>;
  readonly ticks: boolean;
  readonly baseline: readonly number[] | null;
}

const happening: fc.Arbitrary<Happening> = fc.record({
  quotes: fc.array(
    fc.record({ contract: fc.nat(4), bidE4: fc.constantFrom(0, 50, 16_000), aheadMs: fc.nat(90_000) }),
    { maxLength: 3 },
  ),
  ticks: fc.boolean(),
  baseline: fc.option(fc.array(fc.constantFrom(0, 77, 4_000), { minLength: 5, maxLength: 5 }), { freq: 6 }),
});

function quotesOf({ quotes }: Happening, atMs: number): QuoteBatch | null {
  if (quotes.length === 0) return null;
  const column = (value: (n: number) => number): Int32Array => Int32Array.from(quotes, (_q, n) => value(n));
  return {
    length: quotes.length,
    settledMs: atMs - 200_000,
    contract: column((n) => quotes[n]!.contract),
    atMs: column((n) => atMs - quotes[n]!.aheadMs),
    bidE4: column((n) => quotes[n]!.bidE4),
    askE4: column((n) => quotes[n]!.bidE4 + 300),
    bidSize: column(() => 10),
    askSize: column(() => 10),
  };
}

interface Told {
  readonly alerts: readonly Alert[];
  readonly summary: EngineSummary;
  readonly failures: readonly UnderlyingFailure[];
}

/** Runs a tape with what happens beside it; `throws` says of which rows the fold cannot read the condition. */
function run(
  { market, prints, cuts }: { market: Market; prints: readonly Print[]; cuts: readonly number[] },
  happenings: readonly Happening[],
  { throws = (_row: number): boolean => false, live = false } = {},
): Told {
  const cancels = live ? new SessionLedger() : new TapeLedger(prints.filter(isCancel));
  const failures: UnderlyingFailure[] = [];
  const batch = (firstRow: number, rows: number): TradeBatch =>
    batchOf(market.session, prints.slice(firstRow, firstRow + rows), { firstRow });
  const engine = createEngine({
    session: market.session,
    table: tableOf(market.tickers),
    baseline: baselineOf(market.sessions, market.volumeSums),
    threshold: { factor: new Decimal(market.factor), floor: market.floor },
    cancels,
    *tape() {
      if (cancels instanceof SessionLedger)
        for (const past of cancels.tape()) yield faultyBatch(past, throws);
      else for (let row = 0; row < prints.length; row += 13) yield faultyBatch(batch(row, 13), throws);
    },
    onFailure: (failure) => failures.push(failure),
  });
  const alerts: Alert[] = [];
  for (let firstRow = 0, turn = 0; firstRow < prints.length; turn++) {
    const next = batch(firstRow, cuts[turn % cuts.length]!);
    const { atMs } = prints[firstRow]!;
    const beside = happenings[turn % happenings.length]!;
    const quotes = quotesOf(beside, atMs);
    if (quotes !== null) engine.takeQuotes(quotes);
    if (beside.baseline !== null) engine.adoptBaseline(baselineOf(30, beside.baseline));
    if (beside.ticks) engine.tick(atMs - 2_000);
    cancels.add(next);
    alerts.push(...engine.take(faultyBatch(next, throws)));
    firstRow += next.length;
  }
  return { alerts, summary: engine.summary(), failures };
}

const happenings = fc.array(happening, { minLength: 1, maxLength: 6 });

describe('an underlying rebuilt after a failure', () => {
  test.each([
    ['from the columns of a file', false],
    ["from the session's memory", true],
  ])('%s gives the alerts of one that never failed', (_title, live) => {
    let failed = 0;
    assertProperty(
      fc.property(nastyTape, happenings, fc.array(fc.nat(119), { maxLength: 2 }), (tape, beside, rows) => {
        const whole = run(tape, beside, { live });
        const rebuilt = run(tape, beside, { live, throws: passingFaults(rows) });
        failed += rebuilt.failures.length;
        expect(JSON.stringify(rebuilt.alerts)).toBe(JSON.stringify(whole.alerts));
        expect(rebuilt.summary).toEqual({ ...whole.summary, failures: rebuilt.failures.length });
      }),
      200,
    );
    expect(failed).toBeGreaterThan(50);
  });

  test('loses the prints that always throw, as if they had never been printed', () => {
    let lost = 0;
    assertProperty(
      fc.property(nastyTape, happenings, fc.array(fc.nat(119), { maxLength: 2 }), (tape, beside, rows) => {
        const poison = new Set(rows.filter((row) => row < tape.prints.length));
        const rebuilt = run(tape, beside, { throws: (row) => poison.has(row) });
        expect(rebuilt.failures).toHaveLength(poison.size);
        const { summary } = rebuilt;
        expect(summary).toMatchObject({ lost: poison.size, quarantined: 0, received: tape.prints.length });
        const { detected, outsideHours, apart, cancels } = summary.prints;
        expect(detected + outsideHours + apart + cancels + poison.size).toBe(tape.prints.length);
        // One failure early or late, one print a batch or many: the same alerts.
        const finer = { ...tape, cuts: [1] };
        const none: Happening[] = [{ quotes: [], ticks: false, baseline: null }];
        const throws = (row: number): boolean => poison.has(row);
        expect(JSON.stringify(run(finer, none, { throws }).alerts)).toBe(
          JSON.stringify(run(tape, none, { throws }).alerts),
        );
        lost += poison.size;
      }),
      150,
    );
    expect(lost).toBeGreaterThan(50);
  });
});

describe('an underlying rebuilt after a failure late in the day, with the detector surprise', () => {
  // A gap early in the day, fifty times the budget in its middle, and a fifth of it at its end.
  const session = simulatedSession('rebuilt');
  const { length } = session.day;
  const rowAt = (share: number): number => Math.floor(length * share);
  const changes = [
    {
      row: rowAt(0.25),
      tell: (engine: Engine) => engine.standStill(SESSION.openMs + 3_600_000, SESSION.openMs + 5_400_000),
    },
    { row: rowAt(0.33), tell: (engine: Engine) => engine.changeBudget(5_000) },
    { row: rowAt(0.66), tell: (engine: Engine) => engine.changeBudget(20) },
  ];
  const whole = runEngine(session, { changes });

  test('knows the budget and the gaps of its past, not those of now', () => {
    expect(whole.alerts.filter(({ detector }) => detector === 'surprise').length).toBeGreaterThan(5);
    let failed = 0;
    for (const share of [0.3, 0.5, 0.7, 0.8, 0.9, 0.95]) {
      const row = rowAt(share);
      // The failed one and its neighbours: each of many underlyings.
      const rebuilt = runEngine(session, {
        changes,
        cut: () => 97,
        throws: passingFaults([row, row + 50, row + 111]),
      });
      failed += rebuilt.failures.length;
      expect(bytesOf(rebuilt.alerts)).toBe(bytesOf(whole.alerts));
      expect(rebuilt.engine.budget()).toEqual(whole.engine.budget());
      expect(rebuilt.engine.tails()).toEqual(whole.engine.tails());
    }
    expect(failed).toBeGreaterThanOrEqual(12);
  });
});

describe('the chronicle of a session', () => {
  const quotes = (length: number, atMs: number): QuoteBatch => {
    const column = new Int32Array(length);
    const times = new Int32Array(length).fill(atMs);
    return {
      length,
      settledMs: 0,
      contract: column,
      atMs: times,
      bidE4: column,
      askE4: column,
      bidSize: column,
      askSize: column,
    };
  };

  test('forgets quotes that can say nothing any more, and the oldest of too many', () => {
    const chronicle = new Chronicle(baselineOf(0, []));
    for (let second = 0; second < 4_000; second++) chronicle.addQuotes(quotes(10, second * 1_000));
    // Six minutes and ten seconds are kept, and at most as many again until they are cut off together.
    expect(chronicle.quoteRows).toBeGreaterThanOrEqual(3_700);
    expect(chronicle.quoteRows).toBeLessThanOrEqual(2 * 3_710);
    for (let n = 0; n < 5; n++) chronicle.addQuotes(quotes(QUOTES_KEPT_MAX / 2, 4_000_000));
    expect(chronicle.quoteRows).toBeLessThanOrEqual(QUOTES_KEPT_MAX);
  });

  test('keeps of ticks before the same print the last, however many there are', () => {
    const chronicle = new Chronicle(baselineOf(0, []));
    for (let row = 0; row < 3_000; row++) {
      chronicle.nextRow = row;
      for (let tick = 0; tick < 3; tick++) chronicle.addTick(row * 10 + tick);
    }
    const heard: number[] = [];
    const deaf = { quotes: () => {}, baseline: () => {}, change: () => {} };
    const tell = chronicle.telling({ ...deaf, tick: (ms) => heard.push(ms) });
    expect(tell(0)).toBe(1);
    expect(tell(2_999)).toBe(Infinity);
    expect(heard).toEqual(Array.from({ length: 3_000 }, (_row, row) => row * 10 + 2));
  });
});
