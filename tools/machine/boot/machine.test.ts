import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Artifact } from '@moby/model';
import { bootMachine, type BootOptions, type Exit, type Machine } from '@moby/machine';
import { describeMachine, scratchFolder } from '@moby/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { digestOf, hang, powerOff, reset, say, type Step, tinyArtifact, tripleFault, waitForButton } from './tiny-guest.ts';

const startLines = 'moby: 0.10 init start\r\nmoby: 0.20 init containers 1\r\n';
const ready = say(`${startLines}moby: 0.30 service redis started 1\nmoby: 0.40 service redis ready\nmoby: 0.41 init ready\n`);
const goDown = [say('moby: 0.50 init stopping\nmoby: 0.60 init down\n'), powerOff];

async function boot(steps: readonly Step[], options: Partial<BootOptions> = {}, changes: Partial<Artifact> = {}): Promise<Machine> {
  const folder = scratchFolder();
  const artifact = tinyArtifact(join(folder, 'artifact'), steps, changes);
  return bootMachine({
    artifact,
    folder: join(folder, 'artifact'),
    cacheFolder: join(folder, 'cache'),
    env: process.env,
    limitMs: 60_000,
    ...options,
  });
}

function ending({ verdict, reason, console }: Exit): object {
  return { verdict, reason, console };
}

