// Help: every command and option is in it, the pages of replay and simulate as they are printed.
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/program.ts';
import { run } from '../support/command-line.ts';

test.each(['replay', 'simulate'])('the page of %s', async (name) => {
  const pages = [
    [name, '--help'],
    [name, '-h'],
    [name, 'x', '--floor=3', '--help'],
  ];
  const outcomes = await Promise.all(
    pages.filter((args) => name === 'replay' || args.length === 2).map((args) => run(args)),
  );
  for (const outcome of outcomes) expect(outcome).toEqual({ code: 0, out: outcomes[0]!.out, err: '' });
  await expect(outcomes[0]!.out).toMatchFileSnapshot(`help-of-${name}.txt`);
});

test('the program lists every command, by any of its names for help', async () => {
  const { out } = await run(['--help']);
  for (const { name, summary } of COMMANDS) {
    expect(out).toContain(`\n  ${name} `);
    expect(out.replaceAll(/\s+/g, ' ')).toContain(summary);
  }
  for (const args of [['-h'], ['help']]) expect(await run(args)).toEqual({ code: 0, out, err: '' });
  expect(await run([])).toEqual({ code: 2, out, err: '' });
});

test('no line of help is wider than a terminal of a hundred and twenty columns', async () => {
  const pages = await Promise.all([run(['--help']), ...COMMANDS.map(({ name }) => run([name, '--help']))]);
  for (const { code, out } of pages) {
    expect(code).toBe(0);
    expect(out.split('\n').filter((line) => line.length > 120)).toEqual([]);
  }
});
