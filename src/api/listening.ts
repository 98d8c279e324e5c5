// Listening: the address is taken, or a refusal names it and says what to do.
import type { FastifyInstance } from 'fastify';
import { Refusal } from '../lib/refusal.ts';
import type { ApiPorts } from './ports.ts';

/** What the system's refusals to listen mean, with the fix. */
function listenRefusal(error: unknown, { host, port }: { host: string; port: number }): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  const where = `port ${port} on ${host}`;
  const words: Readonly<Record<string, string>> = {
    EADDRINUSE: `${where} is in use: stop what listens there, or choose another with --port`,
    EACCES: `${where} may not be listened on: choose a port above 1023 with --port`,
    EADDRNOTAVAIL: `${host} is not an address of this machine: choose another with --host`,
    ENOTFOUND: `${host} is not the name of an address: choose another with --host`,
  };
  const refusal = words[String(code)];
  return refusal === undefined ? error : new Refusal(refusal, { cause: error });
}

/** Listens as the settings say and gives the address. */
export async function listen(app: FastifyInstance, { settings, log, clock }: ApiPorts): Promise<string> {
  const { host, port, token } = settings;
  try {
    const address = await app.listen({ host, port });
    const isGuarded = token !== null || settings.tokens?.isNeeded(clock.now()) === true;
    log.write('api.listening', { address, token: isGuarded });
    return address;
  } catch (error) {
    throw listenRefusal(error, { host, port });
  }
}
