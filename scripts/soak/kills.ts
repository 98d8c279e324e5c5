// Deaths: of our process at random moments and at each fault point, and of the server.
import { FAULT_POINTS } from '../../src/lib/fault-points.ts';
import { DAY_MS, type Fault, killed, type Struck } from './fault.ts';
import { pause, type Running, type SoakStage } from './stage.ts';

/** Deaths of a day, one after the other, and kills of the server. */
const DEATHS = 5;
const SERVER_KILLS = 3;

/** Lets one process after the other die on the way through the day. */
async function dying(look: () => Promise<void>, die: (death: number) => Promise<Running>): Promise<Struck> {
  let running = await die(0);
  let strikes = (await running.report) === null ? 1 : 0;
  for (let death = 1; death < DEATHS; death++) {
    await look();
    running = await die(death);
    // Who comes to the end of the day before its fault has not been struck.
    if ((await running.report) === null) strikes++;
  }
  return { running, strikes };
}

export const KILLS: readonly Fault[] = [
  {
    name: 'kill -9 of the process',
    kind: 'process',
    strike: (stage, random, look) =>
      dying(look, async () => {
        const running = stage.begin();
        await killed(running, random.below(DAY_MS / 2));
        return running;
      }),
  },
  {
    name: 'kill -9 while it starts and recovers',
    kind: 'process',
    strike: (stage, random, look) =>
      dying(look, async (death) => {
        const running = stage.begin();
        if (death === 0) await killed(running, random.below(DAY_MS));
        else {
          await pause(150 + random.below(700));
          running.process.kill('SIGKILL');
          await running.report;
        }
        return running;
      }),
  },
  ...FAULT_POINTS.map((point): Fault => ({
    name: `death at ${point}`,
    kind: 'process',
    strike: (stage, random, look) =>
      dying(look, async () => {
        const running = stage.begin({ point, pass: 1 + random.below(2) });
        await running.report;
        return running;
      }),
  })),
];

/** Kills processes of the server while one child lives a slow day. */
function killingServer(name: string, kill: (stage: SoakStage) => Promise<void>): Fault {
  return {
    name,
    kind: 'server',
    async strike(stage, random, look) {
      const running = stage.begin(null, 12);
      await running.ready;
      for (let n = 0; n < SERVER_KILLS; n++) {
        await pause(random.below(DAY_MS / 2));
        await kill(stage);
        await look();
      }
      return { running, strikes: SERVER_KILLS };
    },
  };
}

export const SERVER: readonly Fault[] = [
  killingServer('kill -9 of Postgres', (stage) => stage.killServer()),
  killingServer('kill -9 of a backend', (stage) => stage.killBackend()),
];
