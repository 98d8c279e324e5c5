// The looks of the doctor: each at one part of the set-up, each with what to do when it is not well.
import { access, constants, statfs } from 'node:fs/promises';
import { lookAtTimescale, sentenceOf } from '../db/columnar.ts';
import { addressWithoutPassword, checkExternal } from '../db/external.ts';
import { type Database, openDatabase } from '../db/pool.ts';
import { lookAtRoles } from '../db/roles.ts';
import { CALENDAR_YEARS } from '../domain/calendar.ts';
import { sessionOn } from '../domain/session.ts';
import { MassiveRest } from '../feeds/massive/rest.ts';
import { systemClock } from '../lib/clock.ts';
import { makeFolder } from '../lib/make-folder.ts';
import { refusalOf } from '../lib/refusal.ts';
import { sessionAt } from '../live/sessions.ts';
import { databaseUrl } from './database-url.ts';
import type { DoctorOptions, Finding } from './doctor.ts';

/** Free space below which a day of the market may not fit, bytes. */
const FREE_BYTES_MIN = 5e9;
/** A clock further off makes prints look late, or from the future. */
const CLOCK_MS_MAX = 2_000;
const DATABASE_MS_MAX = 10_000;
const REST_MS_MAX = 10_000;
const SERVICE_MS_MAX = 10_000;

/** The looks, in the order in which they are told. */
export function looksOf(options: DoctorOptions): ReadonlyArray<() => Promise<Finding[]>> {
  return [
    lookAtRuntime,
    lookAtCalendar,
    async () => lookAtDisk(options['data-dir']),
    async () => lookAtDatabase(databaseUrl()),
    async () => lookAtProvider(options['rest-url'], process.env['MASSIVE_API_KEY'] ?? ''),
    async () => lookAtService(options.address, options.token ?? null),
  ];
}

/** What a look says when it fails: the sentence of a Refusal, or the message. */
function faultOf(what: string, state: 'warning' | 'wrong', error: unknown): Finding {
  return { what, state, sentence: error instanceof Error ? error.message : String(error) };
}

async function lookAtRuntime(): Promise<Finding[]> {
  const { version, platform, arch } = process;
  return [{ what: 'runtime', state: 'well', sentence: `Node ${version.slice(1)} on ${platform} ${arch}.` }];
}

async function lookAtCalendar(): Promise<Finding[]> {
  const clock = systemClock();
  const next = sessionAt(clock.now());
  const isOpen = !('fault' in sessionOn(next.date)) && clock.now() >= next.midnightMs + next.openMs;
  const day = `${next.date}${next.halfDay ? ', a half day' : ''}${isOpen ? ', under way or over' : ''}`;
  const sentence = `The session is ${day}; the calendar ends with ${CALENDAR_YEARS.last}.`;
  return [{ what: 'calendar', state: 'well', sentence }];
}

