// Who may ask, and what is turned away unread: addresses, tokens, names of the host, methods and bodies.
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { Refusal } from '../lib/refusal.ts';
import type { HttpCounts } from './http-counts.ts';
import type { ApiSettings } from './ports.ts';
import { overloaded, Problem } from './problem.ts';
import type { Resource } from './resource.ts';

/** A token of 128 random bits has 22 characters in base64 and 32 in hex. */
const TOKEN_CHARACTERS_MIN = 22;

/** True for addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  if (isIPv4(host)) return host.startsWith('127.');
  return host === 'localhost' || host === '::1';
}

/** Refuses settings under which strangers could read: before anything listens. */
export function checkExposure({ host, token }: Pick<ApiSettings, 'host' | 'token'>): void {
  if (token !== null && (token.length < TOKEN_CHARACTERS_MIN || !/^[\w.~+/=-]+$/.test(token))) {
    throw new Refusal(
      `the API's token has ${token.length} characters: give at least ${TOKEN_CHARACTERS_MIN} random letters or ` +
        'digits, such as "openssl rand -hex 16" prints',
      { exitCode: 2 },
    );
  }
  if (token !== null || isLoopback(host)) return;
  throw new Refusal(
    `the API may not listen on ${host === '' ? 'every address' : host} without a token, because anybody who reaches ` +
      'it could read: give --token or set SPYHOP_TOKEN, or listen on 127.0.0.1',
    { exitCode: 2 },
  );
}

const hash = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

/** Name and port of a Host header, without the port: "[::1]:4680" -> "::1". */
function hostName(header: string): string {
  return header
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
}

export interface GuardSettings {
  readonly settings: ApiSettings;
  readonly counts: HttpCounts;
  readonly resources: readonly Resource[];
  readonly bodyBytesMax: number;
  readonly requestsInFlightMax: number;
}

/** Looks at a request before anything of it is read further; throws the Problem of what may not be. */
export function createGuard({ settings, counts, resources, ...limits }: GuardSettings) {
  const { token } = settings;
  const tokenHash = token === null ? null : hash(token);
  const paths = resources.map(({ path }) => new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`));

  /** Both sides are hashed, so that the comparison takes as long whatever their lengths are. */
  function checkToken(request: FastifyRequest): void {
    if (tokenHash === null) return;
    const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(hash(given), tokenHash)) return;
    counts.rejected('auth');
    const detail =
      given === undefined
        ? 'Send the header Authorization: Bearer TOKEN.'
        : 'The token is not the one configured.';
    throw new Problem('token-refused', detail, { headers: { 'www-authenticate': 'Bearer realm="spyhop"' } });
  }

  /** A web page elsewhere may have its own name resolve to this machine; its Host header betrays it. */
  function checkHost(request: FastifyRequest): void {
    if (tokenHash !== null || isLoopback(hostName(request.headers.host ?? ''))) return;
    counts.rejected('host');
    throw new Problem('host-refused', 'Ask for 127.0.0.1 or localhost, or configure a token.');
  }

  function checkBody(request: FastifyRequest): void {
    if (Number(request.headers['content-length'] ?? 0) <= limits.bodyBytesMax) return;
    counts.rejected('body_too_large');
    const detail = `The body has more than ${limits.bodyBytesMax} bytes: send none.`;
    throw new Problem('body-too-large', detail, { headers: { connection: 'close' } });
  }

  /** Also for requests that match no route: 405 where the address exists, else 404. */
  function refusalOfRoute(request: FastifyRequest): Problem {
    const [path = ''] = request.url.split('?');
    if (!paths.some((pattern) => pattern.test(path))) {
      return new Problem('not-found', 'Nothing has this address: /docs lists those there are.');
    }
    counts.rejected('method');
    const allow = path === '/v1/stream' ? 'GET' : 'GET, HEAD';
    return new Problem('method-not-allowed', `This address takes ${allow}.`, { headers: { allow } });
  }

  return {
    refusalOfRoute,
    check(request: FastifyRequest, open: boolean): void {
      checkHost(request);
      if (!open) checkToken(request);
      checkBody(request);
      if (request.method !== 'GET' && request.method !== 'HEAD') throw refusalOfRoute(request);
      if (counts.inFlight <= limits.requestsInFlightMax) return;
      counts.rejected('overload');
      throw overloaded('Too many requests are being answered.');
    },
  };
}
