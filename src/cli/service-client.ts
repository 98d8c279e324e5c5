// A running spyhop as commands ask it: where it answers, and what its refusals mean to the user.
import { Refusal } from '../lib/refusal.ts';

/** Where a running spyhop answers. */
export interface Source {
  readonly address: string;
  readonly token: string | null;
}

/** The source that the options --address and --token name. */
export function sourceOf(options: { readonly address: string; readonly token?: string | undefined }): Source {
  return { address: options.address.replace(/\/$/, ''), token: options.token ?? null };
}

/** Asks the service; what it refuses, and that it is not there, become Refusals. */
export async function ask(
  { address, token }: Source,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  let response: Response;
  try {
    response = await fetch(`${address}${path}`, { headers: { ...headers, ...authorization } });
  } catch (error) {
    const message = `no spyhop answers at ${address}: start it with spyhop run or spyhop demo, or give --address`;
    throw new Refusal(message, { cause: error });
  }
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as { title?: string; detail?: string };
  throw new Refusal(
    `${address} refuses (${response.status}): ${problem.detail ?? problem.title ?? 'no reason given'}`,
  );
}