async function lookAtDisk(dataDir: string): Promise<Finding[]> {
  try {
    makeFolder(dataDir);
    await access(dataDir, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(dataDir);
    const free = bavail * bsize;
    const enough = free >= FREE_BYTES_MIN;
    const advice = enough
      ? ''
      : `: a day of the whole market takes some ${FREE_BYTES_MIN / 1e9} GB, free some space`;
    const sentence = `${dataDir} is writable, ${(free / 1e9).toFixed(0)} GB are free${advice}.`;
    return [{ what: 'disk', state: enough ? 'well' : 'warning', sentence }];
  } catch (error) {
    return [faultOf('disk', 'wrong', refusalOf(dataDir, error))];
  }
}

async function lookAtDatabase(url: string | null): Promise<Finding[]> {
  if (url === null) {
    return [
      {
        what: 'database',
        state: 'well',
        sentence: 'DATABASE_URL is not set: one is kept in the data directory, with its roles.',
      },
    ];
  }
  try {
    const { versionNumber } = await checkExternal(url);
    const version = Math.floor(versionNumber / 10_000);
    const sentence = `Postgres ${version} answers at ${addressWithoutPassword(url)}.`;
    return [{ what: 'database', state: 'well', sentence }, ...(await lookInside(url))];
  } catch (error) {
    return [faultOf('database', 'wrong', error)];
  }
}

async function lookInside(url: string): Promise<Finding[]> {
  const db = openDatabase({ url, connectionsMax: 1, statementMsMax: DATABASE_MS_MAX });
  try {
    const columns = sentenceOf(await lookAtTimescale(db));
    return [await rolesIn(db), { what: 'columns', state: 'well', sentence: columns }];
  } finally {
    await db.close();
  }
}

async function rolesIn(db: Database): Promise<Finding> {
  const { faults, mayCreate } = await lookAtRoles(db);
  if (faults.length === 0) {
    const sentence = 'The API reads as spyhop_reader, the service writes as spyhop_writer.';
    return { what: 'roles', state: 'well', sentence };
  }
  const fix = mayCreate ? 'spyhop db migrate makes them' : 'spyhop db status shows the SQL that makes them';
  return { what: 'roles', state: 'warning', sentence: `${faults.join('; ')}: ${fix}.` };
}

async function lookAtProvider(baseUrl: string, key: string): Promise<Finding[]> {
  if (key === '') {
    const sentence =
      'MASSIVE_API_KEY is not set: spyhop run needs one; spyhop demo, replay and simulate do not.';
    return [{ what: 'provider', state: 'wrong', sentence }];
  }
  const clock = systemClock();
  const rest = new MassiveRest({
    baseUrl,
    key,
    clock,
    random: () => Math.random(),
    timeoutMs: REST_MS_MAX,
    attemptsMax: 2,
  });
  try {
    const { clockOffsetMs } = await rest.marketStatus();
    const off = Math.abs(clockOffsetMs) > CLOCK_MS_MAX;
    const clockFinding: Finding = {
      what: 'clock',
      state: off ? 'warning' : 'well',
      sentence: off
        ? `This machine's clock is ${(clockOffsetMs / 1000).toFixed(1)} s off the provider's: let NTP set it.`
        : "This machine's clock agrees with the provider's.",
    };
    return [
      { what: 'provider', state: 'well', sentence: `${baseUrl} accepts the key.` },
      clockFinding,
      await lookAtEntitlement(rest),
    ];
  } catch (error) {
    return [faultOf('provider', 'wrong', error)];
  }
}

async function lookAtEntitlement(rest: MassiveRest): Promise<Finding> {
  try {
    await rest.conditions();
    return {
      what: 'plan',
      state: 'well',
      sentence: 'The plan has options; whether it has live trades shows when the feed subscribes.',
    };
  } catch (error) {
    return faultOf('plan', 'warning', error);
  }
}

async function lookAtService(address: string, token: string | null): Promise<Finding[]> {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  const signal = AbortSignal.timeout(SERVICE_MS_MAX);
  const url = `${address.replace(/\/$/, '')}/health/ready`;
  let response: Response;
  try {
    response = await fetch(url, { headers, signal });
  } catch {
    const sentence = signal.aborted
      ? `What listens at ${address} does not answer: stop it, or choose another port with --port.`
      : `Nothing runs at ${address}: the port is free.`;
    return [{ what: 'service', state: signal.aborted ? 'warning' : 'well', sentence }];
  }
  const { status, parts } = (await response.json().catch(() => ({}))) as ReadyAnswer;
  if (response.status === 401) {
    const sentence = `A spyhop runs at ${address} and asks for a token: give the right one with --token.`;
    return [{ what: 'service', state: 'warning', sentence }];
  }
  if (typeof status !== 'string' || !Array.isArray(parts)) {
    const sentence = `What answers at ${address} is no spyhop (HTTP ${response.status}): choose another --port.`;
    return [{ what: 'service', state: 'warning', sentence }];
  }
  const sentence = `A spyhop runs at ${address}: ${status}.`;
  return [
    { what: 'service', state: response.ok ? 'well' : 'warning', sentence },
    ...parts.map((one): Finding => ({
      what: one.part,
      state: one.ready ? 'well' : 'warning',
      sentence: one.sentence,
    })),
  ];
}

interface ReadyAnswer {
  readonly status?: unknown;
  readonly parts?: ReadonlyArray<{
    readonly part: string;
    readonly ready: boolean;
    readonly sentence: string;
  }>;
}
