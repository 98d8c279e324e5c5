// Replies: how answers and problems become HTTP, with their headers.
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import { digest } from '../lib/digest.ts';
import { CONTENT_POLICY } from './docs-page.ts';
import { CSV_MEDIA, csvOf, formatOf, NDJSON_MEDIA, ndjsonOf } from './formats.ts';
import type { ApiPorts } from './ports.ts';
import { overloaded, Problem, PROBLEM_MEDIA, storeAway } from './problem.ts';
import type { Answer, Resource } from './resource.ts';

export const JSON_MEDIA = 'application/json; charset=utf-8';
const ETAG_DIGITS = 32;

/** The problem of something thrown; null for what nobody expected. */
export function problemOf(error: unknown, ports: ApiPorts): Problem | null {
  if (error instanceof Problem) return error;
  const { code, statusCode } = (error ?? {}) as Partial<FastifyError>;
  if (code === 'FST_ERR_HANDLER_TIMEOUT') return overloaded('It took too long to answer.');
  if (ports.isStoreAway(error)) return storeAway();
  if (statusCode === 413) return new Problem('body-too-large', 'Send no body.');
  if (code === 'FST_ERR_MAX_PARAM_LENGTH' || statusCode === 414)
    return new Problem('address-too-long', 'A part of the address is longer than anything that has one.');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new Problem('request-malformed', 'The address or the headers are not well formed.');
  }
  return null;
}

/** Sends a problem. */
export function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply
    .code(problem.status)
    .headers({ 'cache-control': 'no-store', ...problem.extras.headers })
    .type(PROBLEM_MEDIA)
    .send(problem.json(request.id));
}

/** Sends what a resource answered. Text is made here once; nothing is serialised by schema, which would be slower. */
export function sendAnswer(answer: Answer, resource: Resource, request: FastifyRequest, reply: FastifyReply) {
  if (answer === null) throw new Problem('not-found', `There is no ${resource.missing ?? 'such thing'}.`);
  const { text, media } = written(answer, resource, request.headers.accept ?? '');
  reply.type(media);
  if (resource.rowSchema !== undefined) reply.header('vary', 'accept');
  if (resource.media === 'text/html') reply.header('content-security-policy', CONTENT_POLICY);
  if (typeof answer.next === 'string') {
    const address = new URL(request.url, 'http://localhost');
    address.searchParams.set('cursor', answer.next);
    reply.header('link', `<${address.pathname}${address.search}>; rel="next"`);
  }
  if (resource.cheap !== true) {
    const status = 'json' in answer ? (answer.status ?? 200) : 200;
    return reply.header('cache-control', 'no-store').code(status).send(text);
  }
  const tag = `"${digest(text, ETAG_DIGITS)}"`;
  reply.headers({ etag: tag, 'cache-control': 'no-cache' });
  const known = (request.headers['if-none-match'] ?? '')
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''));
  return known.includes(tag) || known.includes('*') ? reply.code(304).send() : reply.send(text);
}

/** An answer as text of a media type: lists by what the caller can read. */
function written(
  answer: NonNullable<Answer>,
  { rowSchema }: Resource,
  accept: string,
): { readonly text: string; readonly media: string } {
  if (rowSchema !== undefined && answer.rows !== undefined) {
    const format = formatOf(accept);
    if (format === 'ndjson') return { text: ndjsonOf(answer.rows), media: NDJSON_MEDIA };
    if (format === 'csv') return { text: csvOf(answer.rows, rowSchema), media: CSV_MEDIA };
  }
  return 'text' in answer ? answer : { text: JSON.stringify(answer.json), media: JSON_MEDIA };
}

/** What Node refuses before there is a request: headers too large or malformed, or never sent. */
export function refuseSocket(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const problem =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new Problem('headers-too-large', 'The address and the headers together are too large.')
      : new Problem('request-malformed', 'This is not HTTP/1.1, or it came too slowly.');
  const body = problem.json('none');
  socket.end(
    `HTTP/1.1 ${problem.status} Refused\r\ncontent-type: ${PROBLEM_MEDIA}\r\nconnection: close\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
