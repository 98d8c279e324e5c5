// One request to the provider's REST side: the key in a header, a deadline, patience with a busy server, exact numbers.
import type { Clock } from '../../lib/clock.ts';
import { Refusal } from '../../lib/refusal.ts';

export interface RestSettings {
  /** "https://api.massive.com". */
  readonly baseUrl: string;
  /** Goes into the Authorization header and nowhere else. */
  readonly key: string;
  /** Real time: deadlines and waits. */
  readonly clock: Clock;
  /** Uniform in [0, 1): spreads retries. */
  readonly random: () => number;
  /** For an answer, ms. */
  readonly timeoutMs?: number;
  /** Attempts at one request before it is given up. */
  readonly attemptsMax?: number;
  /** Requests under way at once. */
  readonly concurrencyMax?: number;
}

const TIMEOUT_MS = 20_000;
const ATTEMPTS_MAX = 6;
const CONCURRENCY_MAX = 4;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 30_000;
/** A server may ask for more patience than this, but does not get it. */
const RETRY_AFTER_MS_MAX = 180_000;
const RETRIED: ReadonlySet<number> = new Set([408, 413, 429, 499, 500, 502, 503, 504]);

/** An answer that may be tried again, with how long the server wants us to wait (ms; null when it does not say). */
interface Busy {
  readonly busy: string;
  readonly waitMs: number | null;
}

const parse = JSON.parse as (
  text: string,
  reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
) => unknown;

/** JSON in which numbers that a double cannot hold, and all prices, stay the digits that were sent. */
export function parseLossless(text: string): unknown {
  return parse(text, (key, value, { source }) => {
    if (typeof value !== 'number' || source === undefined) return value;
    return key === 'price' || (Number.isInteger(value) && !Number.isSafeInteger(value)) ? source : value;
  });
}

/** Sends requests, a few at a time. */
export class RestRequests {
  readonly #settings: RestSettings;
  #underWay = 0;
  readonly #queue: Array<() => void> = [];

  constructor(settings: RestSettings) {
    this.#settings = settings;
  }

  /**
   * The JSON at a path of the base address. `params` are added to those of the path. Throws a Refusal that names the
   * fix when the answer is an error or does not come.
   */
  async get(path: string, params: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const url = new URL(path, this.#settings.baseUrl);
    for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
    await this.#enter();
    try {
      return await this.#persist(url);
    } finally {
      this.#underWay--;
      this.#queue.shift()?.();
    }
  }

  /** The path of the next page: on our own host, whatever host the provider names, for the key goes with it. */
  nextPath(nextUrl: unknown): string | null {
    if (typeof nextUrl !== 'string' || !URL.canParse(nextUrl, this.#settings.baseUrl)) return null;
    const url = new URL(nextUrl, this.#settings.baseUrl);
    url.searchParams.delete('apiKey');
    return url.pathname + url.search;
  }

  async #enter(): Promise<void> {
    const max = this.#settings.concurrencyMax ?? CONCURRENCY_MAX;
    while (this.#underWay >= max) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#underWay++;
  }

  async #persist(url: URL): Promise<unknown> {
    const { attemptsMax = ATTEMPTS_MAX, clock, random } = this.#settings;
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#try(url);
      if (!('busy' in answer)) return answer.body;
      if (attempt >= attemptsMax) {
        throw new Refusal(
          `${url.host} did not answer ${url.pathname} in ${attempt} attempts (${answer.busy}): ` +
            'check the connection and the status page of the provider, or ask for less at a time',
        );
      }
      const backoffMs =
        Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (attempt - 1)) * (0.5 + random() / 2);
      await new Promise<void>((resolve) => clock.after(Math.max(backoffMs, answer.waitMs ?? 0), resolve));
    }
  }

  async #try(url: URL): Promise<{ readonly body: unknown } | Busy> {
    const { clock, key, timeoutMs = TIMEOUT_MS } = this.#settings;
    const abort = new AbortController();
    const deadline = clock.after(timeoutMs, () => abort.abort());
    try {
      const response = await fetch(url, {
        headers: { authorization: `Bearer ${key}`, accept: 'application/json' },
        signal: abort.signal,
        // A redirection would carry the key to wherever it leads.
        redirect: 'error',
      });
      return this.#judge(url, response, await response.text());
    } catch (error) {
      if (error instanceof Refusal) throw error;
      if (abort.signal.aborted) return { busy: `no answer within ${timeoutMs / 1_000} s`, waitMs: null };
      return { busy: this.#redacted(causeOf(error)), waitMs: null };
    } finally {
      deadline.cancel();
    }
  }

  #judge(url: URL, response: Response, text: string): { readonly body: unknown } | Busy {
    let body: unknown;
    try {
      body = parseLossless(text);
    } catch {
      body = null;
    }
    const fields = (typeof body === 'object' && body !== null ? body : {}) as Readonly<
      Record<string, unknown>
    >;
    const said = this.#redacted(
      [fields['error'], fields['message']].find((one) => typeof one === 'string') ?? '',
    );
    // A rate limit was seen to come as a success whose body says otherwise.
    const { status } =
      response.ok && /exceeded the maximum requests/i.test(said) ? { status: 429 } : response;
    if (RETRIED.has(status)) {
      return {
        busy: `status ${status}${said === '' ? '' : `, ${said}`}`,
        waitMs: this.#retryAfterMs(response),
      };
    }
    if (response.ok && body !== null && fields['status'] !== 'ERROR') return { body };
    if (response.ok && body === null) return { busy: 'the answer is not JSON', waitMs: null };
    throw new Refusal(refusalText(url, status, said));
  }

  #retryAfterMs(response: Response): number | null {
    const text = response.headers.get('retry-after');
    if (text === null) return null;
    const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - this.#settings.clock.now();
    return Number.isNaN(ms) ? null : Math.min(RETRY_AFTER_MS_MAX, Math.max(0, ms));
  }

  #redacted(text: string): string {
    return this.#settings.key === '' ? text : text.replaceAll(this.#settings.key, '***');
  }
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return cause.message === '' && 'code' in cause ? String(cause.code) : cause.message;
}

function refusalText(url: URL, status: number, said: string): string {
  const words = said === '' ? '' : ` (${said})`;
  if (status === 401) {
    return `${url.host} does not know the key${words}: check MASSIVE_API_KEY against the keys on your dashboard`;
  }
  if (status === 403) {
    return `the plan of this key does not include ${url.pathname}${words}: choose a plan that does, or do without`;
  }
  if (status === 404) {
    return `${url.host} has nothing at ${url.pathname}${words}: check the ticker, and that it was listed then`;
  }
  return `${url.host} refused ${url.pathname} with status ${status}${words}: check what was asked for`;
}
