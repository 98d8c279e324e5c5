// Command `simulate`: writes sessions of a simulated market as flat files, with the truth about their anomalies.
import { parseTicker } from '../domain/contract.ts';
import { newYorkDate, sessionOn, sessionsBefore } from '../domain/session.ts';
import { Refusal, refusalOf } from '../lib/refusal.ts';
import { TapeInterrupted, type TapeSettings, writeTape } from '../simulation/flat-file.ts';
import type { Command } from './command.ts';
import { Progress } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { count, duration, plural, rate } from './words.ts';

type SimulateOption =
  | 'out'
  | 'days'
  | 'seed'
  | 'underlyings'
  | 'trades-per-day'
  | 'anomalies-per-day'
  | 'until'
  | 'order'
  | 'quotes';

export const simulateCommand: Command<SimulateOption> = {
  name: 'simulate',
  summary: 'Writes sessions of a simulated market as flat files, with the truth about the anomalies in them.',
  operands: '',
  options: [
    'out',
    'days',
    'seed',
    'underlyings',
    'trades-per-day',
    'anomalies-per-day',
    'until',
    'order',
    'quotes',
  ],
  remarks: [
    'Into DIR go YYYY-MM-DD.csv.gz for each session, in the layout of the provider, and truth.json: of each',
    'anomaly its contract (null when it takes the whole underlying), begin, end, kind, prints, contracts, the orders',
    'that the contract has on an ordinary day, and the pattern where orders and lots were fixed (5x100).',
    '',
    'Example: forty sessions, the last ten of them to be replayed on what the others teach',
    '  spyhop simulate --out tape --days 40 --seed 7',
  ],
  async run(_operands, options, terminal) {
    if (options.out === undefined) {
      throw new Refusal('spyhop simulate needs a folder to write into: --out DIR', { exitCode: 2 });
    }
    const settings: TapeSettings = {
      outDir: options.out,
      days: options.days,
      until: lastSession(options.until),
      seed: options.seed,
      underlyings: options.underlyings,
      tradesPerDay: options['trades-per-day'],
      anomaliesPerDay: options['anomalies-per-day'],
      order: options.order,
      quotes: quotesOf(options.quotes),
    };
    return write(settings, options.json, terminal);
  },
};

/** The date asked for, or the last session that has closed by now. */
function lastSession(until: string | undefined): string {
  const today = newYorkDate(Date.now());
  const date = until ?? sessionsBefore(today, 1)[0]!;
  const session = sessionOn(date);
  if ('fault' in session && !session.fault.includes('not a trading day')) {
    throw new Refusal(`--until: ${session.fault}`, { exitCode: 2 });
  }
  return date;
}

function quotesOf(text: string): TapeSettings['quotes'] {
  if (text === 'none' || text === 'anomalies') return text;
  const tickers = text.split(',');
  for (const ticker of tickers) {
    const parsed = parseTicker(ticker);
    if (!('fault' in parsed)) continue;
    const message = `--quotes: "${ticker}" is none of none, anomalies and option tickers: ${parsed.fault}`;
    throw new Refusal(message, { exitCode: 2 });
  }
  return tickers;
}

async function write(settings: TapeSettings, json: boolean, terminal: Terminal): Promise<number> {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort(new Error('interrupted'));
  process.once('SIGINT', interrupt);
  const progress = new Progress(terminal, 'simulate', 'prints');
  const printsTotal = settings.days * settings.tradesPerDay;
  progress.update(0, printsTotal);
  try {
    const written = await writeTape(
      settings,
      ({ date, prints, day, daysTotal }) => {
        if (json) terminal.print(JSON.stringify({ date, day, days: daysTotal, prints }));
        progress.update(prints, (prints / day) * daysTotal);
      },
      interrupted.signal,
    );
    progress.done();
    const { seconds } = progress;
    const anomalies = written.anomalies === 1 ? '1 anomaly' : `${count(written.anomalies)} anomalies`;
    terminal.say(
      `${plural(written.dates.length, 'session')}, ${written.dates[0]} to ${written.dates.at(-1)} · ` +
        `${count(written.prints)} prints · ${anomalies} · ${settings.outDir} · ` +
        `${duration(seconds)}, ${rate(written.prints / seconds, 'prints')}`,
    );
    return 0;
  } catch (error) {
    throw failureOf(error, settings.outDir, interrupted.signal.aborted);
  } finally {
    process.off('SIGINT', interrupt);
  }
}

/** What a failed run says: the cause in words, and which sessions are complete. */
function failureOf(error: unknown, outDir: string, interrupted: boolean): unknown {
  if (error instanceof RangeError) return new Refusal(error.message, { exitCode: 2, cause: error });
  if (!(error instanceof TapeInterrupted)) return refusalOf(outDir, error);
  const { dates, cause } = error;
  const complete =
    dates.length === 0 ? 'no session is complete' : `${dates[0]} to ${dates.at(-1)} are complete`;
  if (interrupted) return new Refusal(`interrupted; ${complete}`, { cause });
  const known = refusalOf(outDir, cause);
  return known instanceof Refusal ? new Refusal(`${known.message}; ${complete}`, { cause }) : error;
}
