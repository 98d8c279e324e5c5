// What a thread of a job tells the one that started it, heard reply by reply, and how it tells that it failed.
import type { Worker } from 'node:worker_threads';
import { Refusal } from '../lib/refusal.ts';

/** Tickers in one message: a few milliseconds of the thread that takes them. */
export const TICKERS_AT_ONCE = 2048;

/** Told last by a thread that cannot go on. A message keeps no class, so a Refusal is told by its parts. */
export type ThreadFailure =
  | { readonly told: 'refused'; readonly message: string; readonly exitCode: 1 | 2 }
  | { readonly told: 'failed'; readonly error: unknown };

/** The failure as a thread tells it. */
export function failureOf(error: unknown): ThreadFailure {
  if (error instanceof Refusal) return { told: 'refused', message: error.message, exitCode: error.exitCode };
  return { told: 'failed', error };
}

/**
 * Gives the replies of a thread one by one, each when it is there. Rejects with the failure that the thread tells, or
 * with how it ended when nothing more comes.
 */
export function repliesOf<Reply extends { readonly told: string }>(worker: Worker): () => Promise<Reply> {
  const heard: Array<Reply | ThreadFailure> = [];
  let wake = (): void => {};
  const take = (reply: Reply | ThreadFailure): void => {
    heard.push(reply);
    wake();
  };
  worker.on('message', take);
  worker.on('error', (error) => take(failureOf(error)));
  worker.on('exit', (code) => take(failureOf(new Error(`the thread ended with code ${code}`))));
  return async () => {
    while (heard.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    const reply = heard.shift()!;
    if (isFailure(reply)) {
      throw reply.told === 'failed' ? reply.error : new Refusal(reply.message, { exitCode: reply.exitCode });
    }
    return reply;
  };
}

function isFailure(reply: { readonly told: string }): reply is ThreadFailure {
  return reply.told === 'refused' || reply.told === 'failed';
}
