// Bearer tokens in a file of their owner: only hashes are kept, each token has scopes and an end, and may be revoked.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal, refusalOf } from './refusal.ts';

/** What a token may do: read the metrics alone, read everything, or also change settings. */
export const SCOPES = ['metrics', 'read', 'admin'] as const;

export type Scope = (typeof SCOPES)[number];

/** Each scope and what it includes. */
const INCLUDED: Readonly<Record<Scope, readonly Scope[]>> = {
  metrics: ['metrics'],
  read: ['metrics', 'read'],
  admin: ['metrics', 'read', 'admin'],
};

/** A token as it is kept. */
export interface TokenRecord {
  /** 8 hex digits: the part of the token that is no secret, by which it is named. */
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
  /** SHA-256 of the whole token, hex. */
  readonly hash: string;
  /** ISO 8601; null: for ever. */
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

/** What became of a token that was shown. */
export type TokenVerdict =
  | { readonly ok: true; readonly id: string; readonly scope: Scope }
  | { readonly ok: false; readonly why: 'unknown' | 'expired' | 'revoked' };

const FILE = 'tokens.json';
const ID_BYTES = 4;
/** 192 random bits: nobody guesses them. */
const SECRET_BYTES = 24;
/** Tokens that are kept; a machine has a handful. */
const TOKENS_MAX = 1_000;
const TOKEN = /^spyhop_([0-9a-f]{8})_[\w-]{32}$/;

const hashOf = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

/** True when a token with this scope may do what needs the other. */
export function includes(scope: Scope, needed: Scope): boolean {
  return INCLUDED[scope].includes(needed);
}

/** The tokens of a data directory. Read again when the file has changed, so that a revoked token ends at once. */
export class TokenBook {
  readonly #path: string;
  /** The token of the settings, which may do everything and has no id of its own. */
  readonly #configured: Buffer | null;
  #records: readonly TokenRecord[] = [];
  /** What told the file that was read from any other. */
  #readMark = '';

  constructor(dataDir: string, configured: string | null) {
    this.#path = join(dataDir, FILE);
    this.#configured = configured === null ? null : hashOf(configured);
  }

  /** All tokens, the newest last. Throws a Refusal when the file cannot be read. */
  get records(): readonly TokenRecord[] {
    this.#refresh();
    return this.#records;
  }

  /** True when a token is asked for: one is configured, or one was made and still holds. */
  isNeeded(nowMs: number): boolean {
    return this.#configured !== null || this.records.some((record) => faultOf(record, nowMs) === null);
  }

  /** Looks at a token. Both sides are hashed, so that the comparison takes as long whatever was shown. */
  verify(token: string, nowMs: number): TokenVerdict {
    const hash = hashOf(token);
    if (this.#configured !== null && timingSafeEqual(hash, this.#configured)) {
      return { ok: true, id: 'configured', scope: 'admin' };
    }
    const id = TOKEN.exec(token)?.[1];
    const record = this.records.find((one) => one.id === id);
    if (record === undefined || !timingSafeEqual(hash, Buffer.from(record.hash, 'hex'))) {
      return { ok: false, why: 'unknown' };
    }
    const why = faultOf(record, nowMs);
    return why === null ? { ok: true, id: record.id, scope: record.scope } : { ok: false, why };
  }

  /** Makes a token and gives its text, which is kept nowhere: only its hash is. */
  create(name: string, scope: Scope, nowMs: number, lifeMs: number | null): string {
    const records = this.records;
    if (records.length >= TOKENS_MAX) {
      throw new Refusal(`${this.#path} holds ${TOKENS_MAX} tokens: remove the file and make those you need`);
    }
    const id = randomBytes(ID_BYTES).toString('hex');
    const token = `spyhop_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
    const record: TokenRecord = {
      id,
      name,
      scope,
      hash: hashOf(token).toString('hex'),
      createdAt: new Date(nowMs).toISOString(),
      expiresAt: lifeMs === null ? null : new Date(nowMs + lifeMs).toISOString(),
      revokedAt: null,
    };
    this.#write([...records, record]);
    return token;
  }

  /** Ends a token. Throws a Refusal when there is none with this id. */
  revoke(id: string, nowMs: number): TokenRecord {
    const records = this.records;
    const found = records.find((record) => record.id === id);
    if (found === undefined)
      throw new Refusal(`there is no token ${id}: spyhop token list shows those there are`);
    const revoked = { ...found, revokedAt: found.revokedAt ?? new Date(nowMs).toISOString() };
    this.#write(records.map((record) => (record.id === id ? revoked : record)));
    return revoked;
  }

  #refresh(): void {
    const stats = statSync(this.#path, { throwIfNoEntry: false });
    if (stats === undefined) {
      this.#records = [];
      this.#readMark = '';
      return;
    }
    // Two writes may fall into one millisecond; each is a file of its own.
    const mark = `${stats.ino} ${stats.mtimeMs} ${stats.size}`;
    if (mark === this.#readMark) return;
    try {
      if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) {
        throw new Refusal(`${this.#path} may be read by others: chmod 600 ${this.#path}`);
      }
      const { tokens } = JSON.parse(readFileSync(this.#path, 'utf8')) as { readonly tokens?: unknown };
      if (!Array.isArray(tokens)) throw new Refusal(`${this.#path} is not a list of tokens: remove it`);
      this.#records = tokens as readonly TokenRecord[];
      this.#readMark = mark;
    } catch (error) {
      if (error instanceof SyntaxError)
        throw new Refusal(`${this.#path} is not JSON: remove it`, { cause: error });
      throw refusalOf(this.#path, error);
    }
  }

  /** Whole or not at all: a reader sees the old list or the new one. */
  #write(tokens: readonly TokenRecord[]): void {
    const draft = `${this.#path}.${process.pid}.new`;
    try {
      writeFileSync(draft, `${JSON.stringify({ tokens }, null, 2)}\n`, { mode: 0o600 });
      renameSync(draft, this.#path);
    } catch (error) {
      throw refusalOf(this.#path, error);
    }
    this.#readMark = '';
    this.#refresh();
  }
}

function faultOf({ revokedAt, expiresAt }: TokenRecord, nowMs: number): 'expired' | 'revoked' | null {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= nowMs ? 'expired' : null;
}
