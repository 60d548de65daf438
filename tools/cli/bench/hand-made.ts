import { mkdirSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { parseDigest, type Artifact } from '@moby/model';
import { readCpio, unpackInitrd, writeCpio, type CpioEntry } from './cpio.ts';

/** What a person would write by hand for one redis: one archive, one script, no container, no supervisor. */
const init = (modules: readonly string[]): string => `#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
exec >/dev/console 2>&1
${modules.map((path) => `insmod ${path}`).join('\n')}
ip link set lo up
ip link set eth0 up
ip addr add 10.0.2.15/24 dev eth0
ip route add default via 10.0.2.2
exec /usr/bin/redis-server --bind 0.0.0.0 --port 6379 --protected-mode no --save ""
`;

const usrMerged: readonly string[] = ['bin', 'sbin', 'lib', 'lib64'];
/** inode(7): the type stands in the upper bits. */
const folderMode = 0o040755;
const linkMode = 0o120777;

/** Modules that only containers, the power button, and DHCP need. */
const notNeeded = /\/(?:overlay|button|evdev|af_packet)\.ko$/;

/** The same kernel, redis, libraries and busybox as an artifact has, in an initrd made by hand. */
export async function makeByHand(artifact: Artifact, from: string, to: string): Promise<Artifact> {
  mkdirSync(to, { recursive: true });
  copyFileSync(join(from, 'vmlinuz'), join(to, 'vmlinuz'));
  const entries = readCpio(await unpackInitrd(readFileSync(join(from, 'initrd.img')), artifact.segments));
  const modules = textOf(entries, 'etc/moby/modules')
    .split('\n')
    .filter((path) => path !== '' && !notNeeded.test(path));
  const lower = textOf(entries, 'etc/moby/services/redis/lower').trim().split(':');
  const busybox = entries.find(({ path }) => /^c\/[0-9a-f]{12}\/usr\/bin\/busybox$/.test(path))?.path.slice(0, 'c/'.length + 12);
  const trees = [...lower.map((path) => path.slice(1)), ...(busybox === undefined ? [] : [busybox])];
  const chosen = new Map<string, CpioEntry>();
  const put = (entry: CpioEntry): void => void chosen.set(entry.path, entry);
  for (const path of ['usr', 'usr/bin', 'usr/sbin', 'usr/lib', 'usr/lib64', 'proc', 'sys', 'dev', 'tmp', 'run', 'etc', 'var', 'root'])
    put({ path, mode: folderMode, bytes: Buffer.alloc(0) });
  for (const tree of trees) for (const entry of below(entries, tree)) put(entry);
  for (const entry of entries.filter(({ path }) => path.startsWith('usr/lib/modules'))) put(entry);
  for (const name of usrMerged) put({ path: name, mode: linkMode, bytes: Buffer.from(`usr/${name}`) });
  put({ path: 'init', mode: 0o100755, bytes: Buffer.from(init(modules)) });
  const cpio = writeCpio([...chosen.values()].sort((x, y) => (x.path < y.path ? -1 : 1)));
  const bytes = zstdCompressSync(cpio, { params: { [constants.ZSTD_c_compressionLevel]: 3 } });
  writeFileSync(join(to, 'initrd.img'), bytes);
  const digest = parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  const files = artifact.files.map((file) =>
    file.role === 'initrd' && digest !== undefined ? { ...file, sizeBytes: bytes.length, digest } : file,
  );
  return { ...artifact, name: 'by-hand', files, services: [], expect: [] };
}

function textOf(entries: readonly CpioEntry[], path: string): string {
  return entries.find((entry) => entry.path === path)?.bytes.toString('utf8') ?? '';
}

/** A tree's entries as they lie in a root; what links to /usr is put there by hand. */
function below(entries: readonly CpioEntry[], tree: string): readonly CpioEntry[] {
  const inside = entries
    .filter(({ path }) => path.startsWith(`${tree}/`))
    .map((entry) => ({ ...entry, path: entry.path.slice(tree.length + 1) }));
  return inside.filter(({ path }) => !usrMerged.includes(path));
}
