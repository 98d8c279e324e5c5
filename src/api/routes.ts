// The routes: every resource that can be asked for, and how it is put before the server.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ALERT_RESOURCES } from './alerts.ts';
import { BUDGET_RESOURCES } from './budget.ts';
import { CONTRACT_RESOURCES } from './contracts.ts';
import { FEED_RESOURCES } from './feed.ts';
import { NO_ROUTE } from './http-counts.ts';
import type { OpenApiDocument } from './openapi.ts';
import type { Scope } from '../lib/token-book.ts';
import { RANKING_RESOURCES } from './rankings.ts';
import { readValues } from './parameter.ts';
import type { ApiPorts } from './ports.ts';
import { sendAnswer } from './replies.ts';
import type { Resource } from './resource.ts';
import { SERVICE_RESOURCES } from './service.ts';
import { type OpenStream, STREAM_RESOURCES } from './stream.ts';
import { UNDERLYING_RESOURCES } from './underlyings.ts';
import { WHY_NOT_RESOURCES } from './why-not.ts';

/** Everything that can be asked for, in the order of the documents. */
export const RESOURCES: readonly Resource[] = [
  ...ALERT_RESOURCES,
  ...BUDGET_RESOURCES,
  ...STREAM_RESOURCES,
  ...UNDERLYING_RESOURCES,
  ...CONTRACT_RESOURCES,
  ...WHY_NOT_RESOURCES,
  ...RANKING_RESOURCES,
  ...FEED_RESOURCES,
  ...SERVICE_RESOURCES,
];

/** Values of the label route. */
export const API_ROUTES: readonly string[] = [...new Set(RESOURCES.map(({ path }) => path)), NO_ROUTE];

/** What the routes of one server share. */
export interface RouteContext {
  readonly ports: ApiPorts;
  readonly openApi: OpenApiDocument;
  readonly answerMsMax: number;
  /** The streams that are open, ended when the server closes. */
  readonly streams: Set<OpenStream>;
  /** Requests that are followed and no longer answered. */
  readonly followed: WeakSet<FastifyRequest>;
  readonly isClosing: () => boolean;
}

/** Lets a stream begin on the connection of the request, outside of what answers the others. */
async function follow(
  resource: Resource,
  request: FastifyRequest,
  reply: FastifyReply,
  { ports, openApi, streams, followed, isClosing }: RouteContext,
): Promise<void> {
  const header = request.headers['last-event-id'];
  const query = request.query as Record<string, unknown>;
  const resumed = typeof header === 'string' && header !== '' ? { ...query, lastEventId: header } : query;
  const values = readValues(resource.parameters, {}, resumed);
  const { accept = '' } = request.headers;
  const stream = await resource.stream!(values as never, { ports, openApi, accept });
  reply.hijack();
  followed.add(request);
  ports.counts.inFlight--;
  const { raw } = reply;
  raw.on('close', () => streams.delete(stream));
  streams.add(stream);
  request.socket.setTimeout(0);
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  const { id: requestId } = request;
  stream.begin(raw, (waiting) => ports.log.write('api.subscriber_dropped', { requestId, waiting }));
  if (isClosing()) stream.end(); // the store was asked while the service began to stop
}

/** Puts every resource before the server. */
export function registerRoutes(app: FastifyInstance, context: RouteContext): void {
  const { ports, openApi, answerMsMax } = context;
  for (const resource of RESOURCES) {
    const { path, parameters, answer, method, open = false, scope = 'read' } = resource;
    const url = path.replace(/\{([^}]+)\}/g, ':$1');
    const config = { path, open, scope, isChange: method === 'put' };
    if (answer === undefined) {
      app.get(url, {
        config: { ...config, isStream: true },
        exposeHeadRoute: false,
        handler: (request, reply) => follow(resource, request, reply, context),
      });
      continue;
    }
    app.route({
      method: method === 'put' ? 'PUT' : 'GET',
      url,
      config,
      handlerTimeout: answerMsMax,
      async handler(request, reply) {
        const params = request.params as Record<string, unknown>;
        const values = readValues(parameters, params, request.query as Record<string, unknown>);
        const { accept = '' } = request.headers;
        return sendAnswer(
          await answer(values as never, { ports, openApi, accept }),
          resource,
          request,
          reply,
        );
      },
    });
  }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The resource's path as the OpenAPI document writes it. */
    path?: string;
    /** Changes something, and is asked for by PUT. */
    isChange?: boolean;
    /** Answers without a token. */
    open?: boolean;
    /** What a token must be allowed to. */
    scope?: Scope;
    isStream?: boolean;
  }
}