describeMachine('a machine', () => {
  test('tells its state lines, powers off by its button, and leaves its console in a file', async () => {
    const consoleLog = join(scratchFolder(), 'console.log');
    const machine = await boot([ready, waitForButton, ...goDown], { consoleLog });
    const said = await machine.waitFor(({ event }) => event === 'ready');
    expect(said?.line).toEqual({ uptimeSeconds: 0.4, subject: 'service', name: 'redis', event: 'ready', detail: '' });
    const exit = await machine.powerOff();
    expect(exit.verdict).toBe('down');
    expect(machine.stateLines().map((line) => `${line.subject} ${line.event}`)).toEqual([
      'init start',
      'init containers',
      'service started',
      'service ready',
      'init ready',
      'init stopping',
      'init down',
    ]);
    expect(readFileSync(consoleLog, 'utf8')).toContain('moby: 0.60 init down\n');
    expect(machine.plan.kernel.form).toBe('vmlinux');
  });

  test('is pressed again where the first press was lost', async () => {
    const machine = await boot([ready, waitForButton, say('a lost press\n'), waitForButton, ...goDown]);
    expect((await machine.powerOff()).verdict).toBe('down');
    expect(machine.console()).toContain('a lost press');
  });

  test("that panics is said to, with the end of its console, whatever QEMU's exit code", async () => {
    const machine = await boot([
      ready,
      say('[    3.912000] Kernel panic - not syncing: VFS: Unable to mount root fs\n\x1b[31mred\x07\n'),
      reset,
    ]);
    expect(ending(await machine.exited)).toEqual({
      verdict: 'panic',
      reason: '[    3.912000] Kernel panic - not syncing: VFS: Unable to mount root fs',
      console: [
        'moby: 0.10 init start',
        'moby: 0.20 init containers 1',
        'moby: 0.30 service redis started 1',
        'moby: 0.40 service redis ready',
        'moby: 0.41 init ready',
        '[    3.912000] Kernel panic - not syncing: VFS: Unable to mount root fs',
        '\\x1b[31mred\\x07',
      ],
    });
  });

  test.each([
    ['a triple fault', tripleFault],
    ['a reboot', reset],
  ] as const)('that restarts by %s is said to', async (_, step) => {
    const machine = await boot([say(startLines), step]);
    expect(ending(await machine.exited)).toEqual({
      verdict: 'reset',
      reason: 'the machine restarted by itself: a fault in the kernel, or a reboot',
      console: ['moby: 0.10 init start', 'moby: 0.20 init containers 1'],
    });
  });

  test('that says nothing is ended as hung', async () => {
    const machine = await boot([say('Booting ...\n'), hang], { silentAfterMs: 1500 });
    expect(ending(await machine.exited)).toEqual({ verdict: 'hang', reason: 'no state line within 1.5 s', console: ['Booting ...'] });
    expect(isAlive(machine.pid)).toBe(false);
  });

  test('that does not obey its button is ended as hung', async () => {
    const machine = await boot([ready, hang]);
    await machine.waitFor(({ event }) => event === 'ready');
    const exit = await machine.powerOff(1500);
    expect([exit.verdict, exit.reason]).toEqual(['hang', 'it did not switch off within 1.5 s of the power button']);
  });

  test('that says it is down and stays on is hung too', async () => {
    const machine = await boot([ready, say('moby: 1.0 init down\n'), hang]);
    expect((await machine.powerOff(1500)).verdict).toBe('hang');
  });

  test('whose init gives up is failed, with its reason', async () => {
    const machine = await boot([say('moby: 0.40 init failed memory 96 of 128 MB\n'), powerOff]);
    const exit = await machine.exited;
    expect([exit.verdict, exit.reason]).toEqual(['failed', 'memory 96 of 128 MB']);
  });

  test('that switches off without a word is failed', async () => {
    const machine = await boot([ready, powerOff]);
    const exit = await machine.exited;
    expect([exit.verdict, exit.reason]).toEqual(['failed', 'it switched off without the line `init down`']);
  });

  test('that somebody else ended is killed, and the signal is named', async () => {
    const machine = await boot([ready, hang]);
    await machine.waitFor(({ event }) => event === 'ready');
    process.kill(machine.pid, 'SIGKILL');
    const exit = await machine.exited;
    expect([exit.verdict, exit.reason]).toEqual(['killed', 'QEMU ended: signal SIGKILL']);
  });

  test('ends at its time limit', async () => {
    const machine = await boot([ready, hang], { limitMs: 2000 });
    const exit = await machine.exited;
    expect([exit.verdict, exit.reason]).toEqual(['killed', 'it ran for 2 s, its limit']);
  });

  test("that QEMU refuses to start is a failure with QEMU's words", async () => {
    await expect(boot([ready, hang], { cpus: 100_000 })).rejects.toMatchObject({
      code: 'guest-failed',
      message: expect.stringMatching(/^QEMU did not start the machine: .*CPUs/),
    });
  });

  test('whose files are not those of artifact.json is refused', async () => {
    const changed = boot([ready], {}, { files: [{ role: 'initrd', name: 'initrd.img', sizeBytes: 1, digest: digestOf(Buffer.alloc(0)) }] });
    await expect(changed).rejects.toMatchObject({ code: 'invalid-input', message: 'tiny-os has no kernel among its files' });
    const missing = boot([ready], {}, { files: [{ role: 'kernel', name: 'bzImage', sizeBytes: 1, digest: digestOf(Buffer.alloc(0)) }] });
    await expect(missing).rejects.toMatchObject({ code: 'not-found' });
    const longer = boot([ready], {}, { files: [{ role: 'kernel', name: 'vmlinuz', sizeBytes: 1, digest: digestOf(Buffer.alloc(0)) }] });
    await expect(longer).rejects.toMatchObject({ code: 'wrong-digest' });
  });

  test('leaves neither its process nor its private folder behind', async () => {
    const temporary = scratchFolder();
    vi.stubEnv('TMPDIR', temporary);
    onTestFinished(() => void vi.unstubAllEnvs());
    const machine = await boot([ready, hang]);
    const during = readdirSync(temporary).filter((name) => name.startsWith('moby-machine-'));
    expect(during).toHaveLength(1);
    expect(statSync(join(temporary, during[0] ?? '')).mode & 0o777).toBe(0o700);
    await machine.kill();
    expect(isAlive(machine.pid)).toBe(false);
    expect(readdirSync(temporary).filter((name) => name.startsWith('moby-machine-'))).toEqual([]);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
