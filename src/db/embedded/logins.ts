// The logins of the embedded server: each role with a password of its own, made once and kept with that of the owner.
import { randomBytes } from 'node:crypto';
import { type Client, escapeIdentifier } from 'pg';
import { type Role, ROLES, rolesSql } from '../roles.ts';
import { type ClusterPlace, PASSWORD_BYTES, readSecret, type RolePasswords, writeSecret } from './cluster.ts';

/** Held while passwords are made: two that start at once must not keep one and set the other. */
const LOGIN_LOCK = 7_796_404;

const WITH_PASSWORD = `
  select count(*)::int as logins from pg_authid
  where rolname = any($1) and rolcanlogin and rolpassword is not null`;

async function canAllLogIn(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ logins: number }>(WITH_PASSWORD, [ROLES]);
  return rows[0]?.logins === ROLES.length;
}

/** Gives the passwords of the roles; roles and passwords that are missing are made. The client is the owner's. */
export async function ensureLogins(client: Client, place: ClusterPlace): Promise<RolePasswords> {
  const kept = readSecret(place).roles;
  if (kept !== undefined && (await canAllLogIn(client))) return kept;
  await client.query('begin');
  try {
    await client.query('select pg_advisory_xact_lock($1)', [LOGIN_LOCK]);
    const secret = readSecret(place);
    const passwords = secret.roles ?? newPasswords();
    await client.query(rolesSql());
    for (const role of ROLES) {
      // Letters, digits, "-" and "_" only: nothing in it could end the literal.
      await client.query(`alter role ${role} login password '${passwords[role]}'`);
    }
    const database = (await client.query<{ name: string }>('select current_database() as name')).rows[0]!
      .name;
    await client.query(`grant temporary on database ${escapeIdentifier(database)} to spyhop_writer`);
    // Kept before they are set: what is kept and not set is set by the next start, the other way round it is lost.
    writeSecret(place, { ...secret, roles: passwords });
    await client.query('commit');
    return passwords;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

function newPasswords(): RolePasswords {
  const make = (): string => randomBytes(PASSWORD_BYTES).toString('base64url');
  return Object.fromEntries(ROLES.map((role) => [role, make()])) as Record<Role, string>;
}
