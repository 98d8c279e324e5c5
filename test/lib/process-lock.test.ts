// One service a folder: a second is refused by name, and what a killed one left behind is taken over.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { lockFolder } from '../../src/lib/process-lock.ts';

const text = { encoding: 'utf8' } as const;

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

  test('is taken over from a killed holder whose parent never asked, as in a container without init', async () => {
    // A shell that becomes another program never asks how its child ended.
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const holder = Number(line.toString());
      await writeFile(join(folder, 'service.pid'), `${holder}\n`);
      await expect(lockFolder(folder)).rejects.toThrow(`a spyhop (process ${holder}) uses`);
      process.kill(holder, 'SIGKILL');
      await vi.waitFor(() =>
        expect(execFileSync('ps', ['-o', 'stat=', '-p', `${holder}`], text)).toMatch(/^Z/),
      );
      const taken = lockFolder(folder);
      // Elsewhere the system does not tell us, and the holder is believed to run until its parent asks.
      if (process.platform === 'linux') await expect(taken).resolves.toBeTypeOf('function');
      else await expect(taken).rejects.toThrow(`process ${holder}`);
    } finally {
      parent.kill('SIGKILL');
    }
  });

  test('does not stumble over a file of nonsense', async () => {
    await writeFile(join(folder, 'service.pid'), 'nonsense');
    await lockFolder(folder);
    expect(await readFile(join(folder, 'service.pid'), 'utf8')).toBe(`${process.pid}\n`);
  });
});
