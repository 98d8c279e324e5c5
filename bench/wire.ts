// Benchmark `wire`: frames of the websocket into columns, beside JSON.parse with an intern map over the same bytes.
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { ContractTable } from '../src/domain/contract-table.ts';
import { WireDecoder } from '../src/feeds/massive/wire.ts';
import type { BenchOptions } from './main.ts';
import { median } from './measure.ts';
import { BENCH_SESSION, BenchPrints, benchTickers } from './wire-frames.ts';

const PRINTS_A_FRAME = [1, 50, 500];
const CONTRACTS = 40_000;
/** Prints of one round of one case: enough to time, few enough to stay in memory as frames. */
const PRINTS_A_ROUND_MAX = 400_000;
const START_MS = BENCH_SESSION.midnightMs + BENCH_SESSION.openMs;

/** Reads all frames and gives a sum over every field of every print, by which the cases are compared. */
type Reader = (frames: readonly Buffer[]) => number;

interface Case {
  readonly name: string;
  readonly read: Reader;
  /** Million prints a CPU second, one a round. */
  readonly rates: number[];
}

interface Element {
  readonly sym: string;
  readonly x: number;
  readonly p: number;
  readonly s: number;
  readonly c: readonly [number];
  readonly t: number;
  readonly q: number;
}

/** What a program does that knows nothing better: parse, intern the ticker in a Map, use the fields. */
function jsonReader(): Reader {
  const numbers = new Map<string, number>();
  return (frames) => {
    let sum = 0;
    for (const frame of frames) {
      for (const { sym, x, p, s, c, t, q } of JSON.parse(frame.toString('utf8')) as Element[]) {
        let number = numbers.get(sym);
        if (number === undefined) numbers.set(sym, (number = numbers.size));
        sum += number + x + Math.round(p * 10_000) + s + c[0] + (t - BENCH_SESSION.midnightMs) + q;
      }
    }
    return sum;
  };
}

/** Parsing alone, nothing read: what no program that parses can pass. */
function parseOnly(frames: readonly Buffer[]): number {
  for (const frame of frames) JSON.parse(frame.toString('utf8'));
  return NaN;
}

function wireReader(): Reader {
  const wire = new WireDecoder({ session: BENCH_SESSION, table: new ContractTable() });
  return (frames) => {
    let sum = 0;
    for (const frame of frames) {
      const { trades } = wire.decode(frame, START_MS);
      if (trades === null) continue;
      const { length, contract, atMs, priceE4, size, condition, exchange, sequence } = trades;
      for (let row = 0; row < length; row++) {
        sum += contract[row]! + exchange[row]! + priceE4[row]! + size[row]! + condition[row]!;
        sum += atMs[row]! + sequence![row]!;
      }
    }
    return sum;
  };
}

function framesOf(prints: number, aFrame: number, turn: number): Buffer[] {
  const writer = new BenchPrints(`wire/${aFrame}`, benchTickers(CONTRACTS));
  const texts = Array.from({ length: Math.ceil(prints / aFrame) }, () =>
    writer.frame(aFrame, START_MS, turn),
  );
  // As from a socket: frames are views of larger chunks.
  const bytes = Buffer.from(texts.join(''), 'latin1');
  let at = 0;
  return texts.map(({ length }) => bytes.subarray(at, (at += length)));
}

/** Times the cases one after another in each round, so that a noisy machine hits all of them. */
function race(frames: readonly Buffer[], prints: number, rounds: number, cases: readonly Case[]): void {
  const expected = cases[0]!.read(frames);
  for (const { name, read } of cases) {
    const sum = read(frames);
    if (!Number.isNaN(sum) && sum !== expected) throw new Error(`${name} read something else: ${sum}`);
  }
  for (let round = 0; round < rounds; round++) {
    for (const { read, rates } of cases) {
      const before = process.cpuUsage();
      read(frames);
      const { user, system } = process.cpuUsage(before);
      rates.push(prints / (user + system));
    }
  }
}

/** Prints the table and, where asked, writes it as JSON. Throws when two cases read different things. */
export function benchWire(options: BenchOptions): Promise<void> {
  const prints = Math.min(options.prints, PRINTS_A_ROUND_MAX);
  const lines = [
    `wire: ${prints.toLocaleString('en-US')} prints a round on ${CONTRACTS.toLocaleString('en-US')} contracts, ` +
      `${options.rounds} rounds, medians (least to most)`,
    `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}; million prints a CPU second; ` +
      `the same sum over all fields in all cases`,
    '',
    'prints a frame  case                          M prints/s               of JSON.parse',
  ];
  const figures: unknown[] = [];
  for (const aFrame of PRINTS_A_FRAME) {
    for (const turn of aFrame === 50 ? [0, 3] : [0]) {
      const frames = framesOf(prints, aFrame, turn);
      const named = (name: string, read: Reader): Case => ({ name, read, rates: [] });
      const cases = [
        named('JSON.parse, Map, fields used', jsonReader()),
        named('JSON.parse, nothing read', parseOnly),
        named(turn === 0 ? 'spyhop' : 'spyhop, another key order', wireReader()),
      ];
      race(frames, frames.length * aFrame, options.rounds, cases);
      const base = median(cases[0]!.rates);
      for (const { name, rates } of cases) {
        const sorted = rates.toSorted((a, b) => a - b);
        const range = `${median(rates).toFixed(2)} (${sorted[0]!.toFixed(2)} to ${sorted.at(-1)!.toFixed(2)})`;
        const ratio = median(rates) / base;
        lines.push(
          `${String(aFrame).padStart(14)}  ${name.padEnd(29)} ${range.padEnd(24)} ${ratio.toFixed(2)}`,
        );
        figures.push({ printsAFrame: aFrame, name, millionPrintsACpuSecond: rates, ratio });
      }
    }
  }
  process.stdout.write(`${lines.join('\n')}\n`);
  if (options.out === null) return Promise.resolve();
  return writeFile(options.out, `${JSON.stringify({ bench: 'wire', prints, cases: figures }, null, 2)}\n`);
}
