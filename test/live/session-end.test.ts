// The end of a session releases what it held: after twenty sessions in one process none of them is still there.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runEngine, simulatedSession } from '../support/simulated-session.ts';
import { play, Stage } from './live-stage.ts';

const SESSIONS = 20;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => {
  stage[Symbol.dispose]();
});

/** How many of the objects are still there once nothing in use leads to them. */
async function alive(objects: ReadonlyArray<WeakRef<object>>): Promise<number> {
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((done) => setImmediate(done));
    collect();
  }
  return objects.filter((object) => object.deref() !== undefined).length;
}

test('of twenty sessions that were folded and stopped no engine is left', async () => {
  const session = simulatedSession('amber');
  const engines: Array<WeakRef<object>> = [];
  for (let n = 0; n < SESSIONS; n++) {
    const { engine } = runEngine(session, { cut: () => 500, idleMs: 60_000 });
    engine.stop();
    expect(engine.summary()).toMatchObject({ actors: 0, received: session.day.length });
    engines.push(new WeakRef(engine));
  }
  // The last one may still lie on the stack of this test.
  expect(await alive(engines)).toBeLessThanOrEqual(1);
});

test('of live sessions that followed each other over a journal none is left, nor what they remembered', async () => {
  const held: Array<WeakRef<object>> = [];
  for (let n = 0; n < 5; n++) {
    const opened = await stage.open();
    play(opened, n * 20, n * 20 + 20);
    await opened.journal.close();
    opened.session.end();
    held.push(new WeakRef(opened.session), new WeakRef(opened.session.tape), new WeakRef(opened.table));
  }
  // Baselines that the stage has learned hold no session; the last of each may still lie on the stack.
  expect(await alive(held)).toBeLessThanOrEqual(3);
});
