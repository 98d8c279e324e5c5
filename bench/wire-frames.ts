// Frames of the provider for benchmarks: prints as it writes them, on as many contracts as are wanted.
import { requireSession, type Session } from '../src/domain/session.ts';
import { Random } from '../src/lib/random.ts';

export const BENCH_SESSION: Session = requireSession('2026-11-20');
/** The busiest exchange ids and the conditions of four in five prints. */
const EXCHANGES = [300, 302, 303, 304, 308, 309, 312, 313, 316, 318, 319, 320, 322, 323, 325];
const CONDITIONS = [209, 209, 209, 209, 227, 227, 219, 232, 233, 236, 239];
/** How unequal contracts are: the rank of a print's contract is uniform to this power. */
const SKEW = 3;

/** Tickers of an invented market: calls and puts of one expiry, 60 strikes an underlying. */
export function benchTickers(contracts: number): string[] {
  return Array.from({ length: contracts }, (_, i) => {
    const underlying = Math.floor(i / 120);
    const root = `${letter(underlying)}${letter(underlying / 26)}${letter(underlying / 676)}`;
    const right = i % 2 === 0 ? 'C' : 'P';
    return `O:${root}261218${right}${String(((i % 120) >> 1) * 5_000 + 20_000).padStart(8, '0')}`;
  });
}

function letter(number: number): string {
  return String.fromCharCode(65 + (Math.floor(number) % 26));
}

/** Writes prints as elements, one after another; the same seed gives the same prints. */
export class BenchPrints {
  readonly #random: Random;
  readonly #tickers: readonly string[];
  #sequence = 1_864_261_653;

  constructor(seed: string, tickers: readonly string[]) {
    this.#random = new Random(seed);
    this.#tickers = tickers;
  }

  /** A print at a moment (epoch ms); keys as documented, or turned round by `turn` places. */
  next(epochMs: number, turn = 0): string {
    const random = this.#random;
    const ticker = this.#tickers[Math.floor(random.uniform() ** SKEW * this.#tickers.length)]!;
    const fields = [
      `"ev":"T"`,
      `"sym":"${ticker}"`,
      `"x":${EXCHANGES[random.below(EXCHANGES.length)]}`,
      `"p":${(1 + random.below(4_000)) / 100}`,
      `"s":${1 + Math.floor(random.uniform() ** 4 * 60)}`,
      `"c":[${CONDITIONS[random.below(CONDITIONS.length)]}]`,
      `"t":${epochMs}`,
      `"q":${(this.#sequence += 1 + random.below(90))}`,
    ];
    return `{${[...fields.slice(turn), ...fields.slice(0, turn)].join(',')}}`;
  }

  /** A frame of so many prints. */
  frame(prints: number, epochMs: number, turn = 0): string {
    return `[${Array.from({ length: prints }, () => this.next(epochMs, turn)).join(',')}]`;
  }
}
