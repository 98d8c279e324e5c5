// Tells a fresh Metabase of the database, once, as the role that can only read; one that is set up is left alone.
import { readFileSync } from 'node:fs';

const METABASE = 'http://metabase:3000';
const WAIT_MS = 5_000;
const TRIES = 60;

function secret(name: string): string {
  return readFileSync(`/run/secrets/${name}`, 'utf8').trim();
}

/** The token of a Metabase that waits for its set-up; null when it is set up. Waits until it answers. */
async function setupToken(): Promise<string | null> {
  for (let tries = 1; ; tries++) {
    try {
      const answer = await fetch(`${METABASE}/api/session/properties`);
      if (answer.ok) {
        const properties = (await answer.json()) as {
          'setup-token'?: string | null;
          'has-user-setup'?: boolean;
        };
        return properties['has-user-setup'] === true ? null : (properties['setup-token'] ?? null);
      }
    } catch (error) {
      if (tries === TRIES) throw error;
    }
    if (tries === TRIES) throw new Error('Metabase does not answer: see its log');
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  }
}

const token = await setupToken();
if (token !== null) {
  const answer = await fetch(`${METABASE}/api/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      token,
      user: {
        email: 'trader@example.com',
        first_name: 'Trader',
        last_name: null,
        password: secret('metabase_password'),
      },
      prefs: { site_name: 'spyhop', allow_tracking: false },
      database: {
        engine: 'postgres',
        name: 'spyhop',
        details: {
          host: 'timescaledb',
          port: 5432,
          dbname: 'spyhop',
          user: 'spyhop_grafana',
          password: secret('postgres_grafana_password'),
          'schema-filters-type': 'inclusion',
          'schema-filters-patterns': 'spyhop',
        },
      },
    }),
  });
  if (!answer.ok) throw new Error(`Metabase refused its set-up (${answer.status}): ${await answer.text()}`);
}
