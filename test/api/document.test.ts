// The OpenAPI document: valid, kept in the repository as it is, and true of every answer, whatever is asked.
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { pages } from '../../scripts/docs-api.ts';
import { decodeCursor, encodeCursor } from '../../src/api/cursor.ts';
import type { OpenApiOperation, OpenApiParameter } from '../../src/api/openapi.ts';
import { assertProperty } from '../support/properties.ts';
import { CALL } from './fake-store.ts';
import { serviceOf } from './service.ts';

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const service = serviceOf({ alerts: 120 });
const document = service.api.openApi;
const operations: { path: string; get: OpenApiOperation }[] = Object.entries(document.paths).map(
  ([path, { get }]) => ({ path, get }),
);

const ajv = new Ajv2020({ allErrors: true, strict: false });
ajv.addFormat('date-time', DATE_TIME);
ajv.addFormat('date', /^\d{4}-\d\d-\d\d$/);
ajv.addSchema({ $id: 'api', components: document['components'] });

/** Faults of a body by the schema that the document gives for its status; none when it has no schema. */
function faultsOf(path: string, status: number, media: string, body: unknown): string[] {
  const name = status >= 400 && path !== '/health/ready' ? 'Problem' : null;
  const declared = document.paths[path]?.get.responses[String(status)];
  if (declared === undefined && ![404, 414].includes(status)) return [`${path} does not declare ${status}`];
  const content = declared?.['content'] as Record<string, { schema: { $ref?: string } }> | undefined;
  const reference = name === null ? content?.[media]?.schema.$ref : `#/components/schemas/${name}`;
  if (reference === undefined) return [];
  const validate = ajv.getSchema(`api${reference}`)!;
  return validate(body) === true
    ? []
    : (validate.errors ?? []).map((one) => `${one.instancePath} ${one.message}`);
}

/** The address of an operation with its own examples. */
function addressOf(
  path: string,
  parameters: readonly OpenApiParameter[],
  values = new Map<string, string>(),
) {
  const value = ({ name, example }: OpenApiParameter): string =>
    values.get(name) ?? encodeURIComponent(String(example));
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const address = inPath.reduce(
    (url, parameter) => url.replace(`{${parameter.name}}`, () => value(parameter)),
    path,
  );
  const query = parameters.filter((parameter) => parameter.in === 'query' && values.has(parameter.name));
  return query.length === 0
    ? address
    : `${address}?${query.map((one) => `${one.name}=${value(one)}`).join('&')}`;
}

describe('the document', () => {
  test('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(
      structuredClone(document) as Record<string, unknown>,
    );
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
    expect(document['openapi']).toMatch(/^3\.1\./);
  });

  test('names each operation once, and every path parameter', () => {
    const names = operations.map(({ get }) => get.operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const { path, get } of operations) {
      const inPath = get.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
      expect(inPath).toEqual(Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name));
    }
  });

  test('and the pages made of code stand in the repository as they are now: npm run docs writes them', () => {
    for (const { path, text } of pages()) {
      expect([path, readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')]).toEqual([path, text]);
    }
  });

  test('is served as it is, with an ETag', async () => {
    const answer = await service.get('/openapi.json');
    expect(answer.json()).toEqual(JSON.parse(JSON.stringify(document)));
    const again = await service.get('/openapi.json', { 'if-none-match': String(answer.headers.etag) });
    expect(again.statusCode).toBe(304);
  });
});

describe('the pages', () => {
  test.each(['/', '/docs'])('load nothing from anywhere and run nothing: %s', async (url) => {
    const answer = await service.get(url);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]+=*'; /,
    );
    expect(answer.body).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|https?:|\bon\w+=|style="/i);
    const opened = [...answer.body.matchAll(/<(\w+)[\s>]/g)].map(([, tag]) => tag!);
    const closed = [...answer.body.matchAll(/<\/(\w+)>/g)].map(([, tag]) => tag!);
    expect(opened.filter((tag) => tag !== 'meta').toSorted()).toEqual(closed.toSorted());
  });

  test('link only what is there', async () => {
    for (const url of ['/', '/docs']) {
      const { body } = await service.get(url);
      const links = [...body.matchAll(/href="([^"]+)"/g)].map(([, link]) => link!);
      expect(links.length).toBeGreaterThan(5);
      for (const link of links.filter((one) => one !== '/v1/stream')) {
        if (link.startsWith('#')) expect(body).toContain(`id="${link.slice(1)}"`);
        else expect([link, (await service.get(link)).statusCode]).toEqual([link, 200]);
      }
    }
  });

  test('explain every type of problem at the address that the problem names', async () => {
    const { type } = (await service.get('/v1/nothing')).json<{ type: string }>();
    const { body } = await service.get('/docs');
    expect(body).toContain(`id="${type.slice('/docs#'.length)}"`);
  });
});

