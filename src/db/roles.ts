// The roles that the database is used as: what they must be, whether they are, and how they are made.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { escapeIdentifier, escapeLiteral } from 'pg';
import type { Database, Queries } from './pool.ts';
import { SQL_FOLDER } from './schema/files.ts';
import { codeOf } from './sqlstate.ts';

/** The role the service writes as, the role the API reads as, and the one that Grafana logs in as. */
export const ROLES = ['spyhop_writer', 'spyhop_reader', 'spyhop_grafana'] as const;
export type Role = (typeof ROLES)[number];

/** Settings that keep a role within its bounds; sql/roles/roles.sql makes them. */
const BOUNDS: Readonly<Record<Role, readonly string[]>> = {
  spyhop_writer: ['search_path'],
  spyhop_reader: ['search_path', 'default_transaction_read_only=on'],
  spyhop_grafana: [
    'search_path',
    'default_transaction_read_only=on',
    'statement_timeout',
    'lock_timeout',
    'idle_in_transaction_session_timeout',
  ],
};

/** What is there of the roles. */
export interface RoleReport {
  /** What is missing or wrong, a sentence each; empty when all is well. */
  readonly faults: readonly string[];
  /** Roles that this connection may take for a transaction (`set local role`). */
  readonly usable: ReadonlySet<Role>;
  /** True when all roles exist, so that rights can be granted to them. */
  readonly complete: boolean;
  /** True when the connection's own role may create what is missing. */
  readonly mayCreate: boolean;
}

interface RoleRow {
  readonly role: Role;
  readonly there: boolean;
  readonly strong: boolean;
  readonly settings: readonly string[];
  readonly limited: boolean;
  readonly usable: boolean;
  readonly may_create: boolean;
}

// Before Postgres 16 a member could always take the role; since then that is a right of its own.
const LOOK = `
  select wanted.role, pg_roles.oid is not null as there,
    coalesce(rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls, false) as strong,
    coalesce(rolconfig, '{}') as settings, coalesce(rolconnlimit >= 0, false) as limited,
    coalesce(pg_has_role(current_user, pg_roles.oid,
      case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end), false) as usable,
    (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) as may_create
  from unnest($1::text[]) as wanted (role)
  left join pg_roles on rolname = wanted.role`;

function faultsOf({ role, there, strong, settings, limited, usable }: RoleRow): string[] {
  if (!there) return [`the role ${role} does not exist`];
  const unset = BOUNDS[role].filter((bound) => !settings.some((setting) => setting.startsWith(bound)));
  return [
    ...(strong
      ? [`the role ${role} may do what no such role should (alter role ${role} nosuperuser …)`]
      : []),
    ...(unset.length === 0 ? [] : [`the role ${role} is not bound by ${unset.join(', ')}`]),
    ...(role === 'spyhop_grafana' && !limited ? [`the role ${role} has no connection limit`] : []),
    ...(role === 'spyhop_grafana' || usable ? [] : [`this connection may not take the role ${role}`]),
  ];
}

/** Looks at the roles of the server as this connection sees them. */
export async function lookAtRoles(db: Queries): Promise<RoleReport> {
  const rows = await db.rows<RoleRow>(LOOK, [ROLES]);
  return {
    faults: rows.flatMap(faultsOf),
    usable: new Set(rows.filter(({ usable }) => usable).map(({ role }) => role)),
    complete: rows.every(({ there }) => there),
    mayCreate: rows[0]?.may_create === true,
  };
}

/** What makes the roles: for those who may, and to be shown to those who must ask somebody. */
export function rolesSql(): string {
  return readFileSync(join(SQL_FOLDER, 'roles/roles.sql'), 'utf8');
}

/** Roles belong to the whole server, so that another database of it may make them at the same moment. */
const ATTEMPTS_MAX = 5;
const MET_ANOTHER: ReadonlySet<string> = new Set(['23505', '42710', 'XX000']);

/** Makes the roles, or mends them; nothing happens when they are as they should be, or the connection may not. */
export async function ensureRoles(db: Database): Promise<RoleReport> {
  for (let attempt = 1; ; attempt++) {
    const report = await lookAtRoles(db);
    if (report.faults.length === 0 || !report.mayCreate) return report;
    try {
      await db.transaction(({ client }) => client.query(rolesSql()));
      return await lookAtRoles(db);
    } catch (error) {
      // Roles that somebody else made may be out of our reach: then they stay as they are, and are told of.
      if (codeOf(error) === '42501') return report;
      if (attempt === ATTEMPTS_MAX || !MET_ANOTHER.has(codeOf(error))) throw error;
    }
  }
}

/** Gives a role that logs in its password. Throws the server's error when the connection may not. */
export async function setPassword(db: Queries, role: string, password: string): Promise<void> {
  await db.change(`alter role ${escapeIdentifier(role)} login password ${escapeLiteral(password)}`);
}
