// The series and labels of the Numenta Anomaly Benchmark, as its repository lays them out.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Refusal } from '../../src/lib/refusal.ts';
import type { LabelledSeries } from './score.ts';

/** A series of the benchmark. */
export interface NabSeries extends LabelledSeries {
  /** "realTweets/Twitter_volume_AAPL.csv". */
  readonly name: string;
  readonly values: Float64Array;
  /** Ms since 1970 of each row, by the clock of the series. */
  readonly atMs: Float64Array;
}

function timeOf(text: string): number {
  return Date.parse(`${text.trim().replace(' ', 'T').slice(0, 19)}Z`);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Refusal(
      `${path} cannot be read: give the folder "nab" of the benchmark's data with --data FOLDER`,
      { cause: error },
    );
  }
}

/** Reads all series in the order of their names. Throws a Refusal where the data is not. */
export async function readCorpus(folder: string): Promise<NabSeries[]> {
  const labels = JSON.parse(await readText(join(folder, 'labels', 'combined_windows.json'))) as Record<
    string,
    [string, string][]
  >;
  const names = Object.keys(labels).toSorted();
  return Promise.all(names.map((name) => readSeries(folder, name, labels[name]!)));
}

async function readSeries(
  folder: string,
  name: string,
  labels: readonly [string, string][],
): Promise<NabSeries> {
  const lines = (await readText(join(folder, 'data', name))).trimEnd().split('\n').slice(1);
  const cells = lines.map((line) => line.split(','));
  const atMs = Float64Array.from(cells, ([time = '']) => timeOf(time));
  const windows = labels.map(([from, until]) => ({
    first: atMs.findIndex((ms) => ms >= timeOf(from)),
    last: atMs.findLastIndex((ms) => ms <= timeOf(until)),
  }));
  return {
    name,
    rows: lines.length,
    windows,
    values: Float64Array.from(cells, ([, value]) => Number(value)),
    atMs,
  };
}

/** The published scores of a detector for each series, row by row. */
export async function readPublished(
  folder: string,
  detector: string,
  series: readonly NabSeries[],
): Promise<Float64Array[]> {
  return Promise.all(
    series.map(async ({ name }) => {
      const file = await readFile(join(folder, 'golden', detector, `${name}.gz`));
      return Float64Array.from(gunzipSync(file).toString('utf8').trimEnd().split('\n').slice(1), Number);
    }),
  );
}

/** Detectors whose published scores lie beside the data. */
export async function publishedDetectors(folder: string): Promise<string[]> {
  const entries = await readdir(join(folder, 'golden'), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
