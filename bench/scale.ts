// Benchmark `scale`: the engine's cost of a print as the tape grows from 1 to 50 million, and as the market widens.
import { writeFile } from 'node:fs/promises';
import type { BenchOptions } from './main.ts';
import { cpuSeconds, engineOf, syntheticTape, type SyntheticMarket, tableOf } from './synthetic.ts';

const MILLION = 1_000_000;
const CONTRACTS = 385_000;
const PRINTS = [1, 2, 5, 10, 20, 50].map((millions) => millions * MILLION);
const UNDERLYINGS = [100, 1_000, 3_000, 6_000, 12_000];
const WIDE_PRINTS = 10 * MILLION;

interface Row {
  readonly prints: number;
  readonly underlyings: number;
  /** Contracts that traded. */
  readonly traded: number;
  /** CPU nanoseconds a print: of the whole day, and of its second half, when nearly every contract is known. */
  readonly nsPerPrint: number;
  readonly nsPerPrintLater: number;
}

/** Folds a tape; its generation is not counted. */
function measured(market: SyntheticMarket, prints: number): Row {
  const engine = engineOf(tableOf(market));
  let [early, later, laterPrints] = [0, 0, 0];
  for (const batch of syntheticTape(market, prints)) {
    const startSeconds = cpuSeconds();
    engine.take(batch);
    const seconds = cpuSeconds() - startSeconds;
    if (batch.firstRow < prints / 2) early += seconds;
    else {
      later += seconds;
      laterPrints += batch.length;
    }
  }
  const { contracts } = engine.summary();
  engine.stop();
  return {
    prints,
    underlyings: market.underlyings,
    traded: contracts,
    nsPerPrint: ((early + later) * 1e9) / prints,
    nsPerPrintLater: (later * 1e9) / laterPrints,
  };
}

function line({ prints, underlyings, traded, nsPerPrint, nsPerPrintLater }: Row): string {
  const cells = [
    `${prints / MILLION} M`.padStart(8),
    String(underlyings).padStart(11),
    traded.toLocaleString('en-US').padStart(10),
    nsPerPrint.toFixed(0).padStart(9),
    nsPerPrintLater.toFixed(0).padStart(12),
  ];
  return cells.join(' ');
}

function spread(name: string, rows: readonly Row[]): string {
  const costs = rows.map((row) => row.nsPerPrintLater);
  const apart = (100 * Math.max(...costs)) / Math.min(...costs) - 100;
  const verdict = apart <= 20 ? 'reached' : 'MISSED';
  return `${name}: dearest ${apart.toFixed(0)} % over cheapest in the second half, goal 20: ${verdict}`;
}

/** Prints CPU nanoseconds a print, route to alerts, for tapes of 1 to 50 million and for 100 to 12,000 underlyings. */
export async function benchScale({ out }: BenchOptions): Promise<void> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  say(
    `scale: ${CONTRACTS.toLocaleString('en-US')} contracts, route, actors, windows and rule; CPU ns a print`,
  );
  measured({ underlyings: 6_000, contracts: CONTRACTS }, MILLION); // warms the compiler
  const head = '  prints underlyings     traded  whole day  second half';
  const told = (underlyings: number, prints: number): Row => {
    const row = measured({ underlyings, contracts: CONTRACTS }, prints);
    say(line(row));
    return row;
  };
  say(`\n${head}`);
  const longer = PRINTS.map((prints) => told(6_000, prints));
  say(`\n${head}`);
  const wider = UNDERLYINGS.map((underlyings) => told(underlyings, WIDE_PRINTS));
  say('');
  say(spread('longer tapes', longer));
  say(spread('wider markets', wider));
  if (out !== null) await writeFile(out, `${JSON.stringify({ longer, wider }, null, 2)}\n`);
}
