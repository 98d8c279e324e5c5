// The demo at work: a history made and learned, a provider simulated, the real service run against it.
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { type Service, startService } from '../app.ts';
import { newYorkMidnightMs, dayNumberOf, HOUR_MS, MINUTE_MS } from '../domain/calendar.ts';
import { newYorkDate, requireSession, type Session, sessionOn, sessionsBefore } from '../domain/session.ts';
import { readJournal } from '../feeds/journal/reader.ts';
import { ScaledClock, systemClock } from '../lib/clock.ts';
import { digest } from '../lib/digest.ts';
import { createMarket, type MarketSettings, SMALL_MARKET } from '../simulation/market.ts';
import { startProvider } from '../simulation/provider/provider.ts';
import { withBurst } from '../simulation/scripted.ts';
import { databaseUrl } from './database-url.ts';
import { alertLine } from './alert-line.ts';
import type { DemoOptions } from './demo.ts';
import { prepareHistory } from './demo-history.ts';
import { programVersion } from './program-version.ts';
import { durationMs, logTo, serviceSettings, stopService, StopRequest } from './service-process.ts';
import type { Terminal } from './terminal.ts';
import { plural } from './words.ts';

/** The morning is played in some seconds; from here on the session runs at the speed asked for. */
const LIVE_FROM_MS = 10 * HOUR_MS + 30 * MINUTE_MS;
const MORNING_SPEED = 600;
const SLOWING_MS = 250;
/** The scripted anomaly begins ten seconds later. */
const BURST_AT_MS = LIVE_FROM_MS + 10_000;
/** The clock starts a little before the open, so that the feed is live when the first print falls due. */
const BEFORE_OPEN_MS = 5_000;
const LOOK_MS = 50;
/** Few enough that thirty sessions are ready in seconds. */
const PRINTS_A_DAY = 20_000;
const DEMO_KEY = 'demo-key-of-the-simulated-provider';

/** Plays the demo until it is asked to end; gives the exit code. */
export async function runDemo(options: DemoOptions, terminal: Terminal): Promise<number> {
  const startedMs = terminal.monotonicMs();
  using stop = new StopRequest();
  await using parts = new AsyncDisposableStack();
  const clock = systemClock();
  const session = lastCompletedSession(clock.now());
  const dataDir = join(options['data-dir'], `demo-${folderName(options.seed)}`);
  const market: MarketSettings = { ...SMALL_MARKET, seed: options.seed, tradesPerDay: PRINTS_A_DAY };
  const externalUrl = databaseUrl();
  const history = await prepareHistory({
    dataDir,
    databaseUrl: externalUrl,
    market,
    date: session.date,
    clock,
    terminal,
    isAsked: () => stop.isAsked,
  });
  let closing: Promise<void> | null = null;
  const closeHistory = async (): Promise<void> => (closing ??= history.close());
  parts.defer(closeHistory);
  if (stop.isAsked) return 0;
  const startMs = await resumeMs(dataDir, session);
  const marketClock = new ScaledClock(clock, startMs, 1);
  const provider = await startProvider({
    market: withBurst(createMarket(market), { date: session.date, atMs: BURST_AT_MS }),
    date: session.date,
    clock: marketClock,
    port: 0,
    keys: [DEMO_KEY],
  });
  parts.defer(() => provider.close());
  const logFile = createWriteStream(join(dataDir, 'demo.log'), { flags: 'a' });
  const log = logTo(logFile, options['log-level'], [DEMO_KEY, options.token, externalUrl], clock);
  let told = 0;
  const settings = serviceSettings(options, {
    dataDir,
    databaseUrl: externalUrl,
    feed: { url: provider.url, key: DEMO_KEY },
    clock,
    marketClock,
    log,
    version: await programVersion(),
    onAlert(alert) {
      terminal.print(options.json ? JSON.stringify(alert) : alertLine(alert, terminal));
      if (++told === 1) sayFirst((terminal.monotonicMs() - startedMs) / 1000, terminal);
    },
  });
  const service = await startService(settings);
  // The service has its own connections now; that these are gone nobody needs to wait for.
  void closeHistory().catch(() => {});
  introduce(service, session, startMs, terminal);
  const playing = play(service, marketClock, session, options.speed, terminal);
  const reason = await stop.wait(durationMs(options.for));
  clearInterval(playing);
  const { played } = provider;
  terminal.say(
    terminal.toneErr('quiet', `${reason}: ${plural(told, 'alert')} told, ${plural(played, 'print')} played`),
  );
  return await stopService(service, terminal);
}

/** A seed as part of a folder's name: itself when it can be one, else its digest. */
function folderName(seed: string): string {
  return /^[\w-]{1,64}$/.test(seed) ? seed : digest(seed);
}

/** The newest session whose late classes have closed by now. */
function lastCompletedSession(nowMs: number): Session {
  const today = newYorkDate(nowMs);
  const session = sessionOn(today);
  if (!('fault' in session) && nowMs >= session.midnightMs + session.lateCloseMs) return session;
  return requireSession(sessionsBefore(today, 1)[0]!);
}

/** Where the journal stands, or just before the open when it is empty; epoch ms. */
async function resumeMs(dataDir: string, session: Session): Promise<number> {
  let lastMs = newYorkMidnightMs(dayNumberOf(session.date)!) + session.openMs - BEFORE_OPEN_MS;
  for await (const entry of readJournal(join(dataDir, 'journal'), session.date)) {
    if ('record' in entry) lastMs = Math.max(lastMs, entry.record.receivedAtMs);
  }
  return lastMs;
}

function introduce(
  { address, recovery }: Service,
  session: Session,
  startMs: number,
  terminal: Terminal,
): void {
  const at = new Date(startMs - session.midnightMs).toISOString().slice(11, 19);
  const resumed =
    recovery.prints > 0 ? `, resumed at ${at} with ${recovery.prints} prints from the journal` : '';
  terminal.say(`playing the session of ${session.date}${resumed}`);
  terminal.say(`  alerts   ${address}/v1/alerts`);
  terminal.say(`  docs     ${address}/docs`);
  terminal.say(`  metrics  ${address}/metrics`);
  terminal.say(terminal.toneErr('quiet', 'Ctrl-C drains and ends it; started again it goes on from there'));
}

function sayFirst(seconds: number, terminal: Terminal): void {
  terminal.say(terminal.toneErr('quiet', `first alert ${seconds.toFixed(1)} s after the start`));
}

/** Drives the market's clock: still until the feed is live, fast through the morning, then at the speed asked for. */
function play(
  service: Service,
  clock: ScaledClock,
  session: Session,
  speed: number,
  terminal: Terminal,
): NodeJS.Timeout {
  let over = false;
  return setInterval(() => {
    const atMs = clock.now() - session.midnightMs;
    // Slower towards the end of the morning, so that it ends on the minute.
    const rest = (LIVE_FROM_MS - atMs) / SLOWING_MS;
    const wanted = Math.max(speed, Math.min(MORNING_SPEED, rest));
    if (service.feedState() === 'live' && clock.speed !== wanted) {
      clock.setSpeed(wanted);
      if (wanted === speed)
        terminal.say(terminal.toneErr('quiet', `the morning is over; from here on ${speed} s a second`));
    }
    if (over || atMs < session.lateCloseMs) return;
    over = true;
    terminal.say('the session is over; the API stays until Ctrl-C');
  }, LOOK_MS);
}
