import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Artifact, parseDigest } from '@moby/model';
import { pvhElf, pvhLoadAddress } from '../src/pvh-elf.ts';

/**
 * A guest in a few hundred bytes: each step is machine code for what PVH enters (32-bit protected mode, no stack).
 * The addresses are those of a microvm: COM1, and the ACPI event device (QEMU, include/hw/i386/microvm.h and
 * include/hw/acpi/generic_event_device.h).
 */
export type Step = (at: number) => readonly number[];

const eventSelector = 0xfea0_0000;
const sleepControl = 0xfea0_0200;
const resetRegister = 0xfea0_0202;

/** Writes to the serial console. */
export function say(text: string): Step {
  const bytes = [...Buffer.from(text, 'latin1')];
  return (at) =>
    [
      [0xbe, ...word(at + 34)], // esi = the text, which stands behind this code
      [0xb9, ...word(bytes.length)], // ecx = its length
      [0xba, ...word(0x3fd), 0xec, 0xa8, 0x20, 0x74, 0xfb], // wait until COM1 can take a byte
      [0xba, ...word(0x3f8), 0xac, 0xee, 0xe2, 0xed], // write one; loop
      [0xe9, ...word(bytes.length)], // jump over the text
      bytes,
    ].flat();
}

/** The ACPI button was pressed (and the press is taken away). */
export const waitForButton: Step = () => [0xa1, ...word(eventSelector), 0xa8, 0x02, 0x74, 0xf7];

export const powerOff: Step = () => [0xc6, 0x05, ...word(sleepControl), 0x34, ...stop];

/** As a kernel's reboot does it. */
export const reset: Step = () => [0xc6, 0x05, ...word(resetRegister), 0x42, ...stop];

/** An empty interrupt table and an interrupt. */
export const tripleFault: Step = () => [0x0f, 0x01, 0x1d, ...word(emptyTable), 0xcc];

/** Interrupts off, and nothing more. */
export const hang: Step = () => [0xfa, ...stop];

const stop = [0xf4, 0xeb, 0xfd]; // hlt, again and again
const memoryBytes = 0x20000;
const emptyTable = pvhLoadAddress + memoryBytes - 16;

export function tinyKernel(steps: readonly Step[]): Uint8Array {
  const code = [0xfc]; // cld
  for (const step of steps) code.push(...step(pvhLoadAddress + code.length));
  return pvhElf(Buffer.from(code), memoryBytes);
}

/** An artifact folder whose kernel runs these steps. */
export function tinyArtifact(folder: string, steps: readonly Step[], changes: Partial<Artifact> = {}): Artifact {
  mkdirSync(folder, { recursive: true });
  const kernel = tinyKernel(steps);
  const initrd = Buffer.from('no initrd is read by this kernel');
  writeFileSync(join(folder, 'vmlinuz'), kernel);
  writeFileSync(join(folder, 'initrd.img'), initrd);
  const artifact: Artifact = {
    artifact: 1,
    name: 'tiny-os',
    version: '1.0.0',
    platform: 'linux/amd64',
    kernelRelease: '0.0.1-tiny',
    cmdline: 'console=ttyS0',
    files: [
      { role: 'kernel', name: 'vmlinuz', sizeBytes: kernel.length, digest: digestOf(kernel) },
      { role: 'initrd', name: 'initrd.img', sizeBytes: initrd.length, digest: digestOf(initrd) },
    ],
    segments: [],
    sizeBytes: kernel.length + initrd.length,
    memoryBytes: 32 * 1024 * 1024,
    leastMemoryBytes: 16 * 1024 * 1024,
    ports: [],
    services: [],
    expect: [],
    ...changes,
  };
  writeFileSync(join(folder, 'artifact.json'), `${JSON.stringify(artifact, undefined, 2)}\n`);
  return artifact;
}

export function digestOf(bytes: Uint8Array): Artifact['files'][number]['digest'] {
  const digest = parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  if (digest === undefined) throw new TypeError('not a digest');
  return digest;
}

function word(value: number): readonly number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];
}
