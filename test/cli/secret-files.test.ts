// Secrets that lie in files: taken over without a trace, and every way to get them wrong named with its fix.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adoptSecretFiles, SECRET_VARIABLES } from '../../src/cli/secret-files.ts';

describe('a secret in a file', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spyhop-secrets-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function fileOf(text: string, mode = 0o600): string {
    const path = join(folder, `secret-${Math.abs(mode)}-${text.length}`);
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  }

  it.each(SECRET_VARIABLES)('stands in %s afterwards, and the name of its file is gone', (name) => {
    const environment: Record<string, string | undefined> = {
      [`${name}_FILE`]: fileOf(`of ${name}\n`),
      PATH: '/bin',
    };
    adoptSecretFiles(environment);
    expect(environment).toEqual({ [name]: `of ${name}`, PATH: '/bin' });
  });

  it("must be its owner's alone", () => {
    const open = fileOf('0123456789abcdef0123456', 0o644);
    expect(() => adoptSecretFiles({ SPYHOP_TOKEN_FILE: open })).toThrow(
      `${open} may be read by others: chmod 600 ${open}`,
    );
  });

  it('must be there, hold something, and be the only one', () => {
    const absent = join(folder, 'absent');
    expect(() => adoptSecretFiles({ MASSIVE_API_KEY_FILE: absent })).toThrow(
      `${absent} does not exist: check the path`,
    );
    const empty = fileOf('\n');
    expect(() => adoptSecretFiles({ MASSIVE_API_KEY_FILE: empty })).toThrow(
      `${empty} is empty: write the secret into it`,
    );
    expect(() => adoptSecretFiles({ DATABASE_URL: 'postgres://a/b', DATABASE_URL_FILE: empty })).toThrow(
      'DATABASE_URL and DATABASE_URL_FILE are both set: unset one',
    );
  });
});
