import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkout, expectGolden, runCli, scratchFolder } from '@moby/testkit';

/** Lines of the library's redis that expect a further program on their PATH. */
function needyRedis(program: string, lines: readonly string[]): string {
  const folder = join(scratchFolder(), 'components');
  mkdirSync(folder, { recursive: true });
  for (const line of lines) {
    cpSync(join(checkout, 'components/redis', line), join(folder, 'redis', line), { recursive: true });
    const file = join(folder, 'redis', line, 'package.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"kind": "service",', `"kind": "service",\n    "exec": ["${program}"],`));
  }
  return folder;
}

async function refused(program: string, lines: readonly string[]): Promise<string> {
  const run = await runCli(['check', 'redis-os', '--components', needyRedis(program, lines)], { cwd: checkout });
  expect(run.exitCode, run.stderr).toBe(1);
  return run.stderr.replaceAll(/^ {2}(?:resolve|check) .*\n/gm, '');
}

test('what would repair an assembly was tried, and what touches least stands first', async () => {
  expectGolden('repairs.txt', await refused('runc', ['8.0']));
});

test('where nothing helps, nothing is promised', async () => {
  const text = await refused('no-such-program', ['7.0', '8.0']);
  expect(text).toContain('error[exec-path]');
  expect(text).not.toContain('solves it');
});
