import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';

/**
 * Closes a run with one sentence, `N passed, N failed`; a module that can't be loaded and a hook that fails count as failed. Groups that
 * were skipped as a whole are named before it, because their names say what to install. With
 * MOBY_COMPOSE_REQUIRE_QEMU=1 a skipped test of the project `boot` is a failure: a green run has booted machines.
 */
export default class ClosingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const requiresMachines = process.env['MOBY_COMPOSE_REQUIRE_QEMU'] === '1';
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    const skippedGroups = new Set<string>();
    for (const module of modules) {
      const before = count.failed;
      // A file that can't be loaded, and a hook of a group that fails, are failures of no test.
      for (const part of [module, ...module.children.allSuites()]) if (part.errors().length > 0) count.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed' || state === 'failed') {
          count[state] += 1;
          continue;
        }
        if (requiresMachines && module.project.name === 'boot') count.failed += 1;
        else count.skipped += 1;
        skippedGroups.add(groupOf(test));
      }
      if (module.state() === 'failed' && count.failed === before) count.failed += 1;
    }
    if (count.failed > 0) process.exitCode = 1;
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    process.once('exit', () => {
      for (const group of [...skippedGroups].sort()) process.stdout.write(`skipped: ${group}\n`);
      process.stdout.write(`${count.passed} passed, ${count.failed} failed${skipped}\n`);
    });
  }
}

function groupOf(test: TestCase): string {
  return test.parent.type === 'suite' ? `${test.module.relativeModuleId} › ${test.parent.fullName}` : test.module.relativeModuleId;
}
