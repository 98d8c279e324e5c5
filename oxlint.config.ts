// The lint rules: what the linter's own sets are worth here, and the import rules made of the map in scripts/lint.
import { defineConfig } from 'oxlint';
import { layerOverrides } from './scripts/lint/layers.ts';

const IN_DOMAIN = 'The domain is pure: the same tape must give the same alerts.';
const CLOCK = `${IN_DOMAIN} Fix: take the time as an argument; it comes in with the message.`;
const TIMER = `${IN_DOMAIN} Fix: the engine's idle tick moves clocks; wait outside and send a message.`;
const WORLD = `${IN_DOMAIN} Fix: do it outside and hand the result in.`;

const timers = [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'queueMicrotask',
];
const world = ['process', 'crypto', 'fetch', 'WebSocket', 'require', 'navigator', 'console'];

export default defineConfig({
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'node'],
  categories: { correctness: 'error', suspicious: 'error' },
  options: { reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['node_modules/**', 'data/**', 'out/**', 'coverage/**'],
  rules: {
    eqeqeq: ['error', 'always', { null: 'ignore' }],
    'no-var': 'error',
    'prefer-const': 'error',
    'no-console': 'error',
    'max-lines-per-function': ['error', { max: 70, skipBlankLines: false, skipComments: false }],
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'import/no-mutable-exports': 'error',
    'oxc/no-barrel-file': ['error', { threshold: 0 }],
    'typescript/consistent-type-imports': 'error',
    'typescript/consistent-type-exports': 'error',
    'typescript/no-import-type-side-effects': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/ban-ts-comment': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/prefer-promise-reject-errors': 'error',
    'typescript/return-await': ['error', 'error-handling-correctness-only'],
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/no-deprecated': 'error',
    'typescript/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    'unicorn/prefer-node-protocol': 'error',
    // Off, each for a reason: what they ask costs more here than it catches.
    'no-shadow': 'off', // short closures reuse short names, and the compiler finds what goes wrong
    'no-underscore-dangle': 'off', // `using _closed = ...` needs a name that is never read
    'promise/always-return': 'off', // await is the rule, and a then() at an edge may end in nothing
    'typescript/consistent-return': 'off', // the compiler's noImplicitReturns does it
    'typescript/no-unsafe-type-assertion': 'off', // branded numbers are born by an assertion
    'unicorn/consistent-function-scoping': 'off', // a function beside its only use reads better
    'unicorn/no-array-reverse': 'off', // in place on purpose: a hot path does not copy
    'unicorn/no-array-sort': 'off', // as above
    'unicorn/no-new-array': 'off', // `new Array(n)` preallocates
    'unicorn/prefer-add-event-listener': 'off', // not a browser
    'unicorn/require-post-message-target-origin': 'off', // workers have no origin
  },
  overrides: [
    ...layerOverrides().map(({ files, patterns }) => ({
      files,
      rules: { 'no-restricted-imports': ['error', { patterns }] as ['error', { patterns: typeof patterns }] },
    })),
    {
      files: ['src/domain/**'],
      rules: {
        'no-restricted-properties': [
          'error',
          { object: 'Date', property: 'now', message: CLOCK },
          { object: 'Temporal', property: 'Now', message: CLOCK },
          {
            object: 'Math',
            property: 'random',
            message: `${IN_DOMAIN} Fix: take a seeded generator as an argument.`,
          },
        ],
        'no-restricted-globals': [
          'error',
          {
            checkGlobalObject: true,
            globals: [
              { name: 'performance', message: CLOCK },
              ...timers.map((name) => ({ name, message: TIMER })),
              ...world.map((name) => ({ name, message: WORLD })),
            ],
          },
        ],
      },
    },
    { files: ['src/cli/**', 'scripts/**', 'bench/**', 'bin/**'], rules: { 'no-console': 'off' } },
    { files: ['*.config.ts'], rules: { 'import/no-default-export': 'off' } },
    {
      files: ['test/**'],
      rules: {
        'max-lines-per-function': 'off', // a describe block is a chapter, not a function; tidy limits the file
        'typescript/unbound-method': 'off', // expect(thing.method) reads a method without calling it
      },
    },
    {
      files: ['test/**/*.test.ts'],
      plugins: ['vitest'],
      rules: {
        'vitest/expect-expect': [
          'error',
          { assertFunctionNames: ['expect', 'expect*', 'assert*', 'fc.assert'] },
        ],
        'vitest/no-conditional-expect': 'off', // a property's branches are its cases
        'vitest/require-mock-type-parameters': 'off', // an untyped spy is enough where only its calls are counted
        'vitest/require-to-throw-message': 'off', // the class of an error says enough
      },
    },
  ],
});
