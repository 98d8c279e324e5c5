// One seed, one session: however its tape comes and whatever befalls the process, its alerts are the same bytes.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Random } from '../src/lib/random.ts';
import { OrderLessons } from '../src/replay/order-lessons.ts';
import { planReplay } from '../src/replay/plan.ts';
import { replayJournal } from '../src/replay/journal.ts';
import { type VolumeBaseline, VolumeHistory } from '../src/domain/baseline.ts';
import type { OrderBaseline } from '../src/domain/order-baseline.ts';
import { passingFaults } from './support/faulty-batch.ts';
import {
  ALERTS_PER_DAY,
  bytesOf,
  DETECTORS,
  framesOf,
  heldUp,
  type Outcome,
  runEngine,
  SimulatedService,
  simulatedSession,
  THRESHOLD,
} from './support/simulated-session.ts';

/** SPYHOP_SEED=name runs that one alone. */
const SEEDS = process.env['SPYHOP_SEED']?.split(',') ?? ['amber', 'basalt', 'cobalt'];
const ZONES = ['Pacific/Kiritimati', 'America/St_Johns', 'Asia/Kathmandu', 'America/New_York', 'UTC'];

/** Does something by a seed; when it does not hold, the seed stands in the first line. */
async function by(seed: string, deed: (random: Random) => void | Promise<void>): Promise<void> {
  try {
    await deed(new Random(seed));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`seed ${seed}: SPYHOP_SEED=${seed} runs it again\n${message}`, { cause });
  }
}

/** Holds bytes against what is expected, and shows the first line that differs, not all of them. */
function expectSame(told: string, expected: string): void {
  if (told === expected) return;
  const [lines, others] = [told.split('\n'), expected.split('\n')];
  const place = lines.findIndex((line, n) => line !== others[n]);
  expect([`alert ${place}`, lines[place]]).toEqual([`alert ${place}`, others[place]]);
  expect(lines.length).toBe(others.length);
}

const whole = new Map<string, Outcome>();
/** The session of a seed folded in one piece, with no fault: what everything else is held against. */
function reference(seed: string): Outcome {
  return whole.getOrInsertComputed(seed, () => {
    const outcome = runEngine(simulatedSession(seed));
    for (const name of DETECTORS) {
      const spoken = outcome.alerts.filter(({ detector }) => detector === name).length;
      if (spoken < 3) throw new Error(`a session in which ${name} speaks ${spoken} times promises nothing`);
    }
    return outcome;
  });
}

