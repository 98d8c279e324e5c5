// The faults of the soak: each strikes a process that lives the day, and says what may be missing afterwards.
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { Random } from '../../src/lib/random.ts';
import { PRINTS, PRINTS_A_FRAME, SESSION } from './day.ts';
import { DAY_MS, type Fault, killed } from './fault.ts';
import { KILLS, SERVER } from './kills.ts';
import { pause, type Running, type SoakStage } from './stage.ts';

/** Cuts the line once, at the n-th time that `place` is said. */
function cutAt(name: string, place: string, verdict: 'cut' | 'cut after', furtherBytes = 0): Fault {
  return {
    name,
    kind: 'line',
    async strike(stage, random) {
      let times = 1 + random.below(4);
      let further = furtherBytes === 0 ? 0 : random.below(furtherBytes);
      let isDone = false;
      stage.proxy.judge = (bytes) => {
        if (isDone) return 'pass';
        if (times > 0 && bytes.includes(place)) times--;
        if (times > 0) return 'pass';
        further -= bytes.length;
        if (further > 0) return 'pass';
        isDone = true;
        return verdict;
      };
      const running = stage.begin();
      await running.report;
      stage.proxy.judge = null;
      return { running };
    },
  };
}

const LINE: readonly Fault[] = [
  cutAt('line cut in COPY', 'copy spyhop.print', 'cut', 4_000),
  cutAt('line cut before COMMIT', 'commit\0', 'cut'),
  cutAt('line cut after COMMIT', 'commit\0', 'cut after'),
  {
    name: 'line down for a while',
    kind: 'line',
    async strike(stage, random) {
      const running = stage.begin();
      await running.ready;
      await pause(random.below(DAY_MS));
      stage.proxy.cut();
      await pause(100 + random.below(500));
      stage.proxy.mend();
      return { running };
    },
  },
];

async function terminateOthers(stage: SoakStage): Promise<void> {
  await stage.db
    .rows(
      `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()
       and pid <> all (select pid from pg_stat_activity where application_name = 'spyhop keeper')`,
    )
    .catch(() => {});
}

async function setDefault(stage: SoakStage, assignment: string): Promise<void> {
  const [row] = await stage.db.rows<{ name: string }>('select quote_ident(current_database()) as name');
  await stage.db.change(`alter database ${row!.name} ${assignment}`);
  await terminateOthers(stage);
}

/** Runs statements in a connection of its own while a child lives the day. */
async function meanwhile(
  stage: SoakStage,
  running: Running,
  deed: (client: Client) => Promise<unknown>,
): Promise<void> {
  const client = new Client({ connectionString: stage.server.url, application_name: 'spyhop keeper' });
  client.on('error', () => {});
  await client.connect();
  const life = { isOver: false };
  void running.report.then(() => (life.isOver = true));
  await running.ready;
  while (!life.isOver) {
    await deed(client).catch(() => {});
    await client.query('rollback').catch(() => {});
    await pause(20);
  }
  await client.end().catch(() => {});
}

