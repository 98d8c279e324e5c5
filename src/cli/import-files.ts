// Importing file after file: the store opened once, each day built in a thread of its own, and told when it is in.
import { openStore, type OpenStore } from '../db/open-store.ts';
import type { Coverage } from '../domain/coverage.ts';
import type { ThresholdSettings } from '../domain/detectors/threshold.ts';
import { newYorkDate } from '../domain/session.ts';
import { historyDir } from '../history/places.ts';
import { buildDayInWorker } from '../jobs/build-in-worker.ts';
import { clearHistory, importDay, type ImportReport } from '../jobs/import-day.ts';
import { keepFrom, SUMMARY_SESSIONS } from '../jobs/retention.ts';
import type { Clock } from '../lib/clock.ts';
import { Refusal } from '../lib/refusal.ts';
import { databaseUrl } from './database-url.ts';
import { Progress } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { count, duration, plural } from './words.ts';

export interface ImporterSettings {
  readonly dataDir: string;
  readonly hotSessions: number;
  readonly json: boolean;
  /** The rule as the service runs it: alerts that live raised are checked by it. */
  readonly threshold: ThresholdSettings;
}

const UNITS = { check: 'MB', read: 'MB', write: 'prints', store: 'rows' } as const;

/** Imports files into one store. */
export class Importer implements AsyncDisposable {
  readonly #settings: ImporterSettings;
  readonly #store: OpenStore;
  readonly #clock: Clock;
  readonly #terminal: Terminal;
  readonly #sumsFrom: string;
  #files = 0;

  private constructor(
    settings: ImporterSettings,
    store: OpenStore,
    sumsFrom: string,
    clock: Clock,
    terminal: Terminal,
  ) {
    this.#settings = settings;
    this.#store = store;
    this.#sumsFrom = sumsFrom;
    this.#clock = clock;
    this.#terminal = terminal;
  }

  /**
   * Opens the store. Days older than its retention, counted from the newest that will come, go to deep history alone.
   * @param newest date of the newest day that will be imported
   */
  static async open(
    settings: ImporterSettings,
    newest: string | null,
    clock: Clock,
    terminal: Terminal,
  ): Promise<Importer> {
    const store = await openStore({ dataDir: settings.dataDir, databaseUrl: databaseUrl(), clock });
    const today = newYorkDate(clock.now());
    const last = newest === null || newest > today ? today : newest;
    return new Importer(settings, store, keepFrom(last, SUMMARY_SESSIONS), clock, terminal);
  }

  /** First session whose prints the database keeps. */
  static printsFrom({ hotSessions }: ImporterSettings, clock: Clock): string {
    return keepFrom(newYorkDate(clock.now()), hotSessions);
  }

  /**
   * Imports a file; false when it was left out, which is said.
   * @param isOneOfMany one file that cannot be read then does not keep the others out
   */
  async import(path: string, isOneOfMany = true): Promise<boolean> {
    const terminal = this.#terminal;
    const startedMs = terminal.monotonicMs();
    let progress: { readonly step: string; readonly bar: Progress } | null = null;
    this.#files++;
    try {
      const report = await importDay(this.#store.db, path, {
        printsFrom: Importer.printsFrom(this.#settings, this.#clock),
        sumsFrom: this.#sumsFrom,
        historyDir: historyDir(this.#settings.dataDir),
        importedAtMs: this.#clock.now(),
        threshold: this.#settings.threshold,
        build: buildDayInWorker,
        onProgress({ step, done, total }) {
          // Each step goes at a rate of its own.
          if (progress?.step !== step) {
            progress = { step, bar: new Progress(terminal, `${path} ${step}`, UNITS[step]) };
          }
          const unit = UNITS[step] === 'MB' ? 1e6 : 1;
          progress.bar.update(done / unit, total / unit);
        },
      });
      terminal.clearLine();
      tell(report, (terminal.monotonicMs() - startedMs) / 1000, this.#settings.json, terminal);
      return true;
    } catch (error) {
      terminal.clearLine();
      if (!(error instanceof Refusal) || !isOneOfMany) throw error;
      terminal.say(`${terminal.toneErr('bad', 'left out:')} ${error.message}`);
      return false;
    }
  }

  /** Clears up behind the import and gives the exit code. @param failed files that were left out, or did not come */
  async end(failed: number): Promise<0 | 1> {
    const { dataDir } = this.#settings;
    await clearHistory(this.#store.db, historyDir(dataDir), this.#clock.now());
    if (failed === 0) return 0;
    this.#terminal.say(
      `${plural(failed, 'file')} of ${count(Math.max(this.#files, failed))} could not be imported`,
    );
    return 1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store.close();
  }
}

const KEPT = 'kept as it is, with its prints: only its trades can replace them';

function tell(report: ImportReport, seconds: number, json: boolean, terminal: Terminal): void {
  if (json) {
    terminal.print(JSON.stringify({ ...report, seconds: Number(seconds.toFixed(3)) }));
    return;
  }
  const { sessionDate, kind, result, rows, rejected, printsKept } = report;
  const what = { unchanged: 'imported before', kept: KEPT, imported: `${plural(rows, 'row')} of ${kind}` }[
    result
  ];
  const kept = result === 'imported' && printsKept ? ', prints kept' : '';
  const refused = rejected.map(
    ({ reason, rows: times, lines }) => ` · ${count(times)} rejected, ${reason} (line ${lines[0]})`,
  );
  terminal.print(`${sessionDate} ${what}${kept}${refused.join('')} · ${duration(seconds)}`);
  if (report.coverage !== null) tellCoverage(report.coverage, terminal);
}

function tellCoverage(
  { filePrints, had, missed, twice, foreign, alerts }: Coverage,
  terminal: Terminal,
): void {
  const share = filePrints === 0 ? 100 : (100 * had) / filePrints;
  terminal.print(
    `  the live feed had ${share.toFixed(2)} % of it: ${count(had)} prints, missed ${count(missed)}, ` +
      `had ${count(twice)} twice and ${count(foreign)} that the file does not know; of its alerts ` +
      `${count(alerts.confirmed)} are confirmed, ${count(alerts.contradicted)} contradicted, ` +
      `${count(alerts.unchecked)} not checked`,
  );
}
