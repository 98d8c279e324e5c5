// Statuses in a frame: found without decoding the tape, so that a connection can be opened on any day.
import { readElement } from './wire-element.ts';

/** A message about the connection. */
export interface WireStatus {
  /** "connected", "auth_success", "max_connections" …: the provider's word. */
  readonly status: string;
  readonly message: string;
}

const STATUS = Buffer.from('"status"', 'latin1');
/** Statuses are short; a larger frame is tape, whatever words are in it. */
const STATUS_FRAME_BYTES_MAX = 64 * 1024;

/** The statuses of a frame, in order; none when it is tape or cannot be read. */
export function readStatuses(bytes: Buffer): WireStatus[] {
  if (bytes.length > STATUS_FRAME_BYTES_MAX || !bytes.includes(STATUS)) return [];
  let elements: unknown;
  try {
    elements = JSON.parse(bytes.toString('utf8'));
  } catch {
    return [];
  }
  return (Array.isArray(elements) ? (elements as unknown[]) : [elements]).flatMap((one) => {
    const element = readElement(JSON.stringify(one));
    return element?.kind === 'status' ? [{ status: element.status, message: element.message }] : [];
  });
}
