import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import { type Digest, Failure, hexOf } from '@moby/model';

/** A kernel that QEMU's `-kernel` takes, and what was done to it. */
export interface BootKernel {
  readonly path: string;
  readonly form: 'vmlinux' | 'vmlinuz';
  /** Why it is not the unpacked form; empty where it is, or where the shipped form was asked for. */
  readonly note: string;
}

export interface KernelSource {
  /** The kernel as it is shipped. */
  readonly path: string;
  readonly digest: Digest;
  /** Unpacked kernels are kept in its folder `vmlinux`, named by the shipped kernel's digest. */
  readonly cacheFolder: string;
}

export const maxVmlinuxBytes: number = 512 * 1024 * 1024;
export const maxVmlinuzBytes: number = 256 * 1024 * 1024;

/**
 * The unpacked kernel, which starts seconds sooner under emulation than the one that unpacks itself. Where the shipped
 * form can't be unpacked here it is booted as it is, with a note. Throws `wrong-digest` where the file is not the
 * artifact's.
 */
export async function bootKernel(source: KernelSource): Promise<BootKernel> {
  const folder = join(source.cacheFolder, 'vmlinux');
  const kept = join(folder, hexOf(source.digest));
  const known = await stat(kept).catch(() => undefined);
  if (known !== undefined && known.size > 0) return { path: kept, form: 'vmlinux', note: '' };
  const bytes = await readKernel(source);
  const extracted = await extractVmlinux(bytes);
  if (!extracted.ok) return { path: source.path, form: 'vmlinuz', note: extracted.reason };
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${hexOf(source.digest)}.${randomUUID()}`);
  try {
    await writeFile(temporary, extracted.vmlinux);
    await rename(temporary, kept);
  } finally {
    await rm(temporary, { force: true });
  }
  return { path: kept, form: 'vmlinux', note: '' };
}

async function readKernel(source: KernelSource): Promise<Buffer> {
  const { size } = await stat(source.path);
  if (size > maxVmlinuzBytes)
    throw new Failure({ code: 'limit', message: `\`${source.path}\` has ${size} bytes; a kernel may have ${maxVmlinuzBytes}` });
  const bytes = await readFile(source.path);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  if (digest === source.digest) return bytes;
  throw new Failure({
    code: 'wrong-digest',
    message: `\`${source.path}\` has ${digest}, and artifact.json says ${source.digest}`,
    hints: ['assemble it again'],
  });
}

export type Extraction = { readonly ok: true; readonly vmlinux: Uint8Array } | { readonly ok: false; readonly reason: string };

/**
 * The ELF inside an x86 bzImage (Linux, Documentation/arch/x86/boot.rst: `setup_sects`, `payload_offset`,
 * `payload_length`, protocol 2.08 and newer). The payload ends with the ELF's size in 4 bytes, little endian, which is
 * no part of the compressed stream. An ELF is taken as it is. Only an ELF with a PVH entry is of use to QEMU.
 */
export async function extractVmlinux(image: Buffer): Promise<Extraction> {
  if (isElf(image)) return withPvhEntry(image);
  if (image.length < 0x250) return { ok: false, reason: 'it is too short for a kernel' };
  if (image.toString('latin1', 0x202, 0x206) !== 'HdrS') return { ok: false, reason: 'it is neither a bzImage nor an ELF' };
  if (image.readUInt16LE(0x206) < 0x208) return { ok: false, reason: 'its boot protocol is older than 2.08' };
  const setupSectors = image.readUInt8(0x1f1);
  const start = ((setupSectors === 0 ? 4 : setupSectors) + 1) * 512 + image.readUInt32LE(0x248);
  const length = image.readUInt32LE(0x24c);
  if (length < 8 || start + length > image.length) return { ok: false, reason: 'its payload lies outside the file' };
  const size = image.readUInt32LE(start + length - 4);
  if (size > maxVmlinuxBytes) return { ok: false, reason: `its payload unpacks to ${size} bytes; ${maxVmlinuxBytes} are allowed` };
  const payload = image.subarray(start, start + length - 4);
  const unpack = codecOf(payload);
  if (unpack === undefined) return { ok: false, reason: 'its compression is neither zstd nor gzip' };
  const vmlinux = await unpack(payload, { maxOutputLength: Math.max(size, 1) }).catch(() => undefined);
  if (vmlinux === undefined || vmlinux.length !== size)
    return { ok: false, reason: `its payload does not unpack to the ${size} bytes that it names` };
  return isElf(vmlinux) ? withPvhEntry(vmlinux) : { ok: false, reason: 'its payload is not an ELF' };
}

type Unpack = (bytes: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

function codecOf(payload: Buffer): Unpack | undefined {
  switch (payload.toString('hex', 0, 4)) {
    case '28b52ffd':
      return promisify(zstdDecompress);
    case '1f8b0800':
    case '1f8b0808':
      return promisify(gunzip);
    default:
      return undefined;
  }
}

function isElf(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, 4) === '\x7fELF';
}

function withPvhEntry(elf: Buffer): Extraction {
  return hasPvhEntry(elf) ? { ok: true, vmlinux: elf } : { ok: false, reason: 'its ELF has no PVH entry (CONFIG_PVH)' };
}

/** A PT_NOTE segment with a note of name `Xen` and type 18 (XEN_ELFNOTE_PHYS32_ENTRY); little endian, as x86 is. */
function hasPvhEntry(elf: Buffer): boolean {
  if (elf.length < 64) return false;
  const wide = elf[4] === 2;
  const at = wide ? Number(elf.readBigUInt64LE(32)) : elf.readUInt32LE(28);
  const entrySize = elf.readUInt16LE(wide ? 54 : 42);
  const count = elf.readUInt16LE(wide ? 56 : 44);
  for (let index = 0; index < count; index += 1) {
    const header = at + index * entrySize;
    if (header + (wide ? 56 : 32) > elf.length) return false;
    if (elf.readUInt32LE(header) !== 4) continue;
    const offset = wide ? Number(elf.readBigUInt64LE(header + 8)) : elf.readUInt32LE(header + 4);
    const size = wide ? Number(elf.readBigUInt64LE(header + 32)) : elf.readUInt32LE(header + 16);
    if (offset + size <= elf.length && notesHavePvhEntry(elf.subarray(offset, offset + size))) return true;
  }
  return false;
}

function notesHavePvhEntry(notes: Buffer): boolean {
  let at = 0;
  while (at + 12 <= notes.length) {
    const nameSize = notes.readUInt32LE(at);
    const descriptorSize = notes.readUInt32LE(at + 4);
    if (notes.readUInt32LE(at + 8) === 18 && notes.toString('latin1', at + 12, at + 16) === 'Xen\0') return true;
    at += 12 + padded(nameSize) + padded(descriptorSize);
  }
  return false;
}

function padded(size: number): number {
  return Math.ceil(size / 4) * 4;
}
