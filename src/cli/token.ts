// Command `token`: the bearer tokens of a data directory: made, listed and revoked, also while the service runs.
import { Refusal } from '../lib/refusal.ts';
import { nearest } from '../lib/nearest.ts';
import { makeFolder } from '../lib/make-folder.ts';
import { TokenBook, type TokenRecord } from '../lib/token-book.ts';
import type { Command } from './command.ts';
import type { Terminal } from './terminal.ts';

const DEEDS = ['create', 'list', 'revoke'] as const;
const DAY_MS = 86_400_000;

export const tokenCommand: Command<'data-dir' | 'name' | 'scope' | 'expires-in'> = {
  name: 'token',
  summary: 'Makes, lists and revokes the tokens that requests to the API carry.',
  operands: 'create | list | revoke ID',
  options: ['name', 'scope', 'expires-in', 'data-dir'],
  remarks: [
    'A token is shown once, when it is made: only its hash is kept, in tokens.json of the data directory.',
    'To rotate one, make its successor, move your clients over, and revoke it; a running service follows at once.',
    'Example: spyhop token create --name grafana --scope read --expires-in 90d',
  ],
  async run(operands, options, terminal) {
    const [deed, id, ...rest] = operands;
    const dataDir = options['data-dir'];
    if (deed === 'create' && id === undefined) {
      makeFolder(dataDir);
      const lifeMs =
        options['expires-in'] === undefined ? null : Number.parseInt(options['expires-in'], 10) * DAY_MS;
      const book = new TokenBook(dataDir, null);
      const token = book.create(options.name ?? 'unnamed', options.scope, Date.now(), lifeMs);
      terminal.print(options.json ? JSON.stringify({ token, ...shown(book.records.at(-1)!) }) : token);
      terminal.say('This is the only time it is shown: put it where your client reads its secrets.');
      return 0;
    }
    if (deed === 'list' && id === undefined)
      return listTokens(new TokenBook(dataDir, null), options.json, terminal);
    if (deed === 'revoke' && id !== undefined && rest.length === 0) {
      const record = new TokenBook(dataDir, null).revoke(id, Date.now());
      terminal.print(options.json ? JSON.stringify(shown(record)) : `${record.id} ${record.name} is revoked`);
      return 0;
    }
    const wanted =
      deed === undefined || DEEDS.includes(deed as 'list') ? DEEDS.join(', ') : nearest(deed, DEEDS);
    throw new Refusal(`spyhop token takes create, list, or revoke and an id: ${wanted}`, { exitCode: 2 });
  },
};

/** What may be shown of a token: everything but its hash. */
function shown({ hash: _hash, ...rest }: TokenRecord): Omit<TokenRecord, 'hash'> {
  return rest;
}

function listTokens(book: TokenBook, json: boolean, terminal: Terminal): number {
  for (const record of book.records) {
    if (json) {
      terminal.print(JSON.stringify(shown(record)));
      continue;
    }
    const { id, name, scope, createdAt, expiresAt, revokedAt } = record;
    const end =
      revokedAt === null ? (expiresAt === null ? 'for ever' : `until ${expiresAt}`) : `revoked ${revokedAt}`;
    terminal.print(`${id}  ${scope.padEnd(7)}  ${createdAt}  ${end}  ${name}`);
  }
  if (book.records.length === 0) terminal.say('no tokens: spyhop token create --name NAME makes one');
  return 0;
}
