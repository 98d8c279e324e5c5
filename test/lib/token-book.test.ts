// Tokens: what each may do, how it ends, and that nothing which could be stolen is kept.
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { includes, SCOPES, TokenBook } from '../../src/lib/token-book.ts';

const NOW = Date.UTC(2026, 10, 20, 15);
const DAY_MS = 86_400_000;

describe('a book of tokens', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spyhop-tokens-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const file = (): string => join(folder, 'tokens.json');

  it('keeps the hash of a token and never the token, in a file of its owner', () => {
    const book = new TokenBook(folder, null);
    expect(book.isNeeded(NOW)).toBe(false);
    const token = book.create('grafana', 'read', NOW, null);
    expect(token).toMatch(/^spyhop_[0-9a-f]{8}_[\w-]{32}$/);
    expect(book.verify(token, NOW)).toMatchObject({ ok: true, scope: 'read' });
    expect(book.isNeeded(NOW)).toBe(true);
    const kept = readFileSync(file(), 'utf8');
    expect(kept).not.toContain(token);
    expect(kept).not.toContain(token.slice(-32));
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('knows no token but its own, to the last character', () => {
    const book = new TokenBook(folder, null);
    const token = book.create('grafana', 'read', NOW, null);
    const other = token.endsWith('A') ? 'B' : 'A';
    for (const wrong of ['', 'spyhop', `${token.slice(0, -1)}${other}`, `${token}A`, token.slice(0, -1)]) {
      expect([wrong, book.verify(wrong, NOW)]).toEqual([wrong, { ok: false, why: 'unknown' }]);
    }
  });

  it('lets two hold at once, so that one can follow the other', () => {
    const book = new TokenBook(folder, null);
    const old = book.create('prometheus', 'metrics', NOW, null);
    const next = book.create('prometheus', 'metrics', NOW + DAY_MS, null);
    expect([old, next].map((token) => book.verify(token, NOW + DAY_MS).ok)).toEqual([true, true]);
    book.revoke(book.records[0]!.id, NOW + 2 * DAY_MS);
    expect(book.verify(old, NOW + 2 * DAY_MS)).toEqual({ ok: false, why: 'revoked' });
    expect(book.verify(next, NOW + 2 * DAY_MS).ok).toBe(true);
    expect(() => book.revoke('00000000', NOW)).toThrow('there is no token 00000000');
  });

  it('ends a token at its time', () => {
    const book = new TokenBook(folder, null);
    const token = book.create('for a week', 'read', NOW, 7 * DAY_MS);
    expect(book.verify(token, NOW + 7 * DAY_MS - 1).ok).toBe(true);
    expect(book.verify(token, NOW + 7 * DAY_MS)).toEqual({ ok: false, why: 'expired' });
    expect(book.isNeeded(NOW + 7 * DAY_MS)).toBe(false);
  });

  it('follows what another process writes', () => {
    const [service, command] = [new TokenBook(folder, null), new TokenBook(folder, null)];
    const token = command.create('made elsewhere', 'read', NOW, null);
    expect(service.verify(token, NOW).ok).toBe(true);
    command.revoke(command.records[0]!.id, NOW);
    expect(service.verify(token, NOW)).toEqual({ ok: false, why: 'revoked' });
  });

  it('takes the token of the settings for everything', () => {
    const book = new TokenBook(folder, '0123456789abcdef0123456');
    expect(book.isNeeded(NOW)).toBe(true);
    expect(book.verify('0123456789abcdef0123456', NOW)).toEqual({
      ok: true,
      id: 'configured',
      scope: 'admin',
    });
  });

  it('refuses a file that others may read, or that is none', () => {
    const book = new TokenBook(folder, null);
    book.create('grafana', 'read', NOW, null);
    chmodSync(file(), 0o644);
    expect(() => new TokenBook(folder, null).records).toThrow(
      `${file()} may be read by others: chmod 600 ${file()}`,
    );
    writeFileSync(file(), '{', { mode: 0o600 });
    chmodSync(file(), 0o600);
    expect(() => new TokenBook(folder, null).records).toThrow(`${file()} is not JSON: remove it`);
    writeFileSync(file(), '{}');
    expect(() => new TokenBook(folder, null).records).toThrow(`${file()} is not a list of tokens: remove it`);
  });
});

it('a scope includes those below it', () => {
  const table = SCOPES.map((scope) => SCOPES.map((needed) => includes(scope, needed)));
  expect(table).toEqual([
    [true, false, false],
    [true, true, false],
    [true, true, true],
  ]);
});