describe('every answer is what the document promises', () => {
  const asked = operations.filter(({ path }) => path !== '/v1/stream');

  test.each(asked.map(({ path, get }) => [path, get] as const))('%s', async (path, { parameters }) => {
    const known = new Map([
      ['osi', CALL],
      ['id', '0000000000000001'],
      ['at', '2026-11-20T17:00:01Z'],
    ]);
    const answer = await service.get(addressOf(path, parameters, known));
    expect(answer.statusCode).toBe(200);
    const media = String(answer.headers['content-type']).split(';')[0]!;
    const [first, ...others] = Object.keys(document.paths[path]!.get.responses['200']!['content'] as object);
    expect(media).toBe(first);
    for (const other of others) {
      const { headers } = await service.get(addressOf(path, parameters, known), { accept: other });
      expect(String(headers['content-type']).split(';')[0]).toBe(other);
    }
    if (media === 'application/json') expect(faultsOf(path, 200, media, answer.json())).toEqual([]);
  });

  test('also when the parts are not ready', async () => {
    const { get, health } = serviceOf();
    health.parts = [];
    expect(faultsOf('/health/ready', 503, 'application/json', (await get('/health/ready')).json())).toEqual(
      [],
    );
  });

  const HOSTILE = [
    "' OR 1=1 --",
    '"; DROP TABLE alert; --',
    '1); SELECT pg_sleep(9); --',
    '${7*7}',
    '{{7*7}}',
    '../../etc/passwd',
    '..%2f..%2f',
    '%00',
    '\u0000',
    '\u202e',
    '\ud800',
    '<script>',
    'null',
    'NaN',
    '-0',
    '1e309',
    '9'.repeat(400),
    'A'.repeat(5_000),
    '[]',
    '{}',
    '__proto__',
    'constructor',
    '%',
    '%zz',
    '💥',
    ' ',
    '0x10',
    '+1',
    '2026-02-30',
    '9999-12-31',
    '0000-00-00',
    '275760-09-13T00:00:00Z',
    '2026-11-20T24:00:00Z',
    '2026-11-20T09:30:00+99:00',
    '1970-01-01T00:00:00.123456789Z',
    'O:',
    'O:O:SPY261218C00180000',
  ];
  const raw = fc.oneof(
    fc.constantFrom(...HOSTILE),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string(),
  );
  /** As a client writes it into an address, right or wrong. */
  const text = fc.tuple(raw, fc.boolean()).map(([value, encoded]) => {
    const whole = value.toWellFormed();
    return encoded ? encodeURIComponent(whole) : whole.replace(/[^\x21-\x7e]|[#?&/\\]/gu, encodeURIComponent);
  });
  /** What the document says a parameter may be. */
  const fitting = ({ schema, example }: OpenApiParameter): fc.Arbitrary<string> => {
    const one = Array.isArray(schema['enum'])
      ? fc.constantFrom(...(schema['enum'] as string[]))
      : schema['type'] === 'integer'
        ? fc.integer({ min: Number(schema['minimum']), max: Number(schema['maximum']) }).map(String)
        : typeof schema['pattern'] === 'string'
          ? fc.stringMatching(new RegExp(schema['pattern']))
          : fc.constant(String(example));
    return one.map(encodeURIComponent);
  };

  const question = fc.constantFrom(...asked).chain(({ path, get: { parameters } }) => {
    const given = parameters.map((parameter) => {
      const value = fc.oneof({ weight: 3, arbitrary: fitting(parameter) }, { weight: 2, arbitrary: text });
      return fc.tuple(fc.constant(parameter.name), parameter.in === 'path' ? value : fc.option(value));
    });
    const values = fc.tuple(...given).map((pairs) => pairs.filter(([, value]) => value !== null));
    const stray = fc.option(fc.tuple(text, text), { freq: 8 });
    return fc.tuple(values, stray).map(([pairs, extra]) => {
      const address = addressOf(path, parameters, new Map(pairs as [string, string][]));
      const joined = extra === null ? '' : `${address.includes('?') ? '&' : '?'}${extra[0]}=${extra[1]}`;
      return { path, address: address + joined };
    });
  });

  test('whatever is asked: no failure, no stack, and nothing that the document does not name', async () => {
    const { get, logged } = serviceOf({ alerts: 120 });
    const statuses = new Set<number>();
    const property = fc.asyncProperty(question, async ({ path, address }) => {
      const answer = await get(address);
      statuses.add(answer.statusCode);
      expect([address, answer.statusCode < 500]).toEqual([address, true]);
      expect(answer.body).not.toMatch(/\.ts:\d+|node:internal|at async/);
      const media = String(answer.headers['content-type']).split(';')[0]!;
      if (media.endsWith('json')) expect(faultsOf(path, answer.statusCode, media, answer.json())).toEqual([]);
      expect(logged).toEqual([]);
    });
    await fc.assert(property, { seed: 20_261_120, numRuns: 1_000 });
    expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 404]));
  });

  test('a cursor is read as it was written, and nothing else is one', () => {
    const atMs = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
    assertProperty(
      fc.property(atMs, fc.nat(), (ms, row) => {
        const cursor = { atMs: ms, key: String(row) };
        expect(decodeCursor('trades', encodeCursor('trades', cursor))).toEqual(cursor);
        expect(decodeCursor('alerts', encodeCursor('trades', cursor))).toBeUndefined();
      }),
    );
    assertProperty(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String()), (text) => {
        expect(decodeCursor('alerts', text)).toBeUndefined();
      }),
    );
  });
});
