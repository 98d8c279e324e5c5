// The roots of a day whose contracts do not stop at the regular close: what SQL and pandas must be told of a session.
import { ContractTable } from '../src/domain/contract-table.ts';
import { closeMsOf, type Session } from '../src/domain/session.ts';
import { openFlatFile } from '../src/feeds/flat-file/open.ts';
import { readVolumes } from '../src/feeds/flat-file/read.ts';

export interface LateRoot {
  readonly root: string;
  readonly underlying: string;
  /** Offsets of the close, ms after midnight: of most contracts, and of those on their last day. */
  readonly closeMs: number;
  readonly lastDayCloseMs: number;
}

/** The late roots among the contracts of a file, and those that stand for another underlying than themselves. */
export async function lateRootsOf(path: string, session: Session): Promise<LateRoot[]> {
  const table = new ContractTable();
  await readVolumes(await openFlatFile(path), table);
  const roots = new Map<string, LateRoot>();
  for (let number = 0; number < table.count; number++) {
    const { root, underlying } = table.contract(number);
    if (roots.has(root)) continue;
    const closeMs = closeMsOf(session, { root, underlying, expiryDate: '' });
    const lastDayCloseMs = closeMsOf(session, { root, underlying, expiryDate: session.date });
    roots.set(root, { root, underlying, closeMs, lastDayCloseMs });
  }
  return [...roots.values()].filter((one) => one.closeMs !== session.closeMs || one.root !== one.underlying);
}
