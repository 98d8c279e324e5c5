// The stage of the soak: a server of its own, a line that can be cut, a data directory, and children that live the day.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedServer, startEmbedded } from '../../src/db/embedded.ts';
import { DAY_TABLES, dropDaysBefore } from '../../src/db/day-tables.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type Database, openDatabase } from '../../src/db/pool.ts';
import { sessionAfter } from '../../src/domain/session.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { TcpProxy } from '../../test/support/tcp-proxy.ts';
import type { ChildReport, ChildTask } from './child.ts';
import { SESSION } from './day.ts';

const CHILD = new URL('./child.ts', import.meta.url).pathname;
/** Enough for a cluster and a day; small enough to be filled within a second. */
const DATABASE_DISK = '700m';
const JOURNAL_DISK = '2m';

export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** A child under way. */
export interface Running {
  readonly process: ChildProcess;
  /** Resolves when it is ready, or has ended. */
  readonly ready: Promise<void>;
  /** What it said at its end; null when it was killed or failed. */
  readonly report: Promise<ChildReport | null>;
}

function mounted(folder: string, size: string): boolean {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'tmpfs', folder], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

export class SoakStage implements AsyncDisposable {
  readonly folder: string;
  readonly dataDir: string;
  readonly proxy: TcpProxy;
  /** True when its disks are small and can be filled. */
  readonly hasSmallDisks: boolean;
  server: EmbeddedServer;
  db: Database;
  readonly #throughUrl: string;

  private constructor(folder: string, server: EmbeddedServer, proxy: TcpProxy, url: string, small: boolean) {
    this.folder = folder;
    this.dataDir = join(folder, 'data');
    this.server = server;
    this.proxy = proxy;
    this.#throughUrl = url;
    this.hasSmallDisks = small;
    this.db = this.#open();
  }

  static async set(): Promise<SoakStage> {
    const folder = mkdtempSync(join(tmpdir(), 'spyhop-soak-'));
    const disks = [join(folder, 'database'), join(folder, 'data', 'journal')] as const;
    const small = mounted(disks[0], DATABASE_DISK) && mounted(disks[1], JOURNAL_DISK);
    const server = await startEmbedded(disks[0], systemClock());
    const { proxy, url } = await TcpProxy.before(server.url);
    const stage = new SoakStage(folder, server, proxy, url, small);
    await migrate(stage.db);
    return stage;
  }

  #open(): Database {
    const settings = { url: this.server.url, connectionsMax: 4, statementMsMax: 60_000 };
    return openDatabase({ ...settings, onConnectionLost() {} });
  }

  /** Process of the server itself. */
  get serverPid(): number {
    return Number(
      readFileSync(join(this.databaseFolder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0],
    );
  }

  get journalFolder(): string {
    return join(this.dataDir, 'journal');
  }

  get databaseFolder(): string {
    return join(this.folder, 'database');
  }

  /** Starts a process at the day, where the ones before it left it. */
  begin(dieAt: ChildTask['dieAt'] = null, paceMs = 3, overlap = 2): Running {
    const task: ChildTask = { url: this.#throughUrl, dataDir: this.dataDir, paceMs, dieAt, overlap };
    const child = spawn(process.execPath, [CHILD, JSON.stringify(task)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    let complaint = '';
    const ended = once(child, 'exit');
    const ready = new Promise<void>((done) => {
      child.stdout.on('data', (bytes: Buffer) => {
        said += bytes.toString();
        if (said.startsWith('ready')) done();
      });
      child.once('exit', () => done());
    });
    child.stderr.on('data', (bytes: Buffer) => (complaint += bytes.toString()));
    const report = ended.then(([code]) => {
      if (code === 0) return JSON.parse(said.split('\n')[1] ?? 'null') as ChildReport | null;
      if (code !== null && process.env['SPYHOP_DEBUG'] !== undefined) process.stderr.write(complaint);
      return null;
    });
    return { process: child, ready, report };
  }

  /** Kills the server as a whole and starts it again. */
  async killServer(): Promise<void> {
    process.kill(this.serverPid, 'SIGKILL');
    await this.reopen();
  }

  /** Kills a process that serves a client: the server ends all others and recovers by itself. */
  async killBackend(): Promise<void> {
    const [row] = await this.db.rows<{ pid: number }>(
      `select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()
       order by random() limit 1`,
    );
    if (row !== undefined) process.kill(row.pid, 'SIGKILL');
    for (let poll = 0; poll < 600; poll++) {
      await pause(50);
      const answer = await this.db.rows('select 1').catch(() => null);
      if (answer !== null) return;
    }
    throw new Error('the server does not recover from the death of a backend');
  }

  async reopen(): Promise<void> {
    await this.db.close().catch(() => {});
    this.server = await startEmbedded(this.databaseFolder, systemClock());
    this.db = this.#open();
  }

  /** Takes the day away, as if nobody had lived it. */
  async reset(): Promise<void> {
    for (const table of DAY_TABLES) {
      await dropDaysBefore(this.db, table, sessionAfter(SESSION.date)!);
    }
    await this.db.change(
      `truncate spyhop.journal_position, spyhop.sum_position, spyhop.market_flow, spyhop.underlying_day,
       spyhop.alert, spyhop.feed_gap cascade`,
    );
    rmSync(join(this.journalFolder, SESSION.date), { recursive: true, force: true });
  }

  /** Fills a disk to its last page; what it gives takes the ballast away again. */
  fill(folder: string): () => void {
    const ballast = join(folder, 'ballast');
    // Whoever writes there takes some of it meanwhile: most at once, and then page by page.
    const { bavail, bsize } = statfsSync(folder);
    const most = Math.floor(bavail * 0.9) * bsize;
    try {
      if (most > 0) execFileSync('fallocate', ['-l', String(most), ballast], { stdio: 'ignore' });
      for (;;) appendFileSync(ballast, Buffer.alloc(4_096));
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOSPC') throw error;
    }
    return () => rmSync(ballast, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.db.close().catch(() => {});
    await this.proxy[Symbol.asyncDispose]();
    await this.server.stop().catch(() => {});
    if (this.hasSmallDisks) {
      for (const disk of [this.journalFolder, this.databaseFolder]) execFileSync('umount', ['-l', disk]);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
