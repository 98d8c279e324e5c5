// The pages for people: the API's description and the entry, plain HTML without a script or an outside address.
import { createHash } from 'node:crypto';
import type { OpenApiDocument, OpenApiOperation, OpenApiParameter } from './openapi.ts';
import type { JsonSchema } from './parameter.ts';
import { PROBLEMS } from './problem.ts';

export const HTML_MEDIA = 'text/html; charset=utf-8';

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --link: light-dark(#0550ae, #79c0ff); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
a { color: var(--link); }
h1 { margin-bottom: 0; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
section { margin: 2rem 0; }
code, pre { font: 14px/1.5 ui-monospace, monospace; }
code { background: var(--soft); padding: 0.1em 0.3em; border-radius: 3px; }
pre { background: var(--soft); padding: 0.7rem 1rem; border-radius: 5px; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.8rem 0.3rem 0; border-top: 1px solid var(--line); }
th { font-weight: 600; }
nav ul { columns: 2; }
@media (max-width: 40rem) { nav ul { columns: 1; } }
`;

/** What a browser may do with these pages: show this style and nothing else. */
export const CONTENT_POLICY =
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; ` +
  `frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that is safe in HTML, within quotes too. */
function escape(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ESCAPES[char]!);
}

function page(title: string, body: string): string {
  return (
    `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">\n` +
    `<title>${escape(title)}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n${body}</body>\n</html>\n`
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>\n`;
  return `<table>\n${line(head, 'th')}${rows.map((row) => line(row, 'td')).join('')}</table>\n`;
}

const code = (text: string): string => `<code>${escape(text)}</code>`;

/** The type of a schema in a few words, with links to those that have a name. */
function typeOf(schema: JsonSchema): string {
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const name = reference.slice(reference.lastIndexOf('/') + 1);
    return `<a href="#${name}">${escape(name)}</a>`;
  }
  if (Array.isArray(schema['enum'])) return schema['enum'].map((one) => code(String(one))).join(', ');
  if (schema['const'] !== undefined) return code(JSON.stringify(schema['const']));
  const type = schema['type'];
  if (type === 'array') return `list of ${typeOf((schema['items'] ?? {}) as JsonSchema)}`;
  const words = Array.isArray(type) ? type.join(' or ') : typeof type === 'string' ? type : 'anything';
  const format = typeof schema['format'] === 'string' ? ` (${schema['format']})` : '';
  return escape(words + format);
}

function exampleOf(path: string, parameters: readonly OpenApiParameter[]): string {
  const filled = parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce((address, { name, example }) => address.replace(`{${name}}`, String(example)), path);
  const first = parameters.find((parameter) => parameter.in === 'query');
  return first === undefined
    ? filled
    : `${filled}?${first.name}=${encodeURIComponent(String(first.example))}`;
}

function operation(
  path: string,
  { operationId, summary, description, parameters, responses }: OpenApiOperation,
) {
  const rows = parameters.map((parameter) => [
    code(parameter.name),
    parameter.in === 'path' ? 'address' : parameter.required ? 'query' : 'query, optional',
    typeOf(parameter.schema),
    escape(parameter.description),
  ]);
  const content = Object.entries(
    (responses['200']?.['content'] ?? {}) as Record<string, { schema: JsonSchema }>,
  );
  const answers = content.map(([media, { schema }]) => `${code(media)}: ${typeOf(schema)}`).join(', ');
  return (
    `<section id="${escape(operationId)}">\n<h3>GET ${escape(path)}</h3>\n` +
    `<p>${escape(summary)}${description === undefined ? '' : ` ${escape(description)}`}</p>\n` +
    table(['Parameter', 'In', 'Type', 'Meaning'], rows) +
    `<p>Answers ${answers}.</p>\n<pre>curl '${escape(exampleOf(path, parameters))}'</pre>\n</section>\n`
  );
}

function schemaSection(name: string, schema: JsonSchema): string {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>);
  const rows = properties.map(([member, one]) => [
    code(member),
    typeOf(one),
    escape(typeof one['description'] === 'string' ? one['description'] : ''),
  ]);
  return `<section id="${name}">\n<h3>${name}</h3>\n${table(['Member', 'Type', 'Meaning'], rows)}</section>\n`;
}

/** The description of the API, drawn from its OpenAPI document. */
export function docsPage(document: OpenApiDocument): string {
  const { info, paths } = document;
  const operations = Object.entries(paths).map(([path, { get }]) => ({ path, get }));
  const links = operations.map(
    ({ path, get }) => `<li><a href="#${get.operationId}">${escape(path)}</a></li>\n`,
  );
  const { schemas } = document['components'] as { schemas: Record<string, JsonSchema> };
  const problems = Object.entries(PROBLEMS).map(([name, { status, title }]) => [
    `<code id="${name}">${name}</code>`,
    String(status),
    escape(`${title}.`),
  ]);
  return page(
    `${info.title} API`,
    `<h1>${escape(info.title)} API</h1>\n<p>Version ${escape(info.version)} · ` +
      `<a href="/openapi.json">OpenAPI</a></p>\n<p>${escape(info.description)}</p>\n` +
      `<nav><ul>\n${links.join('')}</ul></nav>\n` +
      `<h2>Addresses</h2>\n${operations.map(({ path, get }) => operation(path, get)).join('')}` +
      `<h2>Answers</h2>\n${Object.entries(schemas)
        .map(([name, schema]) => schemaSection(name, schema))
        .join('')}` +
      `<h2>Problems</h2>\n${table(['Problem', 'Status', 'Meaning'], problems)}`,
  );
}

/** The page at the root: where everything is. */
export function entryPage({ info, paths }: OpenApiDocument): string {
  const links = Object.entries(paths)
    .filter(([path]) => path !== '/' && !path.includes('{'))
    .map(([path, { get }]) => `<li><a href="${path}">${path}</a>: ${escape(get.summary)}</li>\n`);
  return page(
    info.title,
    `<h1>${escape(info.title)}</h1>\n` +
      `<p>Version ${escape(info.version)}: unusual options activity, as it happens.</p>\n` +
      `<ul>\n${links.join('')}</ul>\n`,
  );
}
