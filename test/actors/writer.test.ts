// The writer against a store that is slow, away or picky: nothing lost, nothing twice, every row accounted for.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Writer } from '../../src/actors/writer.ts';
import type { WriterCounts, WriterPorts, WriterState } from '../../src/actors/writer-words.ts';
import { WriterQueue } from '../../src/actors/writer-queue.ts';
import type { Alert } from '../../src/domain/alert.ts';
import { requireSession } from '../../src/domain/session.ts';
import { batchOf, type TradeBatch } from '../../src/domain/trade.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import { print } from '../support/tape.ts';

const session = requireSession('2026-11-20');
const AWAY = new Error('the database is away');

function tape(rows: number, firstRow = 0, sizeFrom = 1): TradeBatch {
  return batchOf(
    session,
    Array.from({ length: rows }, (_row, row) => print('09:31:00', sizeFrom + row)),
    { firstRow },
  );
}

/** A store in memory that does what each test says. */
class Store {
  readonly sizes: number[] = [];
  readonly alerts: string[] = [];
  readonly pieces: number[] = [];
  position = 0;
  answer: (piece: TradeBatch) => Promise<void> = () => Promise.resolve();

  async store(piece: TradeBatch): Promise<{ stored: number; duplicate: number; settled: number }> {
    await this.answer(piece);
    this.pieces.push(piece.length);
    const known = Math.min(Math.max(this.position - piece.firstRow, 0), piece.length);
    this.sizes.push(...piece.size.subarray(known, piece.length));
    this.position = piece.firstRow + piece.length;
    return { stored: piece.length - known, duplicate: known, settled: 0 };
  }
}

function start(
  store: Store,
  ports: Partial<WriterPorts> = {},
  queue = new WriterQueue({ rowsMax: 100, bytesMax: 1e6, pieceRows: 10 }),
): { writer: Writer; clock: ManualClock; states: WriterState[] } {
  const clock = new ManualClock(0);
  const states: WriterState[] = [];
  const writer = new Writer(
    {
      store: (piece) => store.store(piece),
      storeAlerts: (alerts) => {
        const fresh = alerts.filter(({ id }) => !store.alerts.includes(id));
        store.alerts.push(...fresh.map(({ id }) => id));
        return Promise.resolve(fresh.length);
      },
      mayPass: (error) => error === AWAY,
      clock,
      chance: () => 1,
      onState: (state) => states.push(state),
      ...ports,
    },
    { gatherMs: 200, pauseMs: 100, pauseMsMax: 1000, queue },
  );
  return { writer, clock, states };
}

