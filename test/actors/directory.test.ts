// Lives of underlyings: one that fails is rebuilt or left out, its siblings do not notice, no print goes uncounted.
import { Decimal } from 'decimal.js';
import { describe, expect, test, vi } from 'vitest';
import { createActor } from 'xstate';
import { Directory, SHARDS, SWEEP_MS } from '../../src/actors/directory.ts';
import { underlyingLogic } from '../../src/actors/underlying.ts';
import { ContractArena, SlotDirectory } from '../../src/domain/arena.ts';
import { TapeLedger } from '../../src/domain/cancel-ledger.ts';
import { Chronicle } from '../../src/domain/chronicle.ts';
import { compileThreshold } from '../../src/domain/detectors/threshold.ts';
import { Life } from '../../src/domain/life.ts';
import { FAILURES_MAX } from '../../src/domain/rebuild.ts';
import { requireSession } from '../../src/domain/session.ts';
import { batchOf, type Print, type TradeBatch } from '../../src/domain/trade.ts';
import { type UnderlyingContext, UnderlyingState } from '../../src/domain/underlying.ts';
import type { UnderlyingFailure } from '../../src/domain/life.ts';
import { createRouter } from '../../src/streams/route.ts';
import { baselineOf, print, tableOf } from '../support/tape.ts';

const SESSION = requireSession('2025-11-24');
const TICKERS = [
  'O:NVDA251219C00180000',
  'O:SPY251219C00650000',
  'O:NVDA251219P00170000',
  'O:AMD251219C00200000',
];
const [NVDA_CALL, SPY, NVDA_PUT, AMD] = [0, 1, 2, 3] as const;

/** Contexts whose normal is one contract in five minutes, and which fail when `poisoned` is asked what is normal. */
function contextOf(tickers: readonly string[], poisoned: () => ReadonlySet<number>): UnderlyingContext {
  const baseline = baselineOf(
    1,
    tickers.map(() => 78),
  );
  return {
    session: SESSION,
    table: tableOf(tickers),
    baseline: {
      ...baseline,
      volumeSum(contract) {
        if (poisoned().has(contract)) throw new Error(`contract ${contract} is poisoned`);
        return baseline.volumeSum(contract);
      },
    },
    threshold: compileThreshold({ factor: new Decimal(10), floor: 1 }),
    detectors: [],
    cancels: new TapeLedger([]),
  };
}

/** A directory over {@link TICKERS}; `poison` decides which contracts fail from then on. */
class Stage {
  poison: ReadonlySet<number> = new Set();
  readonly failures: UnderlyingFailure[] = [];
  readonly directory: Directory;
  readonly tape: TradeBatch[] = [];
  readonly #route: ReturnType<typeof createRouter<TradeBatch>>;
  #rows = 0;

  constructor(tickers: readonly string[] = TICKERS, shards = SHARDS, idleMs = Infinity) {
    const context = contextOf(tickers, () => this.poison);
    this.directory = new Directory({
      context,
      past: { tape: () => this.tape, chronicle: new Chronicle(context.baseline) },
      onFailure: (failure) => this.failures.push(failure),
      idleMs,
      shards,
    });
    this.#route = createRouter(context.table);
  }

