// What a live session is connected to, and what it begins with.
import type { Alert } from '../domain/alert.ts';
import type { VolumeBaseline } from '../domain/baseline.ts';
import type { ContractTable } from '../domain/contract-table.ts';
import type { DetectorName } from '../domain/detectors/finding.ts';
import type { ThresholdSettings } from '../domain/detectors/threshold.ts';
import type { Session } from '../domain/session.ts';
import type { TradeBatch } from '../domain/trade.ts';
import type { UnderlyingFailure } from '../domain/life.ts';
import type { JournalDamage } from '../feeds/journal/reader.ts';
import type { JournalWriter } from '../feeds/journal/writer.ts';

/** What a session is connected to. */
export interface LiveSessionPorts {
  readonly journal: JournalWriter;
  /** Folder of the journals. */
  readonly journalDirectory: string;
  /** Gives a batch to the writer; false when it has no room. */
  readonly store: (batch: TradeBatch) => boolean;
  /** Resolves when the writer has room for so many rows. */
  readonly room: (rows: number) => Promise<void>;
  /** The baseline of an earlier run; null when it is not kept any more. */
  readonly baselineOf: (run: number) => Promise<VolumeBaseline | null>;
  readonly onAlert: (alert: Alert) => void;
  readonly onFailure: (failure: UnderlyingFailure) => void;
  /** Told when the journal could not be read to catch up. */
  readonly onFault: (error: unknown) => void;
  /** Told of bytes of the journal that cannot be trusted. */
  readonly onDamage: (damage: JournalDamage) => void;
}

/** What a session begins with. */
export interface LiveSessionSettings {
  readonly session: Session;
  readonly table: ContractTable;
  /** What is normal now, and the number of its run. */
  readonly baseline: VolumeBaseline;
  readonly run: number;
  /** The detectors that decide; the threshold alone unless said. */
  readonly detectors?: readonly DetectorName[];
  /** Alerts a day that the detector `surprise` may spend; 20 unless said. */
  readonly alertsPerDay?: number;
  readonly threshold: ThresholdSettings;
  /** Rows of the session's tape that the store has already. */
  readonly storedRows: number;
}
