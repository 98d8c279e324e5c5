// Control records of a journal: what was decided between two frames, as words whose meaning stands in one table.

/** The words. Each stands alone; a reader passes over words that it does not know, so that new ones may be added. */
export interface ControlWords {
  /** Number of the next print: readers may have fewer prints before it. */
  readonly nextRow?: number;
  /** From here on this run of the baseline decides. */
  readonly baselineRun?: number;
  /** From here on so many alerts a day are wanted. */
  readonly alertsPerDay?: number;
  /** The feed was away from one moment to another, ms after the session's midnight. */
  readonly awayFromMs?: number;
  readonly awayToMs?: number;
  /** So many records before this one were lost. */
  readonly lostRecords?: number;
}

const NUMBERS = ['nextRow', 'baselineRun', 'lostRecords', 'alertsPerDay', 'awayFromMs', 'awayToMs'] as const;

/** The body of a control record. */
export function controlBytes(words: ControlWords): Buffer {
  return Buffer.from(JSON.stringify(words));
}

/** What a control record says; words with a value they cannot have are left out. Never throws. */
export function readControl(bytes: Buffer): ControlWords {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return {};
  }
  if (typeof value !== 'object' || value === null) return {};
  const given = new Map<string, unknown>(Object.entries(value));
  const numbers = NUMBERS.flatMap((word) => {
    const number = given.get(word);
    return typeof number === 'number' ? [[word, number] as const] : [];
  });
  return Object.fromEntries(numbers);
}
