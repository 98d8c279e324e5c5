// The SQLSTATEs we act on, by name: what passes and is tried again, and what the user must mend.

/** What goes away by itself, or with the database: tried again with a growing pause. */
const PASSING: ReadonlySet<string> = new Set([
  '40001', // serialization failure
  '40P01', // deadlock
  '55P03', // lock not available in time
  '57014', // query cancelled, or over its time
  '53000', // insufficient resources
  '53100', // disk full
  '53200', // out of memory
  '53300', // too many connections
  '57P01', // admin shutdown
  '57P02', // crash shutdown
  '57P03', // cannot connect now: starting, stopping, recovering
  '57P05', // idle session timeout
  '25006', // read-only transaction: a standby, or an administrator at work
  '58000', // system error
  '58030', // I/O error
  'XX000', // internal error, which a dying server gives
]);

/** Errors of the system's sockets. */
const LOST_CONNECTION: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

export const SQLSTATE = {
  wrongPassword: '28P01',
  notAllowed: '28000',
  noDatabase: '3D000',
  tooManyConnections: '53300',
  noTable: '42P01',
  noPrivilege: '42501',
  noPartition: '23514',
} as const;

/** The SQLSTATE or system code an error carries; empty when it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** True when the same statement may succeed later: the connection went, the database is away, or two met. */
export function isPassing(error: unknown): boolean {
  const code = codeOf(error);
  if (PASSING.has(code) || LOST_CONNECTION.has(code) || code.startsWith('08')) return true;
  // The client library gives these without a code.
  const message = error instanceof Error ? error.message : '';
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered|not queryable/i.test(
    message,
  );
}

/** Kinds of failures that people tell apart: each has another remedy. */
export type StoreErrorClass = 'connection' | 'resources' | 'constraint' | 'conflict' | 'timeout' | 'other';

/** The first letters of a SQLSTATE and the kind they belong to; the longer ones stand first. */
const ERROR_CLASSES: ReadonlyArray<readonly [string, StoreErrorClass]> = [
  ['57014', 'timeout'],
  ['55P03', 'timeout'],
  ['57', 'connection'],
  ['08', 'connection'],
  ['53', 'resources'],
  ['23', 'constraint'],
  ['40', 'conflict'],
];

/** The kind of a failure, for a count. */
export function errorClassOf(error: unknown): StoreErrorClass {
  const code = codeOf(error);
  if (LOST_CONNECTION.has(code)) return 'connection';
  const found = ERROR_CLASSES.find(([letters]) => code.startsWith(letters));
  return found?.[1] ?? (code === '' && isPassing(error) ? 'connection' : 'other');
}
