// Command token: a token is shown once, listed without its secret, and ends when it is revoked.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run } from '../support/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'spyhop-token-command-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const token = (...args: string[]) => run(['token', ...args, '--data-dir', join(folder, 'data')]);

test('a token is made, listed and revoked', async () => {
  expect(await token('list')).toMatchObject({ code: 0, out: '' });
  const made = await token('create', '--name', 'grafana', '--expires-in', '90d');
  expect(made.code).toBe(0);
  const text = made.out.trim();
  expect(text).toMatch(/^spyhop_[0-9a-f]{8}_[\w-]{32}$/);
  expect(made.err).toContain('the only time it is shown');
  const id = text.slice(7, 15);
  const listed = await token('list');
  expect(listed.out).toContain(`${id}  read     `);
  expect(listed.out).toContain('grafana');
  expect(listed.out).not.toContain(text.slice(16));
  expect((await token('revoke', id)).out).toBe(`${id} grafana is revoked\n`);
  const [record] = (await token('list', '--json')).out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(record).toMatchObject({ id, name: 'grafana', scope: 'read', revokedAt: expect.any(String) });
  expect(record).not.toHaveProperty('hash');
  expect(readFileSync(join(folder, 'data', 'tokens.json'), 'utf8')).not.toContain(text);
});

test('what it does not know, it says', async () => {
  const wrong = await token('remove');
  expect([wrong.code, wrong.err]).toEqual([
    2,
    'spyhop: spyhop token takes create, list, or revoke and an id: did you mean revoke\n',
  ]);
  expect((await token('revoke', '00000000')).err).toBe(
    'spyhop: there is no token 00000000: spyhop token list shows those there are\n',
  );
  expect((await token('create', '--scope', 'all')).code).toBe(2);
});
