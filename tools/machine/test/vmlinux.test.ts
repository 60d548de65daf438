import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type Digest, hexOf, parseDigest } from '@moby/model';
import { bootKernel, extractVmlinux } from '@moby/machine';
import { scratchFolder } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { pvhElf } from '../src/pvh-elf.ts';

const vmlinux = Buffer.from(pvhElf(Buffer.from('code of a kernel '.repeat(1000)), 0));

/** Boot sector and 3 setup sectors, then 64 bytes before the payload, which ends with its unpacked size. */
function bzImage(payload: Buffer, size: number = vmlinux.length): Buffer {
  const image = Buffer.alloc(4 * 512 + 64);
  image[0x1f1] = 3;
  image.write('HdrS', 0x202, 'latin1');
  image.writeUInt16LE(0x20f, 0x206);
  image.writeUInt32LE(64, 0x248);
  image.writeUInt32LE(payload.length + 4, 0x24c);
  const trailer = Buffer.alloc(4);
  trailer.writeUInt32LE(size);
  return Buffer.concat([image, payload, trailer, Buffer.from('what follows the payload')]);
}

function digestOf(bytes: Uint8Array): Digest {
  const digest = parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  if (digest === undefined) throw new TypeError('not a digest');
  return digest;
}

describe('the kernel inside a bzImage', () => {
  test.each([
    ['zstd', zstdCompressSync(vmlinux)],
    ['gzip', gzipSync(vmlinux)],
  ])('is unpacked from %s', async (_, payload) => {
    const extracted = await extractVmlinux(bzImage(payload));
    expect(extracted).toEqual({ ok: true, vmlinux });
  });

  test('is taken as it is where it is an ELF already', async () => {
    expect(await extractVmlinux(vmlinux)).toEqual({ ok: true, vmlinux });
  });

  const changed = (change: (image: Buffer) => void): Buffer => {
    const image = bzImage(zstdCompressSync(vmlinux));
    change(image);
    return image;
  };
  test.each([
    ['it is too short for a kernel', Buffer.from('MZ')],
    ['it is neither a bzImage nor an ELF', changed((image) => image.fill(0, 0x202, 0x206))],
    ['its boot protocol is older than 2.08', changed((image) => void image.writeUInt16LE(0x207, 0x206))],
    ['its payload lies outside the file', changed((image) => void image.writeUInt32LE(0xffff_fff0, 0x248))],
    ['its payload lies outside the file', changed((image) => void image.writeUInt32LE(0x7fff_ffff, 0x24c))],
    ['its payload lies outside the file', changed((image) => void image.writeUInt32LE(0, 0x24c))],
    ['its compression is neither zstd nor gzip', bzImage(Buffer.from('fd377a585a00', 'hex'))],
    ['its payload unpacks to 4294967295 bytes; 536870912 are allowed', bzImage(zstdCompressSync(vmlinux), 0xffff_ffff)],
    [
      `its payload does not unpack to the ${vmlinux.length - 1} bytes that it names`,
      bzImage(zstdCompressSync(vmlinux), vmlinux.length - 1),
    ],
    [`its payload does not unpack to the ${vmlinux.length} bytes that it names`, bzImage(zstdCompressSync(vmlinux).subarray(0, -9))],
    ['its payload is not an ELF', bzImage(zstdCompressSync(Buffer.from('hello')), 5)],
    ['its ELF has no PVH entry (CONFIG_PVH)', bzImage(zstdCompressSync(withoutNote()))],
    ['its ELF has no PVH entry (CONFIG_PVH)', Buffer.from('\x7fELF')],
  ])('is left alone: %s', async (reason, image) => {
    expect(await extractVmlinux(image)).toEqual({ ok: false, reason });
  });

  test('no header makes it read outside of the file', async () => {
    const image = bzImage(zstdCompressSync(vmlinux));
    for (let at = 0; at < 0x250; at += 1) {
      const broken = Buffer.from(image);
      broken[at] = 0xff;
      await expect(extractVmlinux(broken)).resolves.toBeDefined();
    }
    for (let at = 0; at < 0xd8; at += 1) {
      const broken = Buffer.from(vmlinux);
      broken[at] = 0xff;
      await expect(extractVmlinux(broken)).resolves.toBeDefined();
    }
  });
});

describe('the kernel that is booted', () => {
  test("is unpacked once, and kept by the shipped kernel's digest", async () => {
    const folder = scratchFolder();
    const image = bzImage(zstdCompressSync(vmlinux));
    const path = join(folder, 'vmlinuz');
    writeFileSync(path, image);
    const source = { path, digest: digestOf(image), cacheFolder: join(folder, 'cache') };
    const kernel = await bootKernel(source);
    expect(kernel).toEqual({ path: join(folder, 'cache', 'vmlinux', hexOf(source.digest)), form: 'vmlinux', note: '' });
    expect(readFileSync(kernel.path)).toEqual(vmlinux);
    writeFileSync(path, 'gone');
    expect(await bootKernel(source)).toEqual(kernel);
    expect(readdirSync(join(folder, 'cache', 'vmlinux'))).toEqual([hexOf(source.digest)]);
  });

  test("is the shipped one, with a note, where it can't be unpacked", async () => {
    const folder = scratchFolder();
    const path = join(folder, 'vmlinuz');
    writeFileSync(path, 'MZ');
    const kernel = await bootKernel({ path, digest: digestOf(Buffer.from('MZ')), cacheFolder: folder });
    expect(kernel).toEqual({ path, form: 'vmlinuz', note: 'it is too short for a kernel' });
  });

  test("is refused where it is not the artifact's", async () => {
    const folder = scratchFolder();
    const path = join(folder, 'vmlinuz');
    writeFileSync(path, 'MZ');
    await expect(bootKernel({ path, digest: digestOf(Buffer.from('ZM')), cacheFolder: folder })).rejects.toMatchObject({
      code: 'wrong-digest',
    });
  });
});

function withoutNote(): Buffer {
  const elf = Buffer.from(vmlinux);
  elf.write('Zen\0', 0xcc, 'latin1');
  return elf;
}