/** Lets promises that are ready run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 40; turn++) await Promise.resolve();
}

function expectAccounted(counts: WriterCounts): void {
  const { received, stored, duplicate, discarded, inFlight } = counts;
  expect(stored + duplicate + discarded.settled + discarded.refused + inFlight).toBe(received);
}

const alert = (id: string): Alert => ({ id }) as Alert;

describe('the writer', () => {
  it('gathers prints for a while, and stores a full piece at once', async () => {
    const store = new Store();
    const { writer, clock } = start(store);
    writer.accept(tape(4));
    await settle();
    expect(store.pieces).toEqual([]);
    clock.advance(200);
    await settle();
    expect(store.pieces).toEqual([4]);
    writer.accept(tape(10, 4));
    await settle();
    expect(store.pieces).toEqual([4, 10]);
    expectAccounted(writer.counts());
  });

  it('copies what it is given, because a batch shares its columns with the next', async () => {
    const store = new Store();
    const { writer, clock } = start(store);
    const batch = tape(3);
    writer.accept(batch);
    batch.size.fill(0);
    clock.advance(200);
    await settle();
    expect(store.sizes).toEqual([1, 2, 3]);
  });

  it('stores an alert at once, while prints still gather or the print lane is away', async () => {
    const store = new Store();
    store.answer = () => Promise.reject(AWAY);
    const { writer, clock } = start(store);
    writer.accept(tape(10));
    writer.alert(alert('a'));
    writer.alert(alert('a'));
    clock.advance(0);
    await settle();
    clock.advance(0);
    await settle();
    expect(store.alerts).toEqual(['a']);
    expect(writer.state).toBe('away');
    expect(writer.counts().alerts).toEqual({
      received: 2,
      stored: 1,
      duplicate: 1,
      discarded: 0,
      inFlight: 0,
    });
  });

  it('goes away with growing pauses while the store does, takes up to its bound, and then catches up', async () => {
    const store = new Store();
    let attempts = 0;
    store.answer = () => {
      attempts++;
      return attempts <= 3 ? Promise.reject(AWAY) : Promise.resolve();
    };
    const { writer, clock, states } = start(store);
    for (let row = 0; row < 100; row += 10) expect(writer.accept(tape(10, row, row + 1))).toBe(true);
    expect(writer.accept(tape(1, 100))).toBe(false);
    let hasRoom = false;
    void writer.room(1).then(() => (hasRoom = true));
    for (const pauseMs of [100, 200, 400]) {
      await settle();
      expect(writer.state).toBe('away');
      clock.advance(pauseMs - 1);
      await settle();
      expect(store.pieces).toEqual([]);
      clock.advance(1);
    }
    await settle();
    expect(hasRoom).toBe(true);
    for (let turn = 0; turn < 20; turn++) {
      clock.advance(200);
      await settle();
    }
    expect(store.sizes).toEqual(Array.from({ length: 100 }, (_size, n) => n + 1));
    expect(states).toContain('away');
    expect(writer.counts()).toMatchObject({ received: 100, stored: 100, inFlight: 0, retries: 3 });
  });

  it('puts the one row aside that the store refuses, and stores its neighbours', async () => {
    const store = new Store();
    store.answer = (piece) =>
      piece.size.subarray(0, piece.length).includes(7)
        ? Promise.reject(new Error('value out of range'))
        : Promise.resolve();
    const { writer, clock } = start(store);
    writer.accept(tape(10));
    for (let turn = 0; turn < 20; turn++) {
      clock.advance(200);
      await settle();
    }
    expect(store.sizes).toEqual([1, 2, 3, 4, 5, 6, 8, 9, 10]);
    expect(writer.counts().discarded).toEqual({ settled: 0, refused: 1 });
    expectAccounted(writer.counts());
  });

  it('never puts two sessions, or a gap of the tape, into one piece', async () => {
    const store = new Store();
    const { writer, clock } = start(store);
    writer.accept(tape(2));
    writer.accept(tape(2, 5));
    writer.accept({ ...tape(2), session: requireSession('2026-11-23') });
    for (let turn = 0; turn < 5; turn++) {
      clock.advance(200);
      await settle();
    }
    expect(store.pieces).toEqual([2, 2, 2]);
  });

  it('drains what it has and closes', async () => {
    const store = new Store();
    const { writer, states } = start(store);
    writer.accept(tape(25));
    writer.alert(alert('last'));
    expect(await writer.drain(1000)).toEqual({ prints: 0, alerts: 0 });
    expect([store.pieces, store.alerts, writer.state]).toEqual([[10, 10, 5], ['last'], 'closed']);
    expect(states.at(-1)).toBe('closed');
    expect(() => writer.accept(tape(1))).toThrow(/takes nothing/);
  });

  it('closes at the deadline when the store does not come back, and counts what is left', async () => {
    const store = new Store();
    store.answer = () => new Promise(() => {});
    const { writer, clock } = start(store);
    writer.accept(tape(12));
    const report = writer.drain(1000);
    await settle();
    expect(writer.state).toBe('draining');
    clock.advance(1000);
    expect(await report).toEqual({ prints: 12, alerts: 0 });
    expect(writer.state).toBe('closed');
    expectAccounted(writer.counts());
  });

  it('accounts for every row at every moment, however often the store is away', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 12 }),
        fc.array(fc.boolean(), { maxLength: 30 }),
        async (batches, faults) => {
          const store = new Store();
          let call = 0;
          store.answer = () => (faults[call++] === true ? Promise.reject(AWAY) : Promise.resolve());
          const { writer, clock } = start(store);
          let given = 0;
          for (const rows of batches) {
            if (writer.accept(tape(rows, given, given + 1))) given += rows;
            clock.advance(50);
            await settle();
            expectAccounted(writer.counts());
          }
          for (let turn = 0; turn < 80; turn++) {
            clock.advance(1000);
            await settle();
          }
          expect(store.sizes).toEqual(Array.from({ length: given }, (_size, n) => n + 1));
          expect(writer.counts().bytes).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});
