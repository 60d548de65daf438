import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { checkout, scratchFolder } from '@moby/testkit';

// Each test runs a whole vitest.
vi.setConfig({ testTimeout: 60_000 });

interface Closing {
  readonly lines: readonly string[];
  readonly exitCode: number | null;
}

/** Runs vitest with the reporter over one file in a project named `boot`; gives the lines from the reporter on. */
function close(file: string, env: Readonly<Record<string, string>> = {}): Closing {
  const folder = scratchFolder();
  symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'));
  const reporters = [join(checkout, 'tools/testkit/src/closing-reporter.ts')];
  const config = { test: { name: 'boot', include: ['*.test.js'], reporters } };
  writeFileSync(join(folder, 'vitest.config.js'), `export default ${JSON.stringify(config)};`);
  writeFileSync(join(folder, 'a.test.js'), `import { describe, expect, test } from 'vitest';\n${file}`);
  const vitest = join(checkout, 'node_modules/vitest/vitest.mjs');
  const run = spawnSync(process.execPath, [vitest, 'run'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  return { lines: run.stdout.trimEnd().split('\n'), exitCode: run.status };
}

test('the last line counts', () => {
  const { lines, exitCode } = close(`test('a', () => {}); test('b', () => { expect(1).toBe(2); });`);
  expect(lines.at(-1)).toBe('1 passed, 1 failed');
  expect(exitCode).toBe(1);
});

test('a file that cannot be loaded is a failure', () => {
  const { lines, exitCode } = close(`import 'not-there';`);
  expect(lines.at(-1)).toBe('0 passed, 1 failed');
  expect(exitCode).toBe(1);
});

test('a hook that fails is a failure, although its tests never ran', () => {
  const hook = `import { beforeAll } from 'vitest'; describe('group', () => { beforeAll(() => { throw new Error('no'); }); test('a', () => {}); });`;
  const { lines, exitCode } = close(hook);
  expect(lines.at(-1)).toBe('0 passed, 1 failed, 1 skipped');
  expect(exitCode).toBe(1);
});

test('a skipped group is named, and fails only where machines are required', () => {
  const file = `test('a', () => {}); describe.skip('boots (needs qemu)', () => { test('b', () => {}); });`;
  const lenient = close(file);
  expect(lenient.lines).toEqual(['skipped: a.test.js › boots (needs qemu)', '1 passed, 0 failed, 1 skipped']);
  expect(lenient.exitCode).toBe(0);
  const strict = close(file, { MOBY_COMPOSE_REQUIRE_QEMU: '1' });
  expect(strict.lines.at(-1)).toBe('1 passed, 1 failed');
  expect(strict.exitCode).toBe(1);
});
