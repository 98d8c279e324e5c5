// Folds each day of a tape once for every setting, on what the days before it teach, and keeps what was found.
import { VolumeHistory } from '../domain/baseline.ts';
import { TapeLedger } from '../domain/cancel-ledger.ts';
import { ContractTable } from '../domain/contract-table.ts';
import type { Finding } from '../domain/detectors/finding.ts';
import { DEFAULT_THRESHOLD } from '../domain/detectors/threshold.ts';
import type { Session } from '../domain/session.ts';
import { createEngine } from '../engine.ts';
import type { FlatFile } from '../feeds/flat-file/open.ts';
import { readTape, readVolumes } from '../feeds/flat-file/read.ts';
import type { DayTape } from '../feeds/flat-file/tape.ts';
import { VolumeCounter } from '../feeds/flat-file/volumes.ts';
import { OrderLessons } from '../replay/order-lessons.ts';
import type { Spoken } from './matching.ts';
import type { EngineChoice } from './sweep.ts';

/** Days of trades, each list in its order. */
export interface EvaluationPlan {
  readonly history: readonly FlatFile[];
  readonly days: readonly FlatFile[];
}

/** What one fold of all days found. */
export interface Fold {
  readonly found: readonly Spoken[];
  /** Of each day: processor time of the fold, µs a print. */
  readonly printMicros: readonly number[];
}

/** Where the work stands: bytes of a file, or prints folded by all settings. */
export interface EvaluationProgress {
  readonly step: 'history' | 'read' | 'fold';
  readonly date: string;
  readonly done: number;
  readonly total: number;
}

/**
 * Folds the days with every choice. A choice without detectors is the engine alone, by which the cost of detectors is
 * told. Tails are not recalibrated: a tape full of injections would teach that they are chance.
 */
export async function foldAll(
  plan: EvaluationPlan,
  choices: readonly EngineChoice[],
  onProgress: (progress: EvaluationProgress) => void,
): Promise<Fold[]> {
  const table = new ContractTable();
  const history = new VolumeHistory();
  const lessons = new OrderLessons(table, 'trades');
  for (const file of plan.history) {
    const { date } = file.session;
    const orders = lessons.counterOf(file);
    const onRead = (done: number, total: number): void => onProgress({ step: 'history', date, done, total });
    const { volumes } = await readVolumes(file, table, onRead, orders);
    history.add(volumes);
    if (orders !== null) lessons.learn(orders, date);
  }
  const found = choices.map((): Spoken[] => []);
  const micros = choices.map((): number[] => []);
  for (const file of plan.days) {
    const { session } = file;
    const { date } = session;
    const { tape } = await readTape(file, table, (done, total) =>
      onProgress({ step: 'read', date, done, total }),
    );
    const baseline = { ...history.before(date, table.count), orders: lessons.baselineOf(file) };
    for (const [at, choice] of choices.entries()) {
      micros[at]!.push(foldDay(tape, { session, table, baseline, choice }, found[at]!));
      onProgress({ step: 'fold', date, done: (at + 1) * tape.length, total: choices.length * tape.length });
      await new Promise((resolve) => setImmediate(resolve));
    }
    const counter = new VolumeCounter();
    const orders = lessons.counterOf(file);
    for (const batch of tape.batches()) {
      counter.add(batch);
      orders?.add(batch, batch.atMs);
    }
    tape.free();
    history.add(counter.take(date));
    if (orders !== null) lessons.learn(orders, date);
  }
  return choices.map((_, at) => ({ found: found[at]!, printMicros: micros[at]! }));
}

interface DayScene {
  readonly session: Session;
  readonly table: ContractTable;
  readonly baseline: Parameters<typeof createEngine>[0]['baseline'];
  readonly choice: EngineChoice;
}

/** Folds a day, appends what is found, and gives the processor time of this thread, µs a print. */
function foldDay(tape: DayTape, { session, table, baseline, choice }: DayScene, found: Spoken[]): number {
  const ledger = new TapeLedger(tape.cancels);
  const engine = createEngine({
    session,
    table,
    baseline,
    threshold: DEFAULT_THRESHOLD,
    ...choice,
    cancels: ledger,
    tape: () => tape.batches(),
    onFinding: (finding) => found.push(spokenOf(finding, session, table)),
    onFailure({ error }) {
      throw error;
    },
  });
  const before = process.threadCpuUsage();
  for (const batch of tape.batches()) {
    ledger.add(batch);
    engine.take(batch);
  }
  const { user, system } = process.threadCpuUsage(before);
  engine.stop();
  return (user + system) / Math.max(1, tape.length);
}

function spokenOf(finding: Finding, session: Session, table: ContractTable): Spoken {
  const { contract, leading, proof } = finding;
  const contracts = [...new Set([contract, ...leading])].map((number) => table.contract(number).osi);
  return {
    atMs: session.midnightMs + finding.atMs,
    underlying: table.contract(contract).underlying,
    contracts,
    score: proof.of === 'forest' ? proof.score : null,
  };
}
