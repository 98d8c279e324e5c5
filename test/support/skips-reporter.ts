// Prints one loud line with the number of tests that were skipped because ../shared/data is absent.
import type { Reporter, TestModule } from 'vitest/node';

/** Repeated here and not imported: the reporter runs in vitest's main process, where `describe` does not exist. */
const NEEDS_SHARED_DATA = '(needs ../shared/data)';

export function skippedForSharedData(modules: readonly Pick<TestModule, 'children'>[]): number {
  let skipped = 0;
  for (const module of modules) {
    for (const test of module.children.allTests('skipped')) {
      if (test.fullName.includes(NEEDS_SHARED_DATA)) skipped += 1;
    }
  }
  return skipped;
}

export class SkipsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = skippedForSharedData(modules);
    if (skipped === 0) return;
    process.stdout.write(
      `\n !!! ${skipped} tests SKIPPED: they measure against ../shared/data, which is not on this machine.\n`,
    );
  }
}
