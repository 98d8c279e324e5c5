// Prints a loud line with the number of tests that were skipped because data or a program is absent.
import type { Reporter, TestModule } from 'vitest/node';

/** Repeated here and not imported: the reporter runs in vitest's main process, where `describe` does not exist. */
const NEEDS_SHARED_DATA = '(needs ../shared/data)';
const NEEDS_PROGRAM = '(needs a program)';

export function skippedForSharedData(modules: readonly Pick<TestModule, 'children'>[]): number {
  return skippedFor(modules, NEEDS_SHARED_DATA);
}

function skippedFor(modules: readonly Pick<TestModule, 'children'>[], mark: string): number {
  let skipped = 0;
  for (const module of modules) {
    for (const test of module.children.allTests('skipped')) {
      if (test.fullName.includes(mark)) skipped += 1;
    }
  }
  return skipped;
}

export class SkipsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = skippedForSharedData(modules);
    if (skipped > 0) {
      process.stdout.write(
        `\n !!! ${skipped} tests SKIPPED: they measure against ../shared/data, which is not on this machine.\n`,
      );
    }
    const without = skippedFor(modules, NEEDS_PROGRAM);
    if (without > 0) {
      process.stdout.write(
        `\n !!! ${without} tests SKIPPED: they drive programs that .ci/install-programs installs.\n`,
      );
    }
  }
}
