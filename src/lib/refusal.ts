// Refusals: what the program will not do, in one sentence that names the thing and the fix.

/** An expected failure. Its message is shown to the user as it is, without a stack. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** 1: it failed; 2: it was asked wrongly. */
  readonly exitCode: 1 | 2;

  constructor(message: string, { exitCode = 1, cause }: { exitCode?: 1 | 2; cause?: unknown } = {}) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}

/** What the operating system's error codes mean to a user, with the fix. */
const SYSTEM_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist: check the path',
  EACCES: 'may not be opened: check its permissions',
  EPERM: 'may not be changed: check its permissions',
  EISDIR: 'is a folder: name a file',
  ENOTDIR: 'lies under something that is not a folder: check the path',
  EROFS: 'lies on a read-only disk: choose another place',
  ENOSPC: 'cannot be written, the disk is full: free some space or choose another disk',
  EDQUOT: 'cannot be written, the disk quota is used up: free some space or choose another disk',
  EMFILE: 'cannot be opened, too many files are open: raise the limit (ulimit -n)',
  EEXIST: 'exists already: remove it or choose another name',
};

/** The refusal for a failed system call on `path`; errors that are not of the system are returned as they are. */
export function refusalOf(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const fault = SYSTEM_FAULTS[code];
  return fault === undefined ? error : new Refusal(`${path} ${fault}`, { cause: error });
}
