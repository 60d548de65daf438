import { execFile } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bootGuest, type BootedGuest } from '@moby/machine';
import type { Composed } from '@moby/composer';
import type { Layout } from '@moby/model';
import { describeMachine, inGuest, scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { assembled, bootOf, machineCache, outcomes, testOf } from './assembled.ts';

const run = promisify(execFile);

function diskOf({ artifact, folder }: Composed): string {
  return join(folder, artifact.files.find(({ role }) => role === 'disk')?.name ?? 'no disk');
}

describeMachine(
  'trees on a disk',
  () => {
    test.each(['minimal', 'redis-os'])('%s boots as shipped and does what it is expected to do', async (name) => {
      const composed = await assembled(name, { layout: 'disk' });
      // It ends with another code than 0 where it finds something.
      await run('fsck.erofs', [diskOf(composed)]);
      const report = await testOf(composed, { asShipped: true });
      expect(new Set(outcomes(report).map((line) => line.replace(/:.*/, '')))).toEqual(new Set(['passed']));
      expect(outcomes(report)).toContain('passed: powers off cleanly');
    });

    test('need no memory to be unpacked', async () => {
      const composed = await assembled('redis-os', { layout: 'disk' });
      const initrd = await assembled('redis-os', { layout: 'initrd' });
      expect(composed.artifact.leastMemoryBytes).toBeLessThan(initrd.artifact.leastMemoryBytes - 10 * 1024 ** 2);
      expect(outcomes(await testOf(composed, { memoryBytes: composed.artifact.leastMemoryBytes }))).toContain('passed: redis is ready');
    });

    test('are found among other disks, and missed by their serial number', async () => {
      const composed = await assembled('redis-os', { layout: 'disk' });
      const folder = scratchFolder();
      cpSync(composed.folder, folder, { recursive: true });
      writeFileSync(join(folder, 'other.img'), Buffer.alloc(4096));
      const disk = composed.artifact.files.find(({ role }) => role === 'disk');
      if (disk === undefined) throw new Error('no disk');
      const other = { ...disk, name: 'other.img', serial: 'moby-other', sizeBytes: 4096 };
      const files = composed.artifact.files.filter((file) => file !== disk);
      const among = { ...composed, folder, artifact: { ...composed.artifact, files: [...files, other, disk] } };
      expect(outcomes(await testOf(among))).toContain('passed: redis is ready');
      const machine = await bootOf({ ...composed, folder, artifact: { ...composed.artifact, files: [...files, other] } });
      const exit = await machine.exited;
      expect(exit).toMatchObject({ verdict: 'failed', reason: 'trees: no disk has the serial number moby-trees' });
    });

    test('that can not be mounted are told', async () => {
      const composed = await assembled('redis-os', { layout: 'disk' });
      const bytes = readFileSync(diskOf(composed));
      bytes.fill(0, 0, 4096);
      writeFileSync(diskOf(composed), bytes);
      const exit = await (await bootOf(composed)).exited;
      expect(exit.verdict).toBe('failed');
      expect(exit.reason).toBe("trees: /dev/vda can't be mounted on /d: Invalid argument");
    });
  },
  ['qemu-system-x86_64', 'fsck.erofs'],
);

/** What a service sees of its root, its mounts and itself, and what the machine gives it. */
const looks: Readonly<Record<string, string>> = {
  files: 'cd /containers/services/redis/rootfs && find . -type f -print0 | sort -z | xargs -0 sha256sum',
  links: 'cd /containers/services/redis/rootfs && find . -type l -print0 | sort -z | xargs -0 -n 1 readlink',
  modes: "cd /containers/services/redis/rootfs && find . -print0 | sort -z | xargs -0 stat -c '%A %u:%g %n'",
  mounts: "sed 's/lowerdir=[^,]*//; s/size=[0-9]*k,nr_inodes=[0-9]*/SIZE/' /proc/$(cat /run/moby/redis/pid)/mounts",
  privileges: 'grep -E "^(Cap|NoNew|Seccomp|Uid|Gid)" /proc/$(cat /run/moby/redis/pid)/status',
  libraries: "grep -oE '/usr/[^ ]*' /proc/$(cat /run/moby/redis/pid)/maps | sort -u",
  limits: 'cd /sys/fs/cgroup/redis && cat memory.max pids.max',
};

async function lookInto(layout: Layout): Promise<Readonly<Record<string, string>>> {
  const { artifact, folder } = await assembled('redis-os', { with: ['agent'], layout });
  const guest: BootedGuest = await bootGuest({ artifact, folder, cacheFolder: machineCache(), env: process.env, ports: [] });
  try {
    expect(await guest.waitFor(({ subject, event }) => subject === 'init' && event === 'ready')).toBeDefined();
    const seen: Record<string, string> = {};
    for (const [what, command] of Object.entries(looks)) seen[what] = await inGuest(guest, command);
    const written = 'kill -0 $(cat /run/moby/redis/pid) && touch /proc/$(cat /run/moby/redis/pid)/root/usr/new 2>&1; true';
    seen['written'] = (await inGuest(guest, written)).replace(/\d+/, 'PID');
    return seen;
  } finally {
    await guest.kill();
  }
}

describeMachine(
  'a service',
  () => {
    test('has the same root, mounts and privileges in both layouts', async () => {
      const [initrd, disk] = [await lookInto('initrd'), await lookInto('disk')];
      expect(initrd['files']).toContain('usr/bin/redis');
      expect(initrd['written']).toContain('Read-only file system');
      expect(disk).toEqual(initrd);
    });
  },
  ['qemu-system-x86_64'],
);
