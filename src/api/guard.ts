// Who may ask, and what is turned away unread: addresses, tokens, names of the host, methods and bodies.
import { isIPv4 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { Refusal } from '../lib/refusal.ts';
import { includes, type Scope, TokenBook } from '../lib/token-book.ts';
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
export function checkExposure(
  { host, token, tokens }: Pick<ApiSettings, 'host' | 'token' | 'tokens'>,
  nowMs: number,
): void {
  if (token !== null && (token.length < TOKEN_CHARACTERS_MIN || !/^[\w.~+/=-]+$/.test(token))) {
    throw new Refusal(
      `the API's token has ${token.length} characters: give at least ${TOKEN_CHARACTERS_MIN} random letters or ` +
        'digits, such as "openssl rand -hex 16" prints',
      { exitCode: 2 },
    );
  }
  if (token !== null || isLoopback(host) || tokens?.isNeeded(nowMs) === true) return;
  throw new Refusal(
    `the API may not listen on ${host === '' ? 'every address' : host} without a token, because anybody who reaches ` +
      'it could read: give --token or set SPYHOP_TOKEN, make one with spyhop token create, or listen on 127.0.0.1',
    { exitCode: 2 },
  );
}

/** Name and port of a Host header, without the port: "[::1]:4680" -> "::1". */
function hostName(header: string): string {
  return header
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
}

/** The token of the header, which is the one place for it: an address is kept in histories and logs. */
function bearerOf(request: FastifyRequest): string | null {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

function refusalOfToken(why: 'unknown' | 'expired' | 'revoked' | null): string {
  if (why === null) return 'Send the header Authorization: Bearer TOKEN.';
  return why === 'unknown' ? 'The token is not known here.' : `The token is ${why}: make another.`;
}

export interface GuardSettings {
  readonly settings: ApiSettings;
  readonly counts: HttpCounts;
  readonly resources: readonly Resource[];
  readonly bodyBytesMax: number;
  readonly requestsInFlightMax: number;
  /** Epoch ms, by which tokens end. */
  readonly now: () => number;
}

/** Makes the refusal of requests that match no route: 405 where the address exists, else 404. */
function createRouteRefusal(
  resources: readonly Resource[],
  counts: HttpCounts,
): (request: FastifyRequest) => Problem {
  const places = resources.map(({ path, method }) => ({
    pattern: new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`),
    methods: method === 'put' ? ['PUT'] : path === '/v1/stream' ? ['GET'] : ['GET', 'HEAD'],
  }));
  return (request) => {
    const [path = ''] = request.url.split('?');
    const methods = places.filter(({ pattern }) => pattern.test(path)).flatMap((place) => place.methods);
    if (methods.length === 0) {
      return new Problem('not-found', 'Nothing has this address: /docs lists those there are.');
    }
    counts.rejected('method');
    const allow = methods.join(', ');
    return new Problem('method-not-allowed', `This address takes ${allow}.`, { headers: { allow } });
  };
}

/** Looks at a request before anything of it is read further; throws the Problem of what may not be. */
export function createGuard({ settings, counts, resources, ...limits }: GuardSettings) {
  const tokens = settings.tokens ?? new TokenBook('.', settings.token);
  const refusalOfRoute = createRouteRefusal(resources, counts);

  function checkToken(request: FastifyRequest, needed: Scope): void {
    const nowMs = limits.now();
    if (!tokens.isNeeded(nowMs)) return;
    const given = bearerOf(request);
    const verdict = given === null ? null : tokens.verify(given, nowMs);
    if (verdict?.ok === true) {
      if (includes(verdict.scope, needed)) return;
      counts.rejected('auth');
      throw new Problem(
        'scope-refused',
        `The token ${verdict.id} may ${verdict.scope}, and this needs ${needed}.`,
      );
    }
    counts.rejected('auth');
    throw new Problem('token-refused', refusalOfToken(verdict?.why ?? null), {
      headers: { 'www-authenticate': 'Bearer realm="spyhop"' },
    });
  }

  /** A web page elsewhere may have its own name resolve to this machine; its Host header betrays it. */
  function checkHost(request: FastifyRequest): void {
    if (tokens.isNeeded(limits.now()) || isLoopback(hostName(request.headers.host ?? ''))) return;
    counts.rejected('host');
    throw new Problem('host-refused', 'Ask for 127.0.0.1 or localhost, or configure a token.');
  }

  function checkBody(request: FastifyRequest): void {
    if (Number(request.headers['content-length'] ?? 0) <= limits.bodyBytesMax) return;
    counts.rejected('body_too_large');
    const detail = `The body has more than ${limits.bodyBytesMax} bytes: send none.`;
    throw new Problem('body-too-large', detail, { headers: { connection: 'close' } });
  }

  return {
    refusalOfRoute,
    /** Who asks, for limits: the name of a token that holds, or else the address. */
    clientOf(request: FastifyRequest): string {
      const given = bearerOf(request);
      const verdict = given === null ? null : tokens.verify(given, limits.now());
      return verdict?.ok === true ? `token ${verdict.id}` : request.ip;
    },
    check(
      request: FastifyRequest,
      {
        open = false,
        scope = 'read',
        isChange = false,
      }: { open?: boolean; scope?: Scope; isChange?: boolean },
    ): void {
      checkHost(request);
      if (!open) checkToken(request, scope);
      checkBody(request);
      const isRead = request.method === 'GET' || request.method === 'HEAD';
      if (!isRead && !isChange) throw refusalOfRoute(request);
      if (counts.inFlight <= limits.requestsInFlightMax) return;
      counts.rejected('overload');
      throw overloaded('Too many requests are being answered.');
    },
  };
}
