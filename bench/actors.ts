// Benchmark `actors`: what a message costs by the kind of thing that takes it, in the cache and out of it.
import { writeFile } from 'node:fs/promises';
import { createActor, fromTransition, setup } from 'xstate';
import { median } from './measure.ts';
import type { BenchOptions } from './main.ts';
import { cpuSeconds } from './synthetic.ts';

const COLD = 6_000;
const HOT_MESSAGES = 400_000;
const COLD_MESSAGES = 240_000;
/** State of an actor: its own four kilobytes, so that 6,000 of them do not fit the cache. */
const STATE_WORDS = 1_024;

/** What takes messages; a message adds one word of its state, wherever that lies. */
interface Taker {
  readonly send: (message: Message) => void;
}

interface Message {
  readonly type: 'tape';
  readonly word: number;
}

interface State {
  readonly words: Int32Array;
}

function stateOf(): State {
  return { words: new Int32Array(STATE_WORDS) };
}

function handle(state: State, message: Message): void {
  state.words[message.word & (STATE_WORDS - 1)]!++;
}

const transition = fromTransition(
  (state: State, message: Message) => {
    if (message.type === 'tape') handle(state, message);
    return state;
  },
  () => stateOf(),
);

const chart = setup({
  types: { context: {} as State, events: {} as Message },
  actions: { take: ({ context, event }) => handle(context, event) },
}).createMachine({
  context: () => stateOf(),
  initial: 'running',
  states: { running: { on: { tape: { actions: 'take' } } } },
});

const KINDS: Readonly<Record<string, () => Taker>> = {
  'plain method'() {
    const state = stateOf();
    return { send: (message) => handle(state, message) };
  },
  fromTransition: () => createActor(transition).start(),
  statechart: () => createActor(chart).start(),
};

/** CPU nanoseconds a message, sent to the takers in an order that the cache cannot guess. */
function nsPerMessage(takers: readonly Taker[], messages: number): number {
  const startSeconds = cpuSeconds();
  for (let i = 0, at = 0; i < messages; i++) {
    at = (at + 2_749) % takers.length;
    takers[at]!.send({ type: 'tape', word: i });
  }
  return ((cpuSeconds() - startSeconds) * 1e9) / messages;
}

/** Prints CPU nanoseconds a message by kind, to one of them and to six thousand in turn. */
export async function benchActors({ rounds, out }: BenchOptions): Promise<void> {
  const makers = Object.entries(KINDS).map(([kind, make]) => ({
    kind,
    hot: [make()],
    cold: Array.from({ length: COLD }, make),
    hotNs: [] as number[],
    coldNs: [] as number[],
  }));
  for (let round = 0; round <= rounds; round++) {
    for (const one of makers) {
      const hot = nsPerMessage(one.hot, HOT_MESSAGES);
      const cold = nsPerMessage(one.cold, COLD_MESSAGES);
      if (round === 0) continue; // warms the compiler
      one.hotNs.push(hot);
      one.coldNs.push(cold);
    }
  }
  const rows = makers.map(({ kind, hotNs, coldNs }) => ({
    kind,
    hotNs: median(hotNs),
    coldNs: median(coldNs),
  }));
  const lines = rows.map(
    ({ kind, hotNs, coldNs }) =>
      `${kind.padEnd(16)} ${hotNs.toFixed(0).padStart(7)} ${coldNs.toFixed(0).padStart(8)}`,
  );
  const head = `actors: CPU ns a message, medians of ${rounds} rounds; hot is one actor, cold one of ${COLD} in turn`;
  process.stdout.write(`${[head, '', 'kind                 hot     cold', ...lines].join('\n')}\n`);
  if (out !== null) await writeFile(out, `${JSON.stringify(rows, null, 2)}\n`);
}
