/** Where the code of a `pvhElf` stands in the machine's memory, and where it is entered. */
export const pvhLoadAddress = 0x100000;

const codeOffset = 0x100;

/**
 * The smallest kernel that QEMU boots with `-kernel`: a 32-bit ELF with one loaded segment and the Xen note that names
 * the PVH entry point (Xen, docs/misc/pvh.pandoc: 32-bit protected mode, flat segments, paging off, no stack).
 * `memoryBytes` counts from `pvhLoadAddress`; what the code does not fill is zero.
 */
export function pvhElf(code: Uint8Array, memoryBytes: number): Uint8Array {
  const elf = Buffer.alloc(codeOffset + code.length);
  elf.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]); // ELFCLASS32, ELFDATA2LSB, EV_CURRENT
  elf.writeUInt16LE(2, 16); // ET_EXEC
  elf.writeUInt16LE(3, 18); // EM_386
  elf.writeUInt32LE(1, 20);
  elf.writeUInt32LE(pvhLoadAddress, 24); // e_entry
  elf.writeUInt32LE(52, 28); // e_phoff
  elf.writeUInt16LE(52, 40); // e_ehsize
  elf.writeUInt16LE(32, 42); // e_phentsize
  elf.writeUInt16LE(2, 44); // e_phnum
  const load = [1, codeOffset, pvhLoadAddress, pvhLoadAddress, code.length, Math.max(memoryBytes, code.length), 7, 4096];
  const note = [4, 0xc0, 0, 0, 20, 20, 4, 4];
  for (const [index, word] of [...load, ...note].entries()) elf.writeUInt32LE(word, 52 + index * 4);
  elf.writeUInt32LE(4, 0xc0); // the name's size
  elf.writeUInt32LE(4, 0xc4); // the descriptor's size
  elf.writeUInt32LE(18, 0xc8); // XEN_ELFNOTE_PHYS32_ENTRY
  elf.write('Xen\0', 0xcc, 'latin1');
  elf.writeUInt32LE(pvhLoadAddress, 0xd0);
  elf.set(code, codeOffset);
  return elf;
}
