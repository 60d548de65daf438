import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '@moby/model';
import { findQemu } from '@moby/machine';
import { scratchFolder } from '@moby/testkit';
import { describe, expect, test } from 'vitest';

function folderWith(programs: Readonly<Record<string, string>>): string {
  const folder = scratchFolder();
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const cause: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (cause instanceof Failure) return cause;
  throw new Error('no failure was thrown');
}

describe('finding QEMU', () => {
  test('takes the first on the PATH, and its version', async () => {
    const path = folderWith({ 'qemu-system-x86_64': 'echo "QEMU emulator version 10.0.13 (Debian 1:10.0.13)"' });
    expect(await findQemu('linux/amd64', { PATH: `/nowhere::${path}` })).toEqual({
      path: join(path, 'qemu-system-x86_64'),
      version: '10.0.13',
    });
  });

  test('missing, names the command of every package manager where none is known', async () => {
    const failure = await failureOf(findQemu('linux/amd64', { PATH: '' }));
    expect([failure.code, failure.exitCode, failure.message]).toEqual([
      'qemu-missing',
      69,
      '`qemu-system-x86_64` is not on the PATH, and it is what emulates linux/amd64',
    ]);
    expect(failure.hints).toEqual([
      'sudo apt-get install --no-install-recommends qemu-system-x86',
      'sudo dnf install qemu-system-x86',
      'sudo pacman -S qemu-system-x86',
      'sudo zypper install qemu-x86',
      'brew install qemu',
    ]);
  });

  test('missing, names the command of the package manager that is there', async () => {
    const failure = await failureOf(findQemu('linux/amd64', { PATH: folderWith({ pacman: '' }) }));
    expect(failure.hints).toEqual(['sudo pacman -S qemu-system-x86']);
  });

  test.each(['4.2.1', '7.1.99'])('refuses version %s as too old', async (version) => {
    const path = folderWith({ 'qemu-system-x86_64': `echo QEMU emulator version ${version}` });
    const failure = await failureOf(findQemu('linux/amd64', { PATH: path }));
    expect([failure.code, failure.message]).toEqual([
      'qemu-missing',
      `\`${path}/qemu-system-x86_64\` is QEMU ${version}, and 7.2 is the oldest that is known to work`,
    ]);
  });

  test.each([
    ['says nothing', 'true'],
    ['fails', 'exit 1'],
  ])('one that %s is not taken for QEMU', async (_, script) => {
    const path = folderWith({ 'qemu-system-x86_64': script });
    expect((await failureOf(findQemu('linux/amd64', { PATH: path }))).code).toBe('qemu-missing');
  });
});
