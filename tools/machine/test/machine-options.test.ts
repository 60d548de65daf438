import { type MachineSettings, machineOptions } from '@moby/machine';
import { expectGolden } from '@moby/testkit';
import { describe, expect, test } from 'vitest';

const settings: MachineSettings = {
  platform: 'linux/amd64',
  accelerator: 'tcg',
  cpus: 2,
  memoryBytes: 256 * 1024 * 1024,
  kernel: '/cache/vmlinux/0123',
  initrd: '/out/redis-os/linux-amd64/initrd.img',
  cmdline: ['console=ttyS0 quiet', 'cryptomgr.notests=1'],
  hostKhz: 2_096_019,
  forwards: [
    { host: 16_379, machine: 6379 },
    { host: 17_000, machine: 7000 },
  ],
  qmpSocket: '/run/moby-machine-1/qmp',
  agentSocket: undefined,
};

function lines(options: readonly string[]): string {
  return `${options.join('\n').replace(/\n(?!-)/g, ' ')}\n`;
}

describe('the arguments of QEMU', () => {
  test("emulated, with the time stamp counter's rate", () => {
    expectGolden('options-tcg.txt', lines(machineOptions(settings)));
  });

  test('with KVM, without it', () => {
    expectGolden('options-kvm.txt', lines(machineOptions({ ...settings, accelerator: 'kvm' })));
  });

  test('with the port of a test agent, and commas in paths', () => {
    expectGolden(
      'options-agent.txt',
      lines(machineOptions({ ...settings, forwards: [], qmpSocket: '/run/a,b/qmp', agentSocket: '/run/a,b/agent' })),
    );
  });

  test('with disks that are only read, by their serial numbers', () => {
    expectGolden(
      'options-disks.txt',
      lines(
        machineOptions({
          ...settings,
          forwards: [],
          disks: [
            { path: '/out/a,b/system.erofs', serial: 'moby-trees' },
            { path: '/out/data.img', serial: undefined },
          ],
        }),
      ),
    );
  });

  test('round memory up to whole mebibytes', () => {
    const options = machineOptions({ ...settings, memoryBytes: 100_000_000 });
    expect(options[options.indexOf('-m') + 1]).toBe('96');
  });

  test('forward on 127.0.0.1 alone', () => {
    for (const option of machineOptions(settings)) expect(option.replaceAll('hostfwd=tcp:127.0.0.1:', '')).not.toContain('hostfwd');
  });

  test("leave out the counter's rate where the host does not tell it", () => {
    expect(machineOptions({ ...settings, hostKhz: undefined }).join(' ')).not.toContain('tsc_early_khz');
  });

  test('exist for platforms that have a machine', () => {
    expect(() => machineOptions({ ...settings, platform: 'linux/s390x' })).toThrow("linux/s390x can't be run here yet");
  });
});
