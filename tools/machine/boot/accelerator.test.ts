import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findQemu, type Qemu } from '@moby/machine';
import { describeMachine, scratchFolder } from '@moby/testkit';
import { beforeAll, expect, test } from 'vitest';
import { chooseAccelerator, type Probe, runProbe } from '../src/accelerator.ts';
import { probeGuest } from '../src/probe-guest.ts';
import { hang, say, tinyKernel, tripleFault } from './tiny-guest.ts';

describeMachine('the probe of an accelerator', () => {
  let qemu: Qemu;
  beforeAll(async () => {
    qemu = await findQemu('linux/amd64', process.env);
  });
  const probe = (changes: Partial<Probe>): Probe => ({
    platform: 'linux/amd64',
    qemu,
    env: process.env,
    accelerator: 'tcg',
    guest: probeGuest(),
    limitMs: 20_000,
    ...changes,
  });

  test('runs a guest through page tables and long mode to its marker', async () => {
    expect(await runProbe(probe({}))).toEqual({ works: true });
  });

  test('recognises a guest that hangs, within its limit, and leaves no process', async () => {
    const before = qemuProcesses();
    const verdict = await runProbe(probe({ guest: tinyKernel([say('almost\n'), hang]), limitMs: 1000 }));
    expect(verdict).toEqual({ works: false, reason: 'did not start a guest within 1 s' });
    expect(qemuProcesses()).toEqual(before);
  });

  test('recognises a guest that faults', async () => {
    expect(await runProbe(probe({ guest: tinyKernel([tripleFault]) }))).toEqual({ works: false, reason: 'QEMU ended (exit 0)' });
  });

  test("a KVM device that opens and is none means emulation, with QEMU's reason, and is asked once a boot of the host", async () => {
    const cacheFolder = join(scratchFolder(), 'cache');
    const host = { architecture: 'x64', kvmDevice: '/dev/null', bootId: 'boot-1' };
    const broken = { ...qemu, path: join(cacheFolder, 'no-such-qemu') };
    // QEMU opens /dev/kvm itself; where that works, this host can't show the case.
    if (!existsSync('/dev/kvm')) {
      const answer = await chooseAccelerator({ platform: 'linux/amd64', qemu, env: process.env, cacheFolder, host });
      expect(answer).toMatchObject({ kind: 'tcg', reason: expect.stringMatching(/^KVM: QEMU ended \(.*kvm/i) });
      expect(JSON.parse(readFileSync(join(cacheFolder, 'kvm.json'), 'utf8'))).toMatchObject({
        key: `boot-1 ${qemu.path} ${qemu.version}`,
        kind: 'tcg',
      });
      expect(await chooseAccelerator({ platform: 'linux/amd64', qemu, env: {}, cacheFolder, host })).toEqual(answer);
    }
    await expect(chooseAccelerator({ platform: 'linux/amd64', qemu: broken, env: {}, cacheFolder, host })).rejects.toMatchObject({
      code: 'io',
    });
  });
});

function qemuProcesses(): readonly string[] {
  return execFileSync('ps', ['-eo', 'pid=,comm=', '--sort=pid'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('qemu-system'))
    .sort();
}
