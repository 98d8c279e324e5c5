// Lives of underlyings: one that fails is begun anew or left out, its siblings do not notice, no print goes uncounted.
import { Decimal } from 'decimal.js';
import { describe, expect, test, vi } from 'vitest';
import { createActor } from 'xstate';
import { Directory, SHARDS } from '../../src/actors/directory.ts';
import { FAILURES_MAX } from '../../src/actors/shard.ts';
import { underlyingLogic } from '../../src/actors/underlying.ts';
import { ContractArena, SlotDirectory } from '../../src/domain/arena.ts';
import { TapeLedger } from '../../src/domain/cancel-ledger.ts';
import { compileThreshold } from '../../src/domain/detectors/threshold.ts';
import { requireSession } from '../../src/domain/session.ts';
import { batchOf, type Print } from '../../src/domain/trade.ts';
import {
  type UnderlyingContext,
  type UnderlyingFailure,
  UnderlyingState,
} from '../../src/domain/underlying.ts';
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
  readonly #route: ReturnType<typeof createRouter<ReturnType<typeof batchOf>>>;
  #rows = 0;

  constructor(tickers: readonly string[] = TICKERS, shards = SHARDS) {
    const context = contextOf(tickers, () => this.poison);
    this.directory = new Directory(context, (failure) => this.failures.push(failure), shards);
    this.#route = createRouter(context.table);
  }

  /** Sends prints as one batch; gives back the contracts that were found unusual. */
  send(...prints: readonly Print[]): number[] {
    const batch = batchOf(SESSION, prints, { firstRow: this.#rows });
    this.#rows += prints.length;
    return this.directory.deliver(this.#route(batch)).map(({ contract }) => contract);
  }

  /** Prints that were folded, by any life of any underlying. */
  get folded(): number {
    return this.directory.states.reduce((sum, { counts }) => sum + counts.detected + counts.outsideHours, 0);
  }
}

const buy = (contract: number, size = 1, time = '10:00'): Print => print(time, size, { contract });

describe.each([
  ['in a shard of its own', SHARDS],
  ['in one shard with its siblings', 1],
])('an underlying that fails, %s', (_title, shards) => {
  test('is begun anew, and its siblings do not notice', () => {
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

  test('forgets what it had seen, and counts it all the same', () => {
    const stage = new Stage(TICKERS, shards);
    stage.send(buy(NVDA_CALL, 9), buy(SPY, 9));
    stage.poison = new Set([NVDA_PUT]);
    stage.send(buy(NVDA_PUT));
    stage.poison = new Set();
    // 9 + 9 would be above the trigger, but the first 9 are forgotten; the sibling remembers its own.
    expect(stage.send(buy(NVDA_CALL, 9), buy(SPY, 9))).toEqual([SPY]);
    expect(stage.folded).toBe(4);
  });

  test('loses of its batch what came after the fault, nothing more', () => {
    const stage = new Stage(TICKERS, shards);
    stage.poison = new Set([NVDA_PUT]);
    stage.send(buy(NVDA_CALL), buy(NVDA_CALL), buy(SPY), buy(NVDA_PUT), buy(NVDA_CALL), buy(SPY));
    expect(stage.folded).toBe(4);
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
    stage.poison = new Set();
    expect(stage.send(buy(NVDA_CALL, 50), buy(SPY, 20))).toEqual([SPY]);
    expect(stage.folded).toBe(2 * (FAILURES_MAX + 2) + 1);
    expect(stage.directory.underlyings).toBe(3);
  });

  test('several may fail in one batch', () => {
    const stage = new Stage(TICKERS, shards);
    stage.poison = new Set([NVDA_PUT, AMD]);
    stage.send(buy(AMD), buy(NVDA_PUT), buy(SPY));
    expect(stage.failures.map(({ underlying }) => underlying)).toEqual(['AMD', 'NVDA']);
    expect(stage.folded).toBe(1);
  });
});

test('the states of a stopped directory stay readable, and what is sent to it is dropped', () => {
  using warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const stage = new Stage();
  stage.send(buy(SPY, 9));
  stage.directory.stop();
  stage.directory.stop();
  expect(warn).not.toHaveBeenCalled();
  expect(stage.send(buy(SPY, 9))).toEqual([]);
  expect(stage.folded).toBe(1);
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
  expect(stage.directory.underlyings).toBe(6_000);
  expect(stage.folded).toBe(12_000);
  expect(new Set(stage.directory.states.map(({ arena }) => arena)).size).toBe(SHARDS);
});

test('a stopped actor leaves its state as it was', () => {
  const state = new UnderlyingState(
    contextOf(TICKERS, () => new Set()),
    new ContractArena(),
    new SlotDirectory(),
    0,
  );
  const actor = createActor(underlyingLogic, { input: state }).start();
  const batch = batchOf(SESSION, [buy(SPY)]);
  actor.send({ type: 'tape', trades: batch, order: Int32Array.of(0), from: 0, to: 1, findings: [] });
  const before = structuredClone({ ...state.counts, clockMs: state.clockMs });
  actor.stop();
  using _warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  actor.send({ type: 'tape', trades: batch, order: Int32Array.of(0), from: 0, to: 1, findings: [] });
  expect({ ...state.counts, clockMs: state.clockMs }).toEqual(before);
  expect(actor.getSnapshot().context).toBe(state);
});
