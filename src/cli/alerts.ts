// Command `alerts`: what a running spyhop has said, page by page, and, with --follow, what it says next.
import type { Alert } from '../domain/alert.ts';
import { newYorkMidnightMs, dayNumberOf } from '../domain/calendar.ts';
import { Refusal } from '../lib/refusal.ts';
import { alertLine } from './alert-line.ts';
import type { Command } from './command.ts';
import { type ServerEvent, serverEvents } from './server-events.ts';
import { ask, type Source, sourceOf } from './service-client.ts';
import type { Terminal } from './terminal.ts';

const PAGE_ALERTS = 500;
const RETRY_MS = 1_000;
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

export const alertsCommand: Command<'address' | 'token' | 'since' | 'follow'> = {
  name: 'alerts',
  summary: 'Prints the alerts of a running spyhop, oldest first, and with --follow each new one as it comes.',
  operands: '',
  options: ['since', 'follow', 'address', 'token'],
  remarks: ['Example: spyhop alerts --since 6h --follow'],
  async run(_operands, options, terminal) {
    const source = sourceOf(options);
    const show = (alert: Alert): void =>
      terminal.print(options.json ? JSON.stringify(alert) : alertLine(alert, terminal));
    const fromMs = options.since === undefined ? null : momentOf(options.since, Date.now());
    const past = await alertsSince(source, fromMs);
    past.forEach(show);
    if (options.follow) await follow(source, past, show, terminal);
    return 0;
  },
};

/** The moment meant by "2026-11-20", a time in ISO 8601, or "6h" ago; epoch ms. */
export function momentOf(text: string, nowMs: number): number {
  const ago = /^(\d+)([mhd])$/.exec(text);
  if (ago !== null) return nowMs - Number(ago[1]) * UNIT_MS[ago[2]!]!;
  const day = dayNumberOf(text);
  const moment = day === null ? Date.parse(text) : newYorkMidnightMs(day);
  if (Number.isNaN(moment))
    throw new Refusal(`--since is "${text}", which is no moment: give a date`, { exitCode: 2 });
  return moment;
}

/** All alerts from a moment on, oldest first. */
async function alertsSince(source: Source, fromMs: number | null): Promise<Alert[]> {
  const alerts: Alert[] = [];
  const from = fromMs === null ? '' : `&from=${encodeURIComponent(new Date(fromMs).toISOString())}`;
  for (let cursor: string | null = ''; cursor !== null;) {
    const place: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const response = await ask(source, `/v1/alerts?limit=${PAGE_ALERTS}${from}${place}`);
    const page = (await response.json().catch(() => ({}))) as { items?: Alert[]; next: string | null };
    if (!Array.isArray(page.items)) {
      throw new Refusal(`what answers at ${source.address} is no spyhop: give another --address`);
    }
    alerts.push(...page.items);
    cursor = page.next;
  }
  return alerts.toReversed();
}

/** Prints alerts as they come until the process is interrupted; a connection that ends is opened again. */
async function follow(
  source: Source,
  past: readonly Alert[],
  show: (alert: Alert) => void,
  terminal: Terminal,
): Promise<void> {
  let lastId = past.at(-1)?.id ?? null;
  // The stream goes by the order of storing: after the newest of the list may come others that were listed.
  const listed = new Set(past.map(({ id }) => id));
  const showNew = (alert: Alert): void => {
    if (!listed.delete(alert.id)) show(alert);
  };
  /** One line for each end of the connection, however often it is tried again. */
  let told = false;
  for (;;) {
    try {
      const headers = lastId === null ? {} : { 'last-event-id': lastId };
      const response = await ask(source, '/v1/stream', { ...headers, accept: 'text/event-stream' });
      told = false;
      for await (const event of serverEvents(response.body!)) lastId = showEvent(event, lastId, showNew);
    } catch (error) {
      if (error instanceof Refusal && !/no spyhop answers/.test(error.message)) throw error;
    }
    if (!told)
      terminal.say(terminal.toneErr('quiet', `the connection to ${source.address} ended, trying again`));
    told = true;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

function showEvent(event: ServerEvent, lastId: string | null, show: (alert: Alert) => void): string | null {
  if (event.name !== 'alert') return lastId;
  show(JSON.parse(event.data) as Alert);
  return event.id ?? lastId;
}
