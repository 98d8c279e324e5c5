// One small file for each lint rule of the house that must refuse it, and a few that must pass.

export interface Case {
  readonly path: string;
  readonly code: string;
  /** The rule that must fire, or null where the linter must stay silent. */
  readonly rule: string | null;
}

export const LAYER = 'eslint(no-restricted-imports)';

export const violations: readonly Case[] = [
  // The way down is barred from deeper folders, for types, and for imports at run time too.
  { path: 'src/domain/rules/deep.ts', code: `export { a } from '../../feeds/thing.ts';\n`, rule: LAYER },
  {
    path: 'src/domain/type.ts',
    code: `import type { A } from '../feeds/thing.ts';\nexport type B = A;\n`,
    rule: LAYER,
  },
  { path: 'src/actors/late.ts', code: `export const a = await import('../db/thing.ts');\n`, rule: LAYER },
  { path: 'src/actors/around.ts', code: `export { a } from '../../src/db/thing.ts';\n`, rule: LAYER },
  {
    path: 'src/engine.ts',
    code: `import { createActor } from 'xstate';\nexport const a = createActor;\n`,
    rule: null,
  },
  { path: 'src/engine.ts', code: `import { setup } from 'xstate';\nexport const a = setup;\n`, rule: LAYER },
  // The domain touches nothing.
  { path: 'src/domain/hash.ts', code: `export { createHash } from 'node:crypto';\n`, rule: LAYER },
  {
    path: 'src/domain/bare.ts',
    code: `export { readFile } from 'fs';\n`,
    rule: 'unicorn(prefer-node-protocol)',
  },
  {
    path: 'src/domain/now.ts',
    code: 'export const a = Date.now();\n',
    rule: 'eslint(no-restricted-properties)',
  },
  {
    path: 'src/domain/now2.ts',
    code: 'export const { now } = Date;\n',
    rule: 'eslint(no-restricted-properties)',
  },
  {
    path: 'src/domain/dice.ts',
    code: 'export const a = Math.random();\n',
    rule: 'eslint(no-restricted-properties)',
  },
  {
    path: 'src/domain/zone.ts',
    code: 'export const a = Temporal.Now.instant();\n',
    rule: 'eslint(no-restricted-properties)',
  },
  ...[
    'performance.now()',
    'process.pid',
    'setTimeout(String, 1)',
    'setInterval(String, 1)',
    'setImmediate(String)',
    'queueMicrotask(String)',
    'globalThis.setTimeout(String, 1)',
    'crypto.randomUUID()',
    'fetch',
  ].map((code, at) => ({
    path: `src/domain/global${at}.ts`,
    code: `export const a = ${code};\n`,
    rule: 'eslint(no-restricted-globals)',
  })),
  {
    path: 'src/feeds/clock.ts',
    code: 'export const a = Date.now() + Math.random() + performance.now();\n',
    rule: null,
  },
  {
    path: 'src/domain/pure.ts',
    code: 'export const a = new Date(0).getTime() + Date.UTC(2025, 1);\n',
    rule: null,
  },
  // Everywhere.
  {
    path: 'src/lib/ring-a.ts',
    code: `import { b } from './ring-b.ts';\nexport const a = (): number => b();\n`,
    rule: 'import(no-cycle)',
  },
  {
    path: 'src/lib/ring-b.ts',
    code: `import { a } from './ring-a.ts';\nexport const b = (): number => a();\n`,
    rule: 'import(no-cycle)',
  },
  {
    path: 'src/lib/promise.ts',
    code: 'const go = async (): Promise<void> => {};\nexport function a(): void {\n  go();\n}\n',
    rule: 'typescript(no-floating-promises)',
  },
  {
    path: 'src/lib/misused.ts',
    code: 'export function a(): void {\n  [1].forEach(async () => {\n    await Promise.resolve();\n  });\n}\n',
    rule: 'typescript(no-misused-promises)',
  },
  {
    path: 'src/lib/throws.ts',
    code: `export function a(): never {\n  throw 'text';\n}\n`,
    rule: 'typescript(only-throw-error)',
  },
  {
    path: 'src/lib/cases.ts',
    code: `export function a(x: 'p' | 'q'): void {\n  switch (x) {\n    case 'p':\n      String(x);\n  }\n}\n`,
    rule: 'typescript(switch-exhaustiveness-check)',
  },
  {
    path: 'src/lib/type-import.ts',
    code: `import { Shape } from './shape.ts';\nexport const a = (s: Shape): Shape => s;\n`,
    rule: 'typescript(consistent-type-imports)',
  },
  {
    path: 'src/lib/any.ts',
    code: 'export const a = (x: any): string => String(x);\n',
    rule: 'typescript(no-explicit-any)',
  },
  {
    path: 'src/lib/hush.ts',
    code: '// @ts-ignore\nexport const a: string = 1;\n',
    rule: 'typescript(ban-ts-comment)',
  },
  { path: 'src/lib/default.ts', code: 'export default 1;\n', rule: 'import(no-default-export)' },
  { path: 'src/lib/shape.ts', code: 'export interface Shape {\n  readonly size: number;\n}\n', rule: null },
  { path: 'src/lib/barrel.ts', code: `export * from './shape.ts';\n`, rule: 'oxc(no-barrel-file)' },
  { path: 'src/lib/mutable.ts', code: 'export let a = 1;\na += 1;\n', rule: 'import(no-mutable-exports)' },
  { path: 'src/lib/print.ts', code: `console.log('x');\n`, rule: 'eslint(no-console)' },
  {
    path: 'src/lib/loose.ts',
    code: 'export const a = (x: number, y: number): boolean => x == y;\n',
    rule: 'eslint(eqeqeq)',
  },
  {
    path: 'src/lib/long.ts',
    code: `export function a(): void {\n${'  String(1);\n'.repeat(69)}}\n`,
    rule: 'eslint(max-lines-per-function)',
  },
  {
    path: 'src/lib/fits.ts',
    code: `export function a(): void {\n${'  String(1);\n'.repeat(68)}}\n`,
    rule: null,
  },
  { path: 'src/lib/var.ts', code: 'var a = 1;\nexport const b = a;\n', rule: 'eslint(no-var)' },
  { path: 'src/lib/let.ts', code: 'let a = 1;\nexport const b = a;\n', rule: 'eslint(prefer-const)' },
  {
    path: 'src/lib/type-export.ts',
    code: `import type { Shape } from './shape.ts';\nexport { Shape };\n`,
    rule: 'typescript(consistent-type-exports)',
  },
  {
    path: 'src/lib/inline-type.ts',
    code: `import { type Shape } from './shape.ts';\nexport const a = (s: Shape): Shape => s;\n`,
    rule: 'typescript(no-import-type-side-effects)',
  },
  {
    path: 'src/lib/reject.ts',
    code: `export const a = (): Promise<never> => Promise.reject('text');\n`,
    rule: 'typescript(prefer-promise-reject-errors)',
  },
  {
    path: 'src/lib/return.ts',
    code: 'export async function a(b: Promise<void>): Promise<void> {\n  try {\n    return b;\n  } catch {}\n}\n',
    rule: 'typescript(return-await)',
  },
  {
    path: 'src/lib/old.ts',
    code: `/** @deprecated gone soon */\nconst old = (): number => 1;\nexport const a = old();\n`,
    rule: 'typescript(no-deprecated)',
  },
  {
    path: 'src/lib/template.ts',
    code: 'export const a = (x: object): string => `${x}`;\n',
    rule: 'typescript(restrict-template-expressions)',
  },
  {
    path: 'src/lib/self.ts',
    code: 'export const a = (x: number): boolean => x === Number.NaN;\n',
    rule: 'eslint(use-isnan)',
  },
  {
    path: 'src/lib/lost-cause.ts',
    code: `try {\n  String(1);\n} catch (error) {\n  throw new Error('no ' + String(error));\n}\n`,
    rule: 'eslint(preserve-caught-error)',
  },
  {
    path: 'src/lib/unused-excuse.ts',
    code: '// oxlint-disable-next-line no-console\nexport const a = 1;\n',
    rule: 'unused-directive',
  },
  { path: 'src/cli/print.ts', code: `console.log('x');\n`, rule: null },
  { path: 'scripts/print.ts', code: `console.log('x');\n`, rule: null },
  { path: 'bench/print.ts', code: `console.log('x');\n`, rule: null },
  { path: 'tool.config.ts', code: 'export default 1;\n', rule: null },
  {
    path: 'test/promise.test.ts',
    code: 'const go = async (): Promise<void> => {};\nexport function a(): void {\n  go();\n}\n',
    rule: 'typescript(no-floating-promises)',
  },
  {
    path: 'test/only.test.ts',
    code: `import { expect, test } from 'vitest';\ntest.only('x', () => {\n  expect(1).toBe(1);\n});\n`,
    rule: 'vitest(no-focused-tests)',
  },
  {
    path: 'test/skip.test.ts',
    code: `import { expect, test } from 'vitest';\ntest.skip('x', () => {\n  expect(1).toBe(1);\n});\n`,
    rule: 'vitest(no-disabled-tests)',
  },
  {
    path: 'test/empty.test.ts',
    code: `import { test } from 'vitest';\ntest('x', () => {\n  String(1);\n});\n`,
    rule: 'vitest(expect-expect)',
  },
];
