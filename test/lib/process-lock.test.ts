// One service a folder: a second is refused by name, and what a killed one left behind is taken over.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lockFolder } from '../../src/lib/process-lock.ts';

describe('the lock of a data directory', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spyhop-lock-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('is taken, names its holder, and is gone after the release', async () => {
    const release = await lockFolder(join(folder, 'data'));
    expect(await readFile(join(folder, 'data', 'service.pid'), 'utf8')).toBe(`${process.pid}\n`);
    await release();
    await expect(readFile(join(folder, 'data', 'service.pid'))).rejects.toThrow('ENOENT');
  });

  test('is refused while its holder runs, and taken over when it was killed', async () => {
    const holder = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
    await writeFile(join(folder, 'service.pid'), `${holder.pid}\n`);
    await expect(lockFolder(folder)).rejects.toThrow(
      `a spyhop (process ${holder.pid}) uses ${folder} already`,
    );
    const gone = new Promise((resolve) => holder.once('exit', resolve));
    holder.kill('SIGKILL');
    await gone;
    await (
      await lockFolder(folder)
    )();
  });

  test('does not stumble over a file of nonsense', async () => {
    await writeFile(join(folder, 'service.pid'), 'nonsense');
    await lockFolder(folder);
    expect(await readFile(join(folder, 'service.pid'), 'utf8')).toBe(`${process.pid}\n`);
  });
});
