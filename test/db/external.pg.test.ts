// An external Postgres that cannot be used is refused in one sentence that names the fix.
import { describe, expect, inject, it } from 'vitest';
import { checkExternal } from '../../src/db/external.ts';
import { freePort } from '../../src/db/embedded/cluster.ts';

function changed(change: (url: URL) => void): string {
  const url = new URL(inject('templateUrl'));
  change(url);
  return url.toString();
}

describe('an external database', () => {
  it('is taken when it answers', async () => {
    const { versionNumber } = await checkExternal(changed((url) => (url.pathname = '/postgres')));
    expect(versionNumber).toBeGreaterThanOrEqual(180_000);
  });

  it('is refused for a wrong password, without telling the password', async () => {
    const refusal = checkExternal(changed((url) => (url.password = 'sesame')));
    await expect(refusal).rejects.toThrow(/refuses the user or the password/);
    await expect(refusal).rejects.not.toThrow(/sesame/);
  });

  it('is refused when the database is missing', async () => {
    await expect(checkExternal(changed((url) => (url.pathname = '/nowhere')))).rejects.toThrow(
      /no such database: create it/,
    );
  });

  it('is refused when nobody answers, or the host is unknown', async () => {
    const port = String(await freePort());
    await expect(checkExternal(changed((url) => (url.port = port)))).rejects.toThrow(
      /does not answer: start/,
    );
  });

  it('is refused when the address is not one of Postgres', async () => {
    await expect(checkExternal('mysql://localhost/x')).rejects.toThrow(/write postgres:/);
  });
});
