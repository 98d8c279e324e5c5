// Problems: every refusal and failure as RFC 9457 says them, with what is wrong and what to do, and never a stack.

interface ProblemKind {
  readonly status: number;
  readonly title: string;
}

/** Every kind of problem; its key is the fragment of its type, which /docs explains. */
export const PROBLEMS = {
  'parameter-refused': { status: 400, title: 'A parameter is not what it may be' },
  'request-malformed': { status: 400, title: 'The request cannot be read' },
  'token-refused': { status: 401, title: 'A token is needed' },
  'scope-refused': { status: 403, title: 'The token may not do this' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'The address does not take this method' },
  'body-too-large': { status: 413, title: 'Requests have no body' },
  'address-too-long': { status: 414, title: 'The address is too long' },
  'host-refused': { status: 421, title: 'This service answers to other names' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'too-many-requests': { status: 429, title: 'Too many requests of one client' },
  failed: { status: 500, title: 'The request could not be answered' },
  'store-away': { status: 503, title: 'The database does not answer' },
  overloaded: { status: 503, title: 'Too much is asked at once' },
  closing: { status: 503, title: 'The service is stopping' },
} as const satisfies Readonly<Record<string, ProblemKind>>;

export type ProblemName = keyof typeof PROBLEMS;

export const PROBLEM_MEDIA = 'application/problem+json';

interface ProblemExtras {
  /** The parameter that was refused, and what it may be. */
  readonly parameter?: string;
  readonly allowed?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown by whatever answers requests; sent as it is. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly problem: ProblemName;
  readonly extras: ProblemExtras;

  constructor(problem: ProblemName, detail: string, extras: ProblemExtras = {}) {
    super(detail);
    this.problem = problem;
    this.extras = extras;
  }

  get status(): number {
    return PROBLEMS[this.problem].status;
  }

  /** The body. `requestId` leads to the line of the log. */
  json(requestId: string): string {
    const { parameter, allowed } = this.extras;
    return JSON.stringify({
      type: `/docs#${this.problem}`,
      title: PROBLEMS[this.problem].title,
      status: this.status,
      detail: this.message,
      parameter,
      allowed,
      requestId,
    });
  }
}

/** The problem of a parameter that may not be as it was given; `allowed` ends the sentence "give …". */
export function refused(parameter: string, fault: string, allowed: string): Problem {
  return new Problem('parameter-refused', `${fault}: give ${allowed}.`, { parameter, allowed });
}

/** Seconds after which asking again makes sense. */
const RETRY_SECONDS = 5;
const RETRY = { headers: { 'retry-after': String(RETRY_SECONDS) } };

/** The problem of the database being away. */
export function storeAway(): Problem {
  const detail =
    'The database does not answer now; alerts are still found and kept. ' +
    `Ask again in ${RETRY_SECONDS} seconds.`;
  return new Problem('store-away', detail, RETRY);
}

/** The problem of more being asked than is answered. */
export function overloaded(what: string): Problem {
  return new Problem('overloaded', `${what} Ask again in ${RETRY_SECONDS} seconds.`, RETRY);
}

/** The problem of one client asking too often. */
export function tooMany(perSecond: number): Problem {
  const detail = `One client is answered ${perSecond} times a second: ask again in a second.`;
  return new Problem('too-many-requests', detail, { headers: { 'retry-after': '1' } });
}
