import { join } from 'node:path';
import { bootGuest, type BootedGuest } from '@moby/machine';
import { describeMachine, inGuest, removeFolder, temporaryFolder } from '@moby/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildMachine } from './build-machine.ts';

describe.each(['crun', 'runc'])('a privileged container of %s', (runtime) => {
  describeMachine('in a machine', () => {
    const scratch = temporaryFolder();
    let guest: BootedGuest;
    const inEngine = (command: string): Promise<string> => inGuest(guest, `$(cat /etc/moby/runtime) exec engine sh -c '${command}'`);

    beforeAll(async () => {
      const built = await buildMachine('privileged', scratch, runtime === 'crun' ? [] : ['--replace', `crun=${runtime}`]);
      guest = await bootGuest({
        ...built,
        cacheFolder: join(scratch, 'cache'),
        env: process.env,
        accelerator: 'tcg',
        limitMs: 240_000,
      });
      const ready = await guest.waitFor(({ subject, event }) => subject === 'init' && event === 'ready', AbortSignal.timeout(120_000));
      if (ready === undefined) throw new Error(guest.consoleTail(40).join('\n'));
    });

    afterAll(async () => {
      await guest?.kill();
      await removeFolder(scratch);
    });

    test('mounts what the machine and later containers see', async () => {
      expect(await inGuest(guest, 'cat /mnt/data/by')).toBe('onboot');
      await inEngine('mkdir -p /mnt/late && mount -t tmpfs late /mnt/late && echo engine >/mnt/late/by');
      expect(await inGuest(guest, 'cat /mnt/late/by')).toBe('engine');
      expect(await inGuest(guest, '$(cat /etc/moby/runtime) exec onlooker cat /mnt/late/by')).toBe('engine');
    });

    test('keeps its own mounts to itself', async () => {
      const own = await inGuest(guest, "awk '{print $2}' /proc/mounts | grep -E '^/(dev/.|sys/fs/cgroup/.|var)' ; true");
      expect(own).toBe('');
      expect(await inEngine('stat -f -c %T /dev/shm /dev/pts /proc')).toBe('tmpfs\ndevpts\nproc');
    });

    test('sees every device of the machine, and can use them', async () => {
      const devices = 'find /dev -xdev ! -type d | sort';
      expect(await inEngine(devices)).toBe(await inGuest(guest, devices));
      expect(await inEngine('head -c 1 /dev/kmsg >/dev/null && echo to the kernel >/dev/kmsg && test -r /dev/fd/0 && echo used')).toBe(
        'used',
      );
    });

    test('has all capabilities, no filter of system calls, and makes control groups of its own', async () => {
      const status = await inEngine('grep -E "^(CapEff|NoNewPrivs|Seccomp):" /proc/self/status');
      expect(status.split(/\s+/)).toEqual(['CapEff:', '000001ffffffffff', 'NoNewPrivs:', '0', 'Seccomp:', '0']);
      await inEngine('mkdir /sys/fs/cgroup/child && echo 64M >/sys/fs/cgroup/child/memory.max && echo $$ >/proc/sys/kernel/ns_last_pid');
      expect(await inGuest(guest, 'cat /sys/fs/cgroup/engine/child/memory.max')).toBe(String(64 << 20));
      expect(await inEngine('cat /sys/fs/cgroup/cgroup.controllers')).toMatch(/cpuset.*cpu.*io.*memory.*pids/);
    });

    test('outlives its program, and with it what the program has started', async () => {
      const [shim, first] = (await inEngine('cat /run/engine/shim /run/engine/pid')).split('\n');
      await inEngine('kill -9 $(cat /run/engine/pid); rm /run/engine/pid; until [ -s /run/engine/pid ]; do sleep 0.1; done');
      expect(await inEngine(`cat /run/engine/pid; cat /proc/${shim}/cgroup; tr "\\\\0" " " </proc/${shim}/cmdline`)).toMatch(
        new RegExp(`^(?!${first}\\b)\\d+\n0::/keep\nsleep 2147483647 ?$`),
      );
      expect(await inGuest(guest, 'cat /run/log/engine')).toMatch(
        /keep: \/usr\/lib\/fixtures\/engine ended with 137 after \d+ s and is started again in 0 s/,
      );
      expect(guest.stateLines().filter(({ name, event }) => name === 'engine' && event === 'exited')).toEqual([]);
    });

    test('lets nothing of it through to a container beside it', async () => {
      const status = await inGuest(guest, '$(cat /etc/moby/runtime) exec onlooker grep -E "^(CapEff|Seccomp):" /proc/self/status');
      expect(status.split(/\s+/)).toEqual(['CapEff:', '0000000000000000', 'Seccomp:', '2']);
    });

    test('ends cleanly', async () => {
      const exit = await guest.powerOff();
      expect(exit.verdict, exit.console.join('\n')).toBe('down');
      expect(guest.stateLines().find(({ name, event }) => name === 'engine' && event === 'exited')?.detail).toBe('0');
    });
  });
});
