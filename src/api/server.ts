// The API's server: every resource under one set of limits, with problems for what goes wrong, and an orderly end.
import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { checkExposure, createGuard } from './guard.ts';
import { type HttpCounts, NO_ROUTE } from './http-counts.ts';
import { listen } from './listening.ts';
import { type OpenApiDocument, openApiOf } from './openapi.ts';
import { type ApiPorts, LIMITS } from './ports.ts';
import { Problem, tooMany } from './problem.ts';
import { problemOf, refuseSocket, sendProblem } from './replies.ts';
import { registerRoutes, RESOURCES } from './routes.ts';
import type { OpenStream } from './stream.ts';

/** A running or ready API. */
export interface Api {
  readonly app: FastifyInstance;
  readonly openApi: OpenApiDocument;
  /** Listens and gives the address, or throws a Refusal that says why not and what to do. */
  listen(): Promise<string>;
  /** Takes nothing new, ends the streams, lets requests finish; gives how many the deadline cut off. */
  close(deadlineMs: number): Promise<number>;
}

/** The server with its limits, before it knows a route. */
function bareServer(
  { settings, clock }: ApiPorts,
  fail: (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply,
): FastifyInstance {
  const limits = { ...LIMITS, ...settings.limits };
  const began = clock.now().toString(36);
  let requests = 0;
  const app = fastify({
    logger: false,
    bodyLimit: limits.bodyBytesMax,
    requestTimeout: limits.requestMsMax,
    keepAliveTimeout: limits.requestMsMax,
    exposeHeadRoutes: true,
    return503OnClosing: false,
    requestIdHeader: false,
    // A caller's id is taken over when it is plain, so that it leads through both logs.
    genReqId(raw) {
      const given = raw.headers['x-request-id'];
      return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : `${began}-${++requests}`;
    },
    frameworkErrors: (error, request, reply) => void fail(error, request, reply),
    clientErrorHandler: refuseSocket,
  });
  app.server.maxConnections = limits.connectionsMax;
  return app;
}

/** Problems that an operator wants to know of: somebody tries what is not his. */
const TURNED_AWAY: ReadonlySet<string> = new Set([
  'token-refused',
  'scope-refused',
  'host-refused',
  'too-many-requests',
]);

/** Clients whose requests are counted at a time; the one that was silent longest is forgotten for a new one. */
const CLIENTS_MAX = 5_000;

/** For every answer: nothing here is a page to be framed, sniffed, shared or led elsewhere. */
const SAFE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
} as const;

interface Admission {
  readonly guard: ReturnType<typeof createGuard>;
  readonly counts: HttpCounts;
  /** Requests a second of one client; 0: no limit. */
  readonly perSecondMax: number;
  readonly isClosing: () => boolean;
}

/** What every request meets before anything of it is read: the end, the limit of its client, the guard. */
function admit(app: FastifyInstance, { guard, counts, perSecondMax, isClosing }: Admission): void {
  if (perSecondMax > 0) {
    void app.register(rateLimit, {
      global: false,
      max: perSecondMax,
      timeWindow: 1_000,
      cache: CLIENTS_MAX,
      keyGenerator: (request) => guard.clientOf(request),
      errorResponseBuilder() {
        counts.rejected('rate_limit');
        return tooMany(perSecondMax);
      },
    });
  }
  // Once the plugin is there; a route takes its hooks when the server is ready, however late they came.
  app.after(() => {
    app.addHook('onRequest', async (request, reply) => {
      counts.inFlight++;
      reply.headers({ 'x-request-id': request.id, ...SAFE_HEADERS });
      if (isClosing())
        throw new Problem('closing', 'The service is stopping.', { headers: { connection: 'close' } });
    });
    if (perSecondMax > 0) app.addHook('onRequest', app.rateLimit());
    app.addHook('onRequest', async (request) => guard.check(request, request.routeOptions.config));
  });
}

/** Creates the API over its ports; nothing is global, and nothing listens yet. */
export function createApi(ports: ApiPorts): Api {
  const { settings, counts, clock, log } = ports;
  checkExposure(settings, clock.now());
  const limits = { ...LIMITS, ...settings.limits };
  const openApi = openApiOf(RESOURCES, settings.version);
  const guard = createGuard({ settings, counts, resources: RESOURCES, now: () => clock.now(), ...limits });
  const streams = new Set<OpenStream>();
  const followed = new WeakSet<FastifyRequest>();
  let closing = false;

  const fail = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const problem = problemOf(error, ports);
    if (problem === null) {
      const route = request.routeOptions?.config?.path ?? NO_ROUTE;
      log.write('api.failed', { requestId: request.id, route, error });
    } else if (TURNED_AWAY.has(problem.problem)) {
      log.write('api.refused', {
        requestId: request.id,
        client: guard.clientOf(request),
        reason: problem.problem,
      });
    }
    const sent = problem ?? new Problem('failed', 'The log of the service says more under this requestId.');
    return sendProblem(sent, request, reply);
  };
  const app = bareServer(ports, fail);
  admit(app, { guard, counts, perSecondMax: limits.requestsPerSecondMax, isClosing: () => closing });
  app.addHook('onResponse', async (request, reply) => {
    const wasFollowed = followed.has(request);
    if (!wasFollowed) counts.inFlight--;
    const path = request.routeOptions.config.path ?? NO_ROUTE;
    counts.answered(path, reply.raw.statusCode, wasFollowed ? null : reply.elapsedTime / 1_000);
  });
  app.setErrorHandler(fail);
  app.setNotFoundHandler((request) => {
    throw guard.refusalOfRoute(request);
  });
  const { answerMsMax } = limits;
  registerRoutes(app, { ports, openApi, answerMsMax, streams, followed, isClosing: () => closing });

  return {
    app,
    openApi,
    listen: () => listen(app, ports),
    async close(deadlineMs) {
      closing = true;
      for (const stream of streams) stream.end();
      let cut = 0;
      const deadline = clock.after(deadlineMs, () => {
        cut = counts.inFlight;
        app.server.closeAllConnections();
      });
      await app.close();
      deadline.cancel();
      return cut;
    },
  };
}