describe('the alerts of a session are the same bytes', () => {
  test.each(SEEDS)('whatever the sizes of its batches (seed %s)', (seed) =>
    by(seed, (random) => {
      const session = simulatedSession(seed);
      for (const rowsMax of [1, 7, 64, 4_000]) {
        const { alerts, engine } = runEngine(session, { cut: () => 1 + random.below(rowsMax) });
        expectSame(bytesOf(alerts), bytesOf(reference(seed).alerts));
        expect(engine.summary()).toEqual(reference(seed).engine.summary());
      }
    }),
  );

  test.each(SEEDS)('in every time zone of the machine (seed %s)', (seed) =>
    by(seed, async () => {
      const child = fileURLToPath(new URL('support/simulated-session.ts', import.meta.url));
      const run = promisify(execFile);
      const told = await Promise.all(
        ZONES.map(
          async (TZ) => (await run(process.execPath, [child, seed], { env: { ...process.env, TZ } })).stdout,
        ),
      );
      expect(told).toHaveLength(ZONES.length);
      for (const bytes of told) expectSame(bytes, bytesOf(reference(seed).alerts));
    }),
  );

  test.each(SEEDS)('with the actors of quiet underlyings stopped (seed %s)', (seed) =>
    by(seed, (random) => {
      const cut = (): number => 1 + random.below(30);
      const { alerts, engine } = runEngine(simulatedSession(seed), { cut, idleMs: 60_000 });
      expectSame(bytesOf(alerts), bytesOf(reference(seed).alerts));
      const { passivations, actors, ...rest } = engine.summary();
      expect(passivations).toBeGreaterThan(0);
      expect(actors).toBeLessThanOrEqual(rest.underlyings);
      expect(reference(seed).engine.summary()).toMatchObject(rest);
    }),
  );

  test.each(SEEDS)('with exceptions that pass, and stopped actors (seed %s)', (seed) =>
    by(seed, (random) => {
      const session = simulatedSession(seed);
      // Two failures of an underlying are borne.
      const rows = Array.from({ length: 2 }, () => random.below(session.day.length));
      const cut = (): number => 1 + random.below(500);
      const { alerts, failures, engine } = runEngine(session, {
        cut,
        throws: passingFaults(rows),
        idleMs: 300_000,
      });
      expect(failures.length).toBeGreaterThan(0);
      expect(failures.filter(({ quarantined }) => quarantined)).toEqual([]);
      expectSame(bytesOf(alerts), bytesOf(reference(seed).alerts));
      expect(engine.summary()).toMatchObject({ lost: 0, quarantined: 0, received: session.day.length });
    }),
  );

  test.each(SEEDS)('with prints that cannot be folded and underlyings left out for them (seed %s)', (seed) =>
    by(seed, (random) => {
      const session = simulatedSession(seed);
      const poison = new Set(Array.from({ length: 40 }, () => random.below(session.day.length)));
      const throws = (row: number): boolean => poison.has(row);
      const inOne = runEngine(session, { throws });
      const cut = runEngine(session, { throws, cut: () => 1 + random.below(200) });
      expectSame(bytesOf(cut.alerts), bytesOf(inOne.alerts));
      const { lost, quarantined, received, prints } = inOne.engine.summary();
      expect(inOne.engine.quarantined().length).toBeGreaterThan(0);
      expect(cut.engine.quarantined()).toEqual(inOne.engine.quarantined());
      expect(cut.engine.summary()).toEqual(inOne.engine.summary());
      const folded = prints.detected + prints.outsideHours + prints.apart + prints.cancels;
      expect(folded + lost + quarantined).toBe(received);
    }),
  );

  test.each(SEEDS)(
    'live, with prints repeated, stopped and restarted anywhere, failing or not (seed %s)',
    (seed) =>
      by(seed, async (random) => {
        const session = simulatedSession(seed);
        const frames = framesOf(session, random, { repeats: true });
        const stops = Array.from({ length: 3 }, () => random.below(frames.length));
        using service = new SimulatedService(session);
        // Each process fails once on each of some contracts when it sees them first.
        const spoil = (baseline: VolumeBaseline): VolumeBaseline => {
          const throws = passingFaults([3, 90].map((contract) => contract + random.below(20)));
          return {
            ...baseline,
            volumeSum(contract) {
              if (throws(contract)) throw new Error(`the normal of contract ${contract} cannot be read`);
              return baseline.volumeSum(contract);
            },
          };
        };
        const { alerts, rows, failures } = await service.play(frames, stops, spoil);
        expect(failures.length).toBeGreaterThan(0);
        expect(rows).toBe(session.day.length);
        expectSame(bytesOf(alerts), bytesOf(reference(seed).alerts));
      }),
  );

  test.each(SEEDS)('replayed from the journal of the live session (seed %s)', (seed) =>
    by(seed, async (random) => {
      const session = simulatedSession(seed);
      using service = new SimulatedService(session);
      const { alerts } = await service.play(framesOf(session, random, { repeats: false }), [40]);
      const { plan } = await planReplay([service.folder], []);
      const { table } = reference(seed);
      const baseline = session.learn(table);
      class Learned extends VolumeHistory {
        override before(): VolumeBaseline {
          return baseline;
        }
      }
      class Lessons extends OrderLessons {
        override before(): OrderBaseline | null {
          return baseline.orders ?? null;
        }
      }
      const told: (typeof alerts)[number][] = [];
      const threshold = { factor: THRESHOLD.factor, floor: THRESHOLD.floor };
      await replayJournal(plan.journals![0]!, {
        table,
        history: new Learned(),
        lessons: new Lessons(table, 'trades'),
        settings: { threshold, detectors: DETECTORS, alertsPerDay: ALERTS_PER_DAY },
        observer: {
          onProgress: () => {},
          onAlert: (alert) => told.push(alert),
          onHistory: () => {},
          onDay: () => {},
          onFailure: ({ error }) => {
            throw error;
          },
        },
      });
      expectSame(bytesOf(told), bytesOf(alerts));
    }),
  );
});

describe('prints that arrive within 100 ms of each other in any order', () => {
  test.each(SEEDS)(
    'give the same final counts and sums, and the alerts that differ are told (seed %s)',
    (seed) =>
      by(seed, (random) => {
        const session = simulatedSession(seed);
        const shuffled = runEngine(session, { cut: () => 500, order: heldUp(session, random, 100) });
        const { alerts, latePrints, ...counts } = shuffled.engine.summary();
        const inOrder = reference(seed).engine.summary();
        expect(latePrints).toBeGreaterThan(0);
        expect(inOrder).toMatchObject(counts);
        for (let contract = 0; contract < shuffled.table.count; contract++)
          expect(shuffled.engine.dayVolume(contract)).toBe(reference(seed).engine.dayVolume(contract));
        const ids = new Set(reference(seed).alerts.map(({ id }) => id));
        const others = shuffled.alerts.filter(({ id }) => !ids.has(id)).length;
        process.stdout.write(
          `seed ${seed}: ${others} of ${alerts} alerts are others than the ${inOrder.alerts} of the tape in order\n`,
        );
      }),
  );
});
