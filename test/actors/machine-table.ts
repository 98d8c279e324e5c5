// The table of a statechart, walked out of the machine itself: every state it can reach with every event it knows.
import { type AnyMachineSnapshot, type AnyStateMachine, initialTransition, transition } from 'xstate';

/** By state, by event: the states it may lead to, or nothing. */
export type Table = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** An event of the machine as people call it: a delay by its name, the end of an invoked actor as done or failed. */
function nameOf(type: string): string {
  const delay = /^xstate\.after\.(\w+)\./.exec(type)?.[1];
  if (delay !== undefined) return `after ${delay}`;
  if (type.startsWith('xstate.done.actor.')) return 'done';
  return type.startsWith('xstate.error.actor.') ? 'failed' : type;
}

/** The innermost states of a value: "live", or "flushing draining" where several hold at once. */
function stateOf({ value }: AnyMachineSnapshot): string {
  const leaves = (part: unknown): string[] =>
    typeof part === 'string' ? [part] : Object.values(part as object).flatMap(leaves);
  return leaves(value).join(' ');
}

/** The machine without its deeds, whose guards answer as they are told. */
function bare(machine: AnyStateMachine, answers: ReadonlyMap<string, boolean>): AnyStateMachine {
  const { actions, delays } = machine.implementations;
  return machine.provide({
    actions: Object.fromEntries(Object.keys(actions).map((name) => [name, () => {}])),
    delays: Object.fromEntries(Object.keys(delays).map((name) => [name, 1])),
    guards: Object.fromEntries(Array.from(answers, ([name, answer]) => [name, () => answer])),
  });
}

/** Every way in which the named guards may answer. */
function* everyAnswer(guards: readonly string[]): Generator<ReadonlyMap<string, boolean>> {
  for (let bits = 0; bits < 1 << guards.length; bits++)
    yield new Map(guards.map((name, place) => [name, (bits & (1 << place)) !== 0]));
}

/**
 * Walks a machine from its beginning through every event, whatever its guards answer.
 * @param unlisted events that lead nowhere by themselves, which the machine does not list
 * @param guards those that ask about the world; guards about the machine's own state are left as they are
 * @returns by state, by event: "·" ignored, "stays", or the states it leads to, sorted, joined by " or "
 */
export function tableOf(
  machine: AnyStateMachine,
  guards: readonly string[],
  unlisted: readonly string[] = [],
): Table {
  const types = [...machine.events, ...unlisted].map((type) =>
    type.endsWith('.*') ? type.replace('*', 'one') : type,
  );
  const reached = new Map<string, AnyMachineSnapshot>();
  const cells = new Map<string, Map<string, Set<string>>>();
  const waiting: AnyMachineSnapshot[] = [];
  const meet = (snapshot: AnyMachineSnapshot): string => {
    const state = stateOf(snapshot);
    if (!reached.has(state)) {
      reached.set(state, snapshot);
      waiting.push(snapshot);
    }
    return state;
  };
  for (const answers of everyAnswer(guards)) meet(initialTransition(bare(machine, answers), {})[0]);
  for (let snapshot = waiting.shift(); snapshot !== undefined; snapshot = waiting.shift()) {
    const state = stateOf(snapshot);
    const row = new Map<string, Set<string>>(types.map((type) => [nameOf(type), new Set<string>()]));
    cells.set(state, row);
    for (const answers of everyAnswer(guards)) {
      const told = bare(machine, answers);
      for (const type of types) {
        const event = { type, actorId: 'one' };
        const here = told.resolveState({ value: snapshot.value, context: snapshot.context as object });
        // The end of a machine is the end: what comes then is not for it.
        const [next] = snapshot.status === 'active' ? transition(told, here, event) : [snapshot];
        const to = meet(next);
        if (to !== state) row.get(nameOf(type))!.add(to);
        else if (snapshot.status === 'active' && here.can(event)) row.get(nameOf(type))!.add('stays');
      }
    }
  }
  return new Map(
    Array.from(cells, ([state, row]) => [
      state,
      new Map(
        Array.from(row, ([event, to]) => [event, to.size === 0 ? '·' : [...to].toSorted().join(' or ')]),
      ),
    ]),
  );
}
