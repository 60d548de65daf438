import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Programs that boot tests need, and the Debian package that has each. */
const packageOf: Readonly<Record<string, string>> = {
  'qemu-system-x86_64': 'qemu-system-x86',
  'qemu-system-aarch64': 'qemu-system-arm',
  'redis-cli': 'redis-tools',
  'redis-benchmark': 'redis-tools',
  busybox: 'busybox-static',
  cpio: 'cpio',
  zstd: 'zstd',
  xz: 'xz-utils',
  'fsck.erofs': 'erofs-utils',
  'dump.erofs': 'erofs-utils',
  readelf: 'binutils',
  chromium: 'chromium',
  'ssh-keygen': 'openssh-client',
  gpg: 'gpg gpg-agent',
};

/**
 * A group of tests that boots machines, or needs other programs that npm can't bring. Without them the group is
 * skipped, and its name says how to install them; where MOBY_COMPOSE_REQUIRE_QEMU=1 is set (CI), it fails.
 */
export function describeMachine(name: string, body: () => void, programs: readonly string[] = ['qemu-system-x86_64']): void {
  const missing = programs.filter((program) => !isOnPath(program));
  if (missing.length === 0) {
    describe(name, body);
    return;
  }
  const packages = [...new Set(missing.map((program) => packageOf[program] ?? program))];
  const needs = `needs ${missing.join(', ')}: sudo apt-get install --no-install-recommends ${packages.join(' ')}`;
  if (process.env['MOBY_COMPOSE_REQUIRE_QEMU'] === '1') describe(name, () => test(needs, () => expect.unreachable(needs)));
  else describe.skip(`${name} (${needs})`, body);
}

export function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
