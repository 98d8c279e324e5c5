// The reference of the command line says what the program's own tables say.
import { expect, test } from 'vitest';
import { cliPage, cliReference } from '../../scripts/docs-cli.ts';

test('docs/cli.md is what `npm run docs` writes', () => {
  expect(cliPage()).toBe(cliReference());
});
