// The address of an external Postgres: DATABASE_URL, which secret-files.ts may have filled from a file.

/** The address of an external Postgres, password included: never to be shown; null for the embedded one. */
export function databaseUrl(environment: NodeJS.ProcessEnv = process.env): string | null {
  return environment['DATABASE_URL'] ?? null;
}
