// Waiting for a condition with a deadline; a test that waits in vain says for what, and what it saw last.
const DEADLINE_MS = 45_000;
const LOOK_MS = 10;

/** Looks again and again until `look` gives something that `holds`; gives it. */
export async function eventually<Value>(
  what: string,
  look: () => Value | Promise<Value>,
  holds: (value: Awaited<Value>) => boolean = Boolean,
  deadlineMs = DEADLINE_MS,
): Promise<Awaited<Value>> {
  const untilMs = Date.now() + deadlineMs;
  for (;;) {
    const value = await look();
    if (holds(value)) return value;
    if (Date.now() > untilMs) {
      throw new Error(`waited ${deadlineMs} ms in vain for ${what}; last seen: ${JSON.stringify(value)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