const DATABASE: readonly Fault[] = [
  {
    name: 'deadlock',
    kind: 'database',
    async strike(stage) {
      await setDefault(stage, "set deadlock_timeout = '40ms'");
      const running = stage.begin();
      await meanwhile(stage, running, async (client) => {
        await client.query("begin; set local deadlock_timeout = '5s'; set local statement_timeout = '2s'");
        await client.query('lock table spyhop.print in share mode');
        await pause(30);
        await client.query('select from spyhop.journal_position for update');
        await client.query('commit');
      });
      return { running, heal: () => setDefault(stage, 'reset deadlock_timeout') };
    },
  },
  {
    name: 'serialization failure',
    kind: 'database',
    async strike(stage) {
      await setDefault(stage, "set default_transaction_isolation = 'repeatable read'");
      const running = stage.begin();
      await meanwhile(stage, running, async (client) => {
        await client.query('begin isolation level read committed');
        await client.query('update spyhop.journal_position set tape_rows = tape_rows');
        await pause(20);
        await client.query('commit');
      });
      return { running, heal: () => setDefault(stage, 'reset default_transaction_isolation') };
    },
  },
  {
    name: 'read-only database',
    kind: 'database',
    async strike(stage, random) {
      const running = stage.begin();
      await running.ready;
      await pause(random.below(DAY_MS));
      await setDefault(stage, 'set default_transaction_read_only = on');
      await pause(100 + random.below(400));
      const client = new Client({ connectionString: stage.server.url });
      await client.connect();
      await client.query('set default_transaction_read_only = off');
      const { rows } = await client.query<{ name: string }>('select quote_ident(current_database()) as name');
      await client.query(`alter database ${rows[0]!.name} reset default_transaction_read_only`);
      await client.end();
      await terminateOthers(stage);
      return { running };
    },
  },
  {
    name: 'one poison row',
    kind: 'database',
    async strike(stage, random) {
      const row = random.below(PRINTS);
      await stage.db.rows('select spyhop.make_day($1::date)', [SESSION.date]);
      await stage.db.change(`alter table spyhop.print add constraint poison check (tape_row <> ${row})`);
      const running = stage.begin();
      await running.report;
      const heal = (): Promise<unknown> => stage.db.change('alter table spyhop.print drop constraint poison');
      return { running, allowance: { refusedRows: new Set([row]) }, heal };
    },
  },
];

function lastSegment(stage: SoakStage): string | null {
  const folder = join(stage.journalFolder, SESSION.date);
  const last = readdirSync(folder).toSorted().at(-1);
  return last === undefined ? null : join(folder, last);
}

/**
 * Kills a process, and then damages what it left in the journal. That may cost the frame that is hit, when it was not
 * stored yet, and nothing else: those behind it keep their numbers.
 */
function damaged(name: string, damage: (path: string, bytes: Buffer, random: Random) => void): Fault {
  return {
    name,
    kind: 'journal',
    async strike(stage, random) {
      const running = stage.begin();
      await killed(running, 100 + random.below(DAY_MS));
      const path = lastSegment(stage);
      if (path === null) return { running };
      const bytes = readFileSync(path);
      if (bytes.length > 100) damage(path, bytes, random);
      return { running, allowance: { missingMax: PRINTS_A_FRAME } };
    },
  };
}

const JOURNAL: readonly Fault[] = [
  damaged('torn segment', (path, bytes, random) => truncateSync(path, bytes.length - 1 - random.below(80))),
  damaged('bit flipped in a segment', (path, bytes, random) => {
    const at = 16 + random.below(bytes.length - 16);
    bytes[at] = bytes[at]! ^ (1 << random.below(8));
    writeFileSync(path, bytes);
  }),
];

const DISK: readonly Fault[] = [
  {
    name: 'disk of the database full',
    kind: 'disk',
    async strike(stage, random) {
      const running = stage.begin();
      await running.ready;
      await pause(random.below(DAY_MS));
      const free = stage.fill(stage.databaseFolder);
      await pause(200 + random.below(600));
      free();
      await stage.reopen();
      return { running };
    },
  },
  {
    name: 'disk of the journal full',
    kind: 'disk',
    async strike(stage, random) {
      const running = stage.begin();
      await running.ready;
      await pause(random.below(DAY_MS));
      const free = stage.fill(stage.journalFolder);
      await pause(100 + random.below(400));
      free();
      return { running, allowance: { missingMax: 1 } };
    },
  },
];

const SERVER_SHARE = 4;

/** All faults that a stage can suffer. */
export function faultsOf(stage: SoakStage): readonly Fault[] {
  // As often as a process dies, the server must come to its share.
  const servers = Array.from({ length: SERVER_SHARE }, () => SERVER).flat();
  return [...KILLS, ...servers, ...LINE, ...DATABASE, ...JOURNAL, ...(stage.hasSmallDisks ? DISK : [])];
}
