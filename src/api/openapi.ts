// The OpenAPI 3.1 document, made of the same resources that answer.
import { LIST_MEDIA } from './formats.ts';
import type { JsonSchema, Parameter } from './parameter.ts';
import { PROBLEM_MEDIA, type ProblemName, PROBLEMS } from './problem.ts';
import { ref, type Resource } from './resource.ts';
import { SCHEMAS } from './schemas.ts';

/** The document as far as it is read here: by the page and the generator. */
export interface OpenApiDocument extends JsonSchema {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, OpenApiPath>>;
}

/** What can be done at an address. */
export interface OpenApiPath {
  readonly get: OpenApiOperation;
  readonly put?: OpenApiOperation;
}

export interface OpenApiParameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly description: string;
  readonly schema: JsonSchema;
  readonly example: unknown;
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly OpenApiParameter[];
  readonly responses: Readonly<Record<string, JsonSchema>>;
}

const GROUPS: Readonly<Record<Resource['group'], string>> = {
  alerts: 'What was found, as a list and as a stream.',
  underlyings: 'What was traded in the options of one underlying.',
  contracts: 'One contract: its day, its prints, its bars and what is normal for it.',
  feed: 'How whole the tape is: holes of the feed, and what the file of a day said of it.',
  service: 'What the service tells of itself.',
};

const SENTENCE =
  'Times are ISO 8601 in UTC, money is a decimal string of dollars, names are camelCase. Lists come in pages: ' +
  '"next" is the cursor of the next one, and the Link header has its address. Lists can also be had as lines of JSON ' +
  '(Accept: application/x-ndjson) and as CSV (Accept: text/csv); there a text that a spreadsheet would run as a ' +
  'formula begins with an apostrophe. Errors are problems by RFC 9457.';

function parameterOf(name: string, parameter: Parameter<unknown>, path: string): OpenApiParameter {
  const { sentence, allowed, schema, example, optional } = parameter;
  return {
    name,
    in: path.includes(`{${name}}`) ? 'path' : 'query',
    required: !optional,
    description: `${sentence} May be ${allowed}.`,
    schema,
    example: schema['type'] === 'integer' ? Number(example) : example,
  };
}

/** The name of the shared answer for a status: the problems of one status share it. */
const responseName = (status: number): string => `Problem${status}`;

function problemResponses(): Record<string, JsonSchema> {
  const byStatus = Object.groupBy(Object.values(PROBLEMS), ({ status }) => status);
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, kinds]) => [
      responseName(Number(status)),
      {
        description: `${(kinds ?? []).map(({ title }) => title).join(', or: ')}.`,
        content: { [PROBLEM_MEDIA]: { schema: ref('Problem') } },
      },
    ]),
  );
}

function responsesOf(resource: Resource): Record<string, JsonSchema> {
  const problems: ProblemName[] = ['parameter-refused', 'method-not-allowed', 'failed'];
  if (resource.open !== true) problems.push('token-refused', 'scope-refused');
  problems.push('too-many-requests');
  if (resource.missing !== undefined) problems.push('not-found');
  if (resource.asksStore) problems.push('store-away');
  const content = { [resource.media]: { schema: resource.schema }, ...formatsOf(resource) };
  const responses: Record<string, JsonSchema> = { '200': { description: resource.sentence, content } };
  if (resource.cheap === true) responses['304'] = { description: 'It is as it was, by its ETag.' };
  for (const { status } of problems.map((name) => PROBLEMS[name])) {
    responses[status] = { $ref: `#/components/responses/${responseName(status)}` };
  }
  if (resource.unready === true) responses['503'] = { description: 'A part is not ready.', content };
  return responses;
}

/** The other formats of a list. */
function formatsOf({ rowSchema }: Resource): Record<string, JsonSchema> {
  if (rowSchema === undefined) return {};
  const [, ...others] = LIST_MEDIA;
  const rows = { type: 'string', description: `One ${rowSchema} a line.` };
  return Object.fromEntries(others.map((media) => [media, { schema: rows }]));
}

function operationOf(resource: Resource): OpenApiOperation {
  const { operation, group, sentence, description, parameters, path, open } = resource;
  return {
    operationId: operation,
    tags: [group],
    summary: sentence,
    ...(description === undefined ? {} : { description }),
    parameters: Object.entries(parameters).map(([name, parameter]) => parameterOf(name, parameter, path)),
    responses: responsesOf(resource),
    // Without a token configured none is asked for, hence the empty alternative.
    ...(open === true ? {} : { security: [{}, { token: [] }] }),
  };
}

/** The operations by address; a change stands beside the answer at the same one. */
function pathsOf(resources: readonly Resource[]): Record<string, Partial<OpenApiPath>> {
  const paths: Record<string, Partial<OpenApiPath>> = {};
  for (const one of resources) {
    paths[one.path] = { ...paths[one.path], [one.method ?? 'get']: operationOf(one) };
  }
  return paths;
}

/** Makes the document. Equal resources give equal text. */
export function openApiOf(resources: readonly Resource[], version: string): OpenApiDocument {
  return {
    openapi: '3.1.1',
    info: {
      title: 'spyhop',
      version,
      summary: 'Unusual options activity: alerts, and the numbers behind them.',
      description: SENTENCE,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'Where this document comes from.' }],
    tags: Object.entries(GROUPS).map(([name, description]) => ({ name, description })),
    paths: pathsOf(resources),
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      responses: problemResponses(),
      schemas: SCHEMAS,
    },
  } as OpenApiDocument;
}
