// What differs between the schema of the files and that of a database: every object, every attribute, by name.
import type { Fact } from './catalog.ts';

/** One difference. */
export interface Difference {
  readonly kind: string;
  readonly name: string;
  /** missing: in the files alone; unexpected: in the database alone; different: in both, not the same. */
  readonly change: 'missing' | 'unexpected' | 'different';
  /** What of it differs; null when the whole is missing or unexpected. */
  readonly attribute: string | null;
  /** As the files have it. */
  readonly expected: string | null;
  /** As the database has it. */
  readonly actual: string | null;
}

function byTitle(facts: readonly Fact[]): Map<string, Fact> {
  return new Map(facts.map((fact) => [titleOf(fact), fact]));
}

/** Kind and name: what an object is called in messages, and what its parts refer to. */
export function titleOf({ kind, name }: Pick<Fact, 'kind' | 'name'>): string {
  return `${kind} ${name}`;
}

/** Facts of which `other` has no equal by name; parts of an object that is absent as a whole are left out. */
function absentIn(other: ReadonlyMap<string, Fact>, facts: ReadonlyMap<string, Fact>): Fact[] {
  return [...facts.values()].filter(
    (fact) => !other.has(titleOf(fact)) && (fact.of === null || other.has(fact.of) || !facts.has(fact.of)),
  );
}

/**
 * Compares two catalogs and names every difference, in a stable order. What is part of an object that is missing or
 * unexpected as a whole goes without saying.
 */
export function compareCatalogs(expected: readonly Fact[], actual: readonly Fact[]): Difference[] {
  const [wanted, found] = [byTitle(expected), byTitle(actual)];
  const whole = (change: 'missing' | 'unexpected', { kind, name }: Fact): Difference => ({
    kind,
    name,
    change,
    attribute: null,
    expected: null,
    actual: null,
  });
  const differences = [
    ...absentIn(found, wanted).map((fact) => whole('missing', fact)),
    ...absentIn(wanted, found).map((fact) => whole('unexpected', fact)),
  ];
  for (const [title, { kind, name, attributes }] of wanted) {
    const other = found.get(title)?.attributes;
    if (other === undefined) continue;
    for (const [attribute, value] of Object.entries(attributes)) {
      const its = other[attribute] ?? null;
      if (its === value) continue;
      differences.push({ kind, name, change: 'different', attribute, expected: value, actual: its });
    }
  }
  const key = ({ kind, name, attribute }: Difference): string => `${kind} ${name} ${attribute ?? ''}`;
  return differences.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** A difference in one sentence, its values in full. */
export function sentenceOf({ kind, name, change, attribute, expected, actual }: Difference): string {
  if (kind === 'role') return attribute ?? name;
  if (change === 'missing') return `${kind} ${name} is missing`;
  if (change === 'unexpected') return `${kind} ${name} is not in the files`;
  return `${kind} ${name}: ${attribute} is ${actual ?? 'none'}, the files have ${expected ?? 'none'}`;
}
