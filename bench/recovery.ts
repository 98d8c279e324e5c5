// Benchmark `recovery`: how long a restart in mid-session takes, from the journal's first record to the last, by part.
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VolumeBaseline } from '../src/domain/baseline.ts';
import { ContractTable } from '../src/domain/contract-table.ts';
import { DEFAULT_THRESHOLD } from '../src/domain/detectors/threshold.ts';
import { readJournal } from '../src/feeds/journal/reader.ts';
import { segmentPath, segmentsOf } from '../src/feeds/journal/segments.ts';
import { JournalWriter } from '../src/feeds/journal/writer.ts';
import { systemClock } from '../src/lib/clock.ts';
import { LiveSession } from '../src/live/live-session.ts';
import { SessionTape } from '../src/tape/session-tape.ts';
import type { BenchOptions } from './main.ts';
import { median } from './measure.ts';
import { BENCH_SESSION, BenchPrints, benchTickers } from './wire-frames.ts';

const PRINTS_A_FRAME = 50;
const CONTRACTS_AN_UNDERLYING = 65;
/** What is normal: as much as makes an alert of one print in ten thousand or so. */
const BASELINE: VolumeBaseline = { sessions: 30, dates: [], volumeSum: (contract) => 30 * (500 + contract) };

/** One part of the way, and what each round of it cost. */
interface Part {
  readonly name: string;
  readonly run: (directory: string, table: ContractTable) => Promise<number>;
  readonly wallSeconds: number[];
  readonly cpuSeconds: number[];
}

/** A session's journal as a feed of frames leaves it; returns its bytes. */
async function writeJournal(directory: string, { prints, underlyings }: BenchOptions): Promise<number> {
  const { date, midnightMs, openMs, closeMs } = BENCH_SESSION;
  const writer = new BenchPrints('recovery', benchTickers(underlyings * CONTRACTS_AN_UNDERLYING));
  const journal = await JournalWriter.open({ directory, date, clock: systemClock() });
  for (let print = 0; print < prints; print += PRINTS_A_FRAME) {
    const atMs = midnightMs + openMs + Math.floor(((closeMs - openMs) * print) / prints);
    journal.append('frame', atMs + 40, Buffer.from(writer.frame(PRINTS_A_FRAME, atMs)));
    if (print % 100_000 === 0) await journal.flush();
  }
  await journal.close();
  let bytes = 0;
  for (const segment of await segmentsOf(directory, date))
    bytes += (await stat(segmentPath(directory, date, segment))).size;
  return bytes;
}

async function readOnly(directory: string): Promise<number> {
  let records = 0;
  for await (const entry of readJournal(directory, BENCH_SESSION.date)) records += 'record' in entry ? 1 : 0;
  return records * PRINTS_A_FRAME;
}

/** The contracts that a service knows before it reads its journal: those of its baseline. */
function knownContracts(underlyings: number): ContractTable {
  const table = new ContractTable();
  for (const ticker of benchTickers(underlyings * CONTRACTS_AN_UNDERLYING)) table.internTicker(ticker);
  return table;
}

async function decode(directory: string, table: ContractTable): Promise<number> {
  const tape = new SessionTape(BENCH_SESSION, table);
  for await (const entry of readJournal(directory, BENCH_SESSION.date))
    if ('record' in entry) tape.step(entry.record.bytes, entry.record.receivedAtMs);
  return tape.rows;
}

/** The restart itself: the store has all but the last ten thousand prints. */
async function recover(directory: string, table: ContractTable, prints: number): Promise<number> {
  const fail = (error: unknown): never => {
    throw new Error('recovery met a fault', { cause: error });
  };
  const { date } = BENCH_SESSION;
  // A journal beside, so that what the session says of itself does not grow the one that is measured.
  const journal = await JournalWriter.open({
    directory: join(directory, 'beside'),
    date,
    clock: systemClock(),
  });
  const session = new LiveSession(
    {
      session: BENCH_SESSION,
      table,
      baseline: BASELINE,
      run: 1,
      threshold: DEFAULT_THRESHOLD,
      storedRows: prints - 10_000,
    },
    {
      journal,
      journalDirectory: directory,
      store: () => true,
      room: () => Promise.resolve(),
      baselineOf: () => Promise.resolve(null),
      onAlert() {},
      onFailure: fail,
      onFault: fail,
      onDamage: fail,
    },
  );
  const recovered = await session.recover();
  session.end();
  await journal.close();
  return recovered.prints;
}

/** Prints the table and, where asked, writes it as JSON. Throws when a part does not see every print. */
export async function benchRecovery(options: BenchOptions): Promise<void> {
  const { prints, underlyings, rounds, out } = options;
  const directory = await mkdtemp(join(tmpdir(), 'spyhop-recovery-'));
  try {
    const bytes = await writeJournal(directory, options);
    const part = (name: string, run: Part['run']): Part => ({ name, run, wallSeconds: [], cpuSeconds: [] });
    const parts = [
      part('journal read, checksums', readOnly),
      part('and frames decoded, deduplicated', decode),
      part('and folded: the whole restart', (folder, table) => recover(folder, table, prints)),
    ];
    for (let round = 0; round < rounds; round++) for (const one of parts) await time(one, directory, options);
    report(parts, bytes, options);
    const figures = parts.map(({ name, wallSeconds, cpuSeconds }) => ({ name, wallSeconds, cpuSeconds }));
    if (out !== null)
      await writeFile(
        out,
        `${JSON.stringify({ bench: 'recovery', prints, underlyings, parts: figures }, null, 2)}\n`,
      );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function time(
  { name, run, wallSeconds, cpuSeconds }: Part,
  directory: string,
  { prints, underlyings }: BenchOptions,
): Promise<void> {
  const table = knownContracts(underlyings);
  const beganMs = performance.now();
  const before = process.cpuUsage();
  const seen = await run(directory, table);
  const { user, system } = process.cpuUsage(before);
  wallSeconds.push((performance.now() - beganMs) / 1_000);
  cpuSeconds.push((user + system) / 1e6);
  if (seen < prints) throw new Error(`${name} saw ${seen} of ${prints} prints`);
}

function report(parts: readonly Part[], bytes: number, { prints, underlyings, rounds }: BenchOptions): void {
  const millions = prints / 1e6;
  const lines = [
    `recovery: ${prints.toLocaleString('en-US')} prints in frames of ${PRINTS_A_FRAME}, ${underlyings} underlyings, ` +
      `${(bytes / 1e6).toFixed(0)} MB of journal, ${rounds} rounds, medians`,
    `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`,
    '',
    'part                               wall s / million   CPU s / million   first round',
  ];
  for (const { name, wallSeconds, cpuSeconds } of parts) {
    const cells = [
      name.padEnd(33),
      (median(wallSeconds) / millions).toFixed(2).padStart(18),
      (median(cpuSeconds) / millions).toFixed(2).padStart(17),
      (wallSeconds[0]! / millions).toFixed(2).padStart(13),
    ];
    lines.push(cells.join(' '));
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
