// The budget of a running service: changed by REST, journaled, and the same after a restart in the session.
import { expect, it } from 'vitest';
import type { Service } from '../src/app.ts';
import { ServiceStage } from './support/service-stage.ts';

const SURPRISE = { detectors: ['threshold', 'surprise'] } as const;

interface Shown {
  readonly alertsPerDay: number;
  readonly spent: { readonly contracts: number; readonly underlyings: number };
}

async function budgetOf(service: Service): Promise<Shown> {
  return (await (await fetch(`${service.address}/v1/budget`)).json()) as Shown;
}

it(
  'a change holds at once and after a restart, and is counted in the metrics',
  { timeout: 60_000 },
  async () => {
    await using stage = await ServiceStage.set();
    const first = await stage.start({ ...SURPRISE, alertsPerDay: 20 });
    expect(await budgetOf(first)).toMatchObject({
      alertsPerDay: 20,
      spent: { contracts: 0, underlyings: 0 },
    });
    await stage.playUntil(0.3, first);
    const changed = await fetch(`${first.address}/v1/budget?alertsPerDay=7.5`, { method: 'PUT' });
    expect([changed.status, ((await changed.json()) as Shown).alertsPerDay]).toEqual([200, 7.5]);
    expect(await stage.metric(first, 'spyhop_budget_alerts_per_day')).toBe(7.5);
    await stage.playUntil(0.5, first);
    await stage.settled(first);
    const { spent } = await budgetOf(first);
    expect(await stage.stop(first)).toBe(0);

    const second = await stage.start({ ...SURPRISE, alertsPerDay: 20 });
    expect(await budgetOf(second)).toMatchObject({ alertsPerDay: 7.5, spent });
    expect(await stage.stop(second)).toBe(0);
  },
);

it('there is none while the detector surprise is not at work', { timeout: 60_000 }, async () => {
  await using stage = await ServiceStage.set();
  const service = await stage.start();
  expect((await fetch(`${service.address}/v1/budget`)).status).toBe(404);
  expect(await stage.metric(service, 'spyhop_budget_alerts_per_day')).toBe(0);
});
