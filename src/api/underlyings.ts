// The underlyings: what was traded in one, five minutes at a time.
import { formatCents } from '../domain/money.ts';
import { optional, session, symbol } from './parameter.ts';
import { ref, type Resource, resource } from './resource.ts';

const flow = resource({
  path: '/v1/underlyings/{symbol}/flow',
  operation: 'getFlow',
  group: 'underlyings',
  sentence: 'What was traded in the options of an underlying through a session, five minutes at a time.',
  parameters: {
    symbol: symbol('The underlying.'),
    date: optional(session('The session; the current or last one when left out.')),
  },
  media: 'application/json',
  schema: ref('Flow'),
  missing: 'underlying with prints in this session',
  asksStore: true,
  async answer({ symbol: underlying, date }, { ports }) {
    const sessionDate = date ?? ports.currentSession();
    const buckets = await ports.store.flow(underlying, sessionDate);
    if (buckets === null) return null;
    const shown = buckets.map(({ startMs, prints, volume, callCents, putCents, alerts }) => ({
      start: new Date(startMs).toISOString(),
      prints,
      volume,
      callPremium: formatCents(callCents),
      putPremium: formatCents(putCents),
      alerts,
    }));
    return { json: { underlying, sessionDate, buckets: shown } };
  },
});

export const UNDERLYING_RESOURCES: readonly Resource[] = [flow];