  /** Sends prints as one batch; gives back the contracts that were found unusual. */
  send(...prints: readonly Print[]): number[] {
    const batch = batchOf(SESSION, prints, { firstRow: this.#rows });
    this.#rows += prints.length;
    this.tape.push(batch);
    return this.directory.deliver(this.#route(batch)).map(({ contract }) => contract);
  }

  /** Prints that were folded, lost and held back. */
  get fates(): { folded: number; lost: number; heldBack: number } {
    const { lives } = this.directory;
    const folded = lives.reduce(
      (sum, { state: { counts } }) => sum + counts.detected + counts.outsideHours,
      0,
    );
    const lost = lives.reduce((sum, life) => sum + life.lost, 0);
    return { folded, lost, heldBack: lives.reduce((sum, { heldBack }) => sum + heldBack, 0) };
  }
}

const buy = (contract: number, size = 1, time = '10:00'): Print => print(time, size, { contract });

describe.each([
  ['in a shard of its own', SHARDS],
  ['in one shard with its siblings', 1],
])('an underlying that fails, %s', (_title, shards) => {
  test('is rebuilt, and its siblings do not notice', () => {
    const stage = new Stage(TICKERS, shards);
    stage.send(buy(NVDA_CALL), buy(SPY, 9), buy(AMD));
    stage.poison = new Set([NVDA_PUT]);
    // SPY had 9 and gets 3 more in the batch in which NVDA fails: 12 is above ten times its normal.
    expect(stage.send(buy(NVDA_PUT), buy(SPY, 3), buy(AMD))).toEqual([SPY]);
    expect(stage.failures).toMatchObject([{ underlying: 'NVDA', failures: 1, quarantined: false }]);
    expect(String(stage.failures[0]!.error)).toContain('contract 2 is poisoned');
    stage.poison = new Set();
    expect(stage.send(buy(NVDA_CALL, 11))).toEqual([NVDA_CALL]);
    expect(stage.directory.failures).toBe(1);
  });

  test('still knows what it had seen', () => {
    const stage = new Stage(TICKERS, shards);
    stage.send(buy(NVDA_CALL, 9), buy(SPY, 9));
    stage.poison = new Set([NVDA_PUT]);
    stage.send(buy(NVDA_PUT));
    stage.poison = new Set();
    // 9 + 9 is above the trigger: the first 9 are not forgotten.
    expect(stage.send(buy(NVDA_CALL, 9), buy(SPY, 9))).toEqual([NVDA_CALL, SPY]);
    expect(stage.fates).toEqual({ folded: 4, lost: 1, heldBack: 0 });
  });

  test('loses of its batch the print that it cannot bear and nothing more, and is told of once', () => {
    const stage = new Stage(TICKERS, shards);
    stage.poison = new Set([NVDA_PUT]);
    const prints = [buy(NVDA_CALL, 12), buy(SPY), buy(NVDA_PUT), buy(NVDA_CALL, 9), buy(SPY)];
    expect(stage.send(...prints)).toEqual([NVDA_CALL]);
    expect(stage.fates).toEqual({ folded: 4, lost: 1, heldBack: 0 });
    // Above the trigger already, and told.
    expect(stage.send(buy(NVDA_CALL, 12))).toEqual([]);
  });

  test('loses nothing when the fault passes by itself', () => {
    const stage = new Stage(TICKERS, shards);
    let asked = 0;
    const fate = { has: (contract: number) => contract === NVDA_PUT && ++asked === 1 };
    stage.poison = fate as unknown as ReadonlySet<number>;
    expect(stage.send(buy(NVDA_CALL, 12), buy(NVDA_PUT, 12), buy(SPY))).toEqual([NVDA_CALL, NVDA_PUT]);
    expect(stage.failures).toHaveLength(1);
    expect(stage.fates).toEqual({ folded: 3, lost: 0, heldBack: 0 });
  });

  test('is left out for the session at its third failure, and its siblings go on', () => {
    const stage = new Stage(TICKERS, shards);
    stage.poison = new Set([NVDA_PUT]);
    for (let failure = 1; failure <= FAILURES_MAX + 2; failure++)
      stage.send(buy(NVDA_PUT), buy(SPY), buy(AMD));
    expect(stage.failures.map(({ failures, quarantined }) => [failures, quarantined])).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ]);
    expect(stage.directory.quarantined).toEqual(['NVDA']);
    stage.poison = new Set();
    expect(stage.send(buy(NVDA_CALL, 50), buy(SPY, 20))).toEqual([SPY]);
    expect(stage.fates).toEqual({ folded: 2 * (FAILURES_MAX + 2) + 1, lost: FAILURES_MAX, heldBack: 3 });
    expect(stage.directory.lives).toHaveLength(3);
    expect(stage.directory.running).toBe(2);
  });

  test.each([1, 2, 20])('is left out at the same print when the batches have %i prints', (rows) => {
    const stage = new Stage(TICKERS, shards);
    stage.poison = new Set([NVDA_PUT]);
    const tape = Array.from({ length: 5 }, () => [buy(NVDA_CALL, 2), buy(NVDA_PUT), buy(SPY)]).flat();
    for (let from = 0; from < tape.length; from += rows) stage.send(...tape.slice(from, from + rows));
    expect(stage.failures).toHaveLength(FAILURES_MAX);
    expect(stage.fates).toEqual({ folded: 3 + 5, lost: 3, heldBack: 4 });
  });

  test('is left out when its past cannot be read, and what it had is counted as lost', () => {
    const stage = new Stage(TICKERS, shards);
    stage.send(buy(NVDA_CALL), buy(SPY));
    stage.poison = new Set([NVDA_PUT]);
    vi.spyOn(stage.tape, Symbol.iterator).mockImplementation(() => {
      throw new Error('no memory');
    });
    stage.send(buy(NVDA_PUT), buy(SPY, 11));
    expect(stage.failures.map(({ quarantined }) => quarantined)).toEqual([false, true]);
    expect(stage.send(buy(NVDA_CALL), buy(SPY))).toEqual([]);
    expect(stage.fates).toEqual({ folded: 3, lost: 2, heldBack: 1 });
  });

  test('several may fail in one batch', () => {
    const stage = new Stage(TICKERS, shards);
    stage.poison = new Set([NVDA_PUT, AMD]);
    stage.send(buy(AMD), buy(NVDA_PUT), buy(SPY));
    expect(stage.failures.map(({ underlying }) => underlying)).toEqual(['AMD', 'NVDA']);
    expect(stage.fates).toEqual({ folded: 1, lost: 2, heldBack: 0 });
  });
});

describe('an underlying that is quiet', () => {
  const AT = (time: string): number => print(time, 1).atMs;

  test('has its actor stopped, sleeps with its state and wakes with its next print', () => {
    const stage = new Stage(TICKERS, 1, 600_000);
    stage.send(buy(NVDA_CALL, 9), buy(SPY));
    for (let minute = 1; minute <= 20; minute++) {
      stage.send(buy(SPY, 1, `10:${String(minute).padStart(2, '0')}`));
      stage.directory.tick(AT('10:00') + minute * SWEEP_MS);
    }
    expect(stage.directory).toMatchObject({ passivations: 1, running: 1 });
    // Its window is empty by now, so that 11 more are what it takes.
    expect(stage.send(buy(NVDA_CALL, 9, '10:21'), buy(SPY, 1, '10:21'))).toEqual([]);
    expect(stage.directory.running).toBe(2);
    expect(stage.send(buy(NVDA_CALL, 2, '10:21:01'))).toEqual([NVDA_CALL]);
    expect(stage.directory.lives.map(({ state }) => state.counts.detected)).toEqual([3, 22]);
  });

  test('is not stopped while it stirs, nor without a time to be quiet', () => {
    for (const idleMs of [600_000, Infinity]) {
      const stage = new Stage(TICKERS, 1, idleMs);
      for (let minute = 1; minute <= 30; minute++) {
        const time = `10:${String(minute).padStart(2, '0')}`;
        stage.send(...(idleMs === Infinity && minute > 1 ? [] : [buy(SPY, 1, time)]));
        stage.directory.tick(AT(time));
      }
      expect(stage.directory).toMatchObject({ passivations: 0, running: 1 });
    }
  });
});

test('the lives of a stopped directory stay readable, and what is sent to it is dropped', () => {
  using warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const stage = new Stage();
  stage.send(buy(SPY, 9));
  stage.directory.stop();
  stage.directory.stop();
  expect(warn).not.toHaveBeenCalled();
  expect(stage.send(buy(SPY, 9))).toEqual([]);
  expect(stage.fates).toEqual({ folded: 1, lost: 0, heldBack: 1 });
  expect(stage.directory.running).toBe(0);
});

test('six thousand underlyings are adopted, each by the shard of its name', () => {
  const tickers = Array.from({ length: 6_000 }, (_, i) => {
    const letters = [i % 26, ((i / 26) | 0) % 26, ((i / 676) | 0) % 26].map((n) => 65 + n);
    return `O:${String.fromCharCode(...letters)}251219C00180000`;
  });
  const stage = new Stage(tickers);
  const prints = tickers.map((_, contract) => buy(contract));
  stage.send(...prints);
  stage.send(...prints);
  expect(stage.directory.lives).toHaveLength(6_000);
  expect(stage.fates.folded).toBe(12_000);
  expect(stage.directory.arenas.size).toBe(SHARDS);
});

test('a stopped actor leaves its state as it was', () => {
  const context = contextOf(TICKERS, () => new Set());
  const state = new UnderlyingState(context, new ContractArena(), new SlotDirectory(), 0);
  const life = new Life(context.table.underlyingOf(SPY), state);
  const actor = createActor(underlyingLogic, { input: life }).start();
  const trades = batchOf(SESSION, [buy(SPY)]);
  const message = {
    type: 'tape',
    trades,
    order: Int32Array.of(0),
    from: 0,
    to: 1,
    findings: [],
    found: 0,
  } as const;
  actor.send({ ...message, findings: [] });
  const before = structuredClone({ ...state.counts, clockMs: state.clockMs });
  actor.stop();
  using _warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  actor.send({ ...message, findings: [] });
  expect({ ...state.counts, clockMs: state.clockMs }).toEqual(before);
  expect(actor.getSnapshot().context).toBe(life);
});
