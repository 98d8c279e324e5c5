// The live service at work, from its start to its end.
import { startService } from '../app.ts';
import { systemClock } from '../lib/clock.ts';
import { databaseUrl } from './database-url.ts';
import { alertLine } from './alert-line.ts';
import { programVersion } from './program-version.ts';
import type { RunOptions } from './run.ts';
import { logTo, serviceSettings, stopService, StopRequest } from './service-process.ts';
import type { Terminal } from './terminal.ts';

/** Runs the service with a key until it is asked to end; gives the exit code. */
export async function runService(key: string, options: RunOptions, terminal: Terminal): Promise<number> {
  using stop = new StopRequest();
  const clock = systemClock();
  const externalUrl = databaseUrl();
  const log = logTo(process.stderr, options['log-level'], [key, options.token, externalUrl], clock);
  const service = await startService(
    serviceSettings(options, {
      dataDir: options['data-dir'],
      databaseUrl: externalUrl,
      feed: { url: options['feed-url'], key },
      clock,
      marketClock: clock,
      log,
      version: await programVersion(),
      onAlert: (alert) => terminal.print(options.json ? JSON.stringify(alert) : alertLine(alert, terminal)),
    }),
  );
  await stop.wait(null);
  return await stopService(service, terminal);
}
