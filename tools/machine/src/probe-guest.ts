import { pvhElf, pvhLoadAddress } from './pvh-elf.ts';

/** What the probe's guest says on the serial console once it runs. */
export const probeMarker = 'moby-probe: a guest runs';

/**
 * A guest that does what every kernel does early and what a half-working accelerator fails at: page tables, long mode,
 * CPUID, a BMI2 instruction where the CPU has it. Then it writes `probeMarker` to COM1 and halts.
 */
export function probeGuest(): Uint8Array {
  const text = Buffer.from(`${probeMarker}\n`, 'latin1');
  const at = (offset: number): readonly number[] => word(pvhLoadAddress + offset);
  const code = [
    hex('fc'), // cld
    [hex('c705'), at(0x1000), at(0x2003)].flat(), // PML4[0] → the table at +0x2000, present and writable
    [hex('c705'), at(0x2000), at(0x3003)].flat(), // its [0] → the directory at +0x3000
    [hex('c705'), at(0x3000), word(0x83)].flat(), // its [0] → the first 2 MiB, one page
    hex('0f20e0 83c820 0f22e0'), // cr4 |= PAE
    [hex('b8'), at(0x1000), hex('0f22d8')].flat(), // cr3 = PML4
    [hex('b9'), word(0xc0000080), hex('0f32 0d'), word(0x100), hex('0f30')].flat(), // EFER |= LME
    [hex('0f20c0 0d'), word(0x80000000), hex('0f22c0')].flat(), // cr0 |= PG
    [hex('0f0115'), at(0xb1)].flat(), // lgdt [descriptor]
    [hex('ea'), at(0x57), hex('0800')].flat(), // far jump into the 64-bit segment, to the next line
    hex('31c0 0fa2 83f807 7221'), // cpuid 0: no leaf 7 → print
    [hex('b8'), word(7), hex('31c9 0fa2 f7c3'), word(0x100), hex('7410')].flat(), // cpuid 7: no BMI2 → print
    [hex('b9'), word(3), hex('c4e2f1f7c1')].flat(), // ecx = 3; shlx rax, rcx, rcx
    hex('c4e3fbf0c001'), // rorx rax, rax, 1
    [hex('be'), at(0xb7), hex('b9'), word(text.length)].flat(), // print: esi = text, ecx = its length
    [hex('ba'), word(0x3fd), hex('ec a820 74fb')].flat(), // wait until COM1 can take a byte
    [hex('ba'), word(0x3f8), hex('ac ee e2ed')].flat(), // write one; loop
    hex('f4 ebfd'), // hlt, for ever
    hex('0000000000000000 ffff0000009aaf00'), // the segment table: null, 64-bit code
    [hex('0f00'), at(0xa1)].flat(), // its descriptor: limit and address
  ].flat();
  return pvhElf(Buffer.concat([Buffer.from(code), text]), 0x4000);
}

function word(value: number): readonly number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];
}

function hex(text: string): readonly number[] {
  return [...Buffer.from(text.replaceAll(' ', ''), 'hex')];
}
