// A resource: one address of the API with everything that is known of it, from which server and OpenAPI are made.
import type { Row } from './formats.ts';
import type { OpenApiDocument } from './openapi.ts';
import type { Parameters, JsonSchema, Values } from './parameter.ts';
import type { Scope } from '../lib/token-book.ts';
import type { ApiPorts } from './ports.ts';
import type { OpenStream } from './stream.ts';

/** What a resource answers; null where there is no such thing. */
export type Answer =
  | {
      readonly json: unknown;
      readonly status?: number;
      readonly next?: string | null;
      /** The rows of a list, for the formats that have no head. */
      readonly rows?: readonly Row[];
    }
  | {
      readonly text: string;
      readonly media: string;
      readonly next?: string | null;
      readonly rows?: readonly Row[];
    }
  | null;

/** What a handler knows beside the values. */
export interface Asked {
  readonly ports: ApiPorts;
  /** The OpenAPI document of the API that answers. */
  readonly openApi: OpenApiDocument;
  /** What the caller says it can read; empty when it says nothing. */
  readonly accept: string;
}

export interface Resource {
  /** Address with its parameters in braces: "/v1/alerts/{id}". */
  readonly path: string;
  /** How it is asked for; "get" when nothing is said. A change is a "put", which may be repeated without harm. */
  readonly method?: 'put';
  /** Name of the operation in the OpenAPI document. */
  readonly operation: string;
  readonly group: 'alerts' | 'underlyings' | 'contracts' | 'feed' | 'service';
  readonly sentence: string;
  /** More to know, in whole sentences. */
  readonly description?: string;
  readonly parameters: Parameters;
  readonly media: string;
  /** Of the answer: inline or a reference into the schemas. */
  readonly schema: JsonSchema;
  /** For a list: the schema of its rows, which can also be had as NDJSON and CSV. */
  readonly rowSchema?: string;
  /** What does not exist, for the 404 of those that may miss. */
  readonly missing?: string;
  /** True where the store is asked, so that it may be away. */
  readonly asksStore: boolean;
  /** Small and slow to change: sent with an ETag, to be asked for again cheaply. */
  readonly cheap?: boolean;
  /** Answers without a token even where one is configured: it tells nothing of the market or the machine. */
  readonly open?: boolean;
  /** What a token must be allowed to; "read" when nothing is said. */
  readonly scope?: Scope;
  /** Also answers with this status when the answer says so. */
  readonly unready?: boolean;
  readonly answer?: (values: never, asked: Asked) => Promise<Answer> | Answer;
  /** For a stream instead of an answer: takes the connection over. */
  readonly stream?: (values: never, asked: Asked) => Promise<OpenStream>;
}

/** Declares a resource; its handler gets the values of its parameters with their types. */
export function resource<P extends Parameters>(
  declared: Omit<Resource, 'parameters' | 'answer' | 'stream'> & {
    readonly parameters: P;
    readonly answer?: (values: Values<P>, asked: Asked) => Promise<Answer> | Answer;
    readonly stream?: (values: Values<P>, asked: Asked) => Promise<OpenStream>;
  },
): Resource {
  return declared;
}

/** A reference to a schema of the document. */
export function ref(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}
