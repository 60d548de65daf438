import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ErofsEntry, Placement } from '@moby/image';
import { bootGuest, type BootedGuest } from '@moby/machine';
import type { Artifact } from '@moby/model';
import { describeMachine, inGuest, removeFolder, temporaryFolder } from '@moby/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { awkwardEntries, devices, digestOf, file, imageFile, type TreeInput, zeros } from '../../image/test/erofs-trees.ts';
import { readCpio, unpackInitrd } from '../bench/cpio.ts';
import { buildMachine } from './build-machine.ts';

const awkward = 'c/0123456789ab';
const largeBytes = 65 * zeros.length + 7;
const typeBits = 0o170000;

/** A file of more than 4 GiB of which only the end is written anywhere. */
const large: ErofsEntry = {
  kind: 'file',
  path: 'large',
  mode: 0o600,
  content: {
    sizeBytes: largeBytes,
    chunks: function* () {
      for (let at = 0; at + zeros.length < largeBytes; at += zeros.length) yield zeros;
      yield Buffer.from('the end');
    },
  },
};

/** The components' trees of an artifact, as they lie in its initrd. */
async function treesOf(artifact: Artifact, folder: string): Promise<readonly TreeInput[]> {
  const trees = new Map<string, ErofsEntry[]>();
  for (const { path, mode, bytes } of readCpio(await unpackInitrd(readFileSync(join(folder, 'initrd.img')), artifact.segments))) {
    const [, prefix, inner] = /^(c\/[0-9a-f]{12})\/(.+)$/.exec(path) ?? [];
    if (prefix === undefined || inner === undefined) continue;
    const entries = trees.get(prefix) ?? [];
    trees.set(prefix, entries);
    const type = mode & typeBits;
    if (type === 0o120000) entries.push({ kind: 'symlink', path: inner, target: bytes.toString('utf8') });
    else if (type === 0o040000) entries.push({ kind: 'directory', path: inner, mode: mode & 0o7777 });
    else entries.push({ kind: 'file', path: inner, mode: mode & 0o7777, content: bytes });
  }
  return [...trees].map(([prefix, entries]) => ({ placement: { kind: 'tree', prefix } as const, entries }));
}

describeMachine('an erofs image on a disk', () => {
  const scratch = temporaryFolder();
  let guest: BootedGuest;
  let trees: readonly TreeInput[];

  beforeAll(async () => {
    const built = await buildMachine('disk', scratch);
    const placement: Placement = { kind: 'tree', prefix: awkward };
    // What the guest says is read line by line.
    const readable = awkwardEntries().filter(({ path }) => !path.includes('\n'));
    trees = [...(await treesOf(built.artifact, built.folder)), { placement, entries: [...readable, ...devices] }];
    const disks = [
      [...trees, { placement: { kind: 'tree', prefix: 'c/large' } as const, entries: [large] }],
      [{ placement: { kind: 'base' } as const, entries: [file('second', 'disk')] }],
    ];
    const files: Artifact['files'][number][] = [];
    for (const [index, disk] of disks.entries()) {
      const name = `disk${index}.erofs`;
      await imageFile(join(built.folder, name), disk);
      files.push({ role: 'disk', name, sizeBytes: statSync(join(built.folder, name)).size, digest: digestOf(name) });
    }
    guest = await bootGuest({
      artifact: { ...built.artifact, files: [...built.artifact.files, ...files] },
      folder: built.folder,
      cacheFolder: join(scratch, 'cache'),
      env: process.env,
      accelerator: 'tcg',
      limitMs: 240_000,
    });
    await inGuest(guest, 'mkdir -p /run/image /run/second /run/merged && mount -t erofs -o ro /dev/vda /run/image');
  });

  afterAll(async () => {
    await guest?.kill();
    await removeFolder(scratch);
  });

  test('gives every file its bytes', async () => {
    const said = await inGuest(guest, 'cd /run/image && find . -type f ! -name large -print0 | xargs -0 sha256sum');
    const found = said.split('\n').map((line) => [line.slice(68), line.slice(0, 64)] as const);
    const given = trees.flatMap(({ placement, entries }) =>
      entries.flatMap((entry) =>
        entry.kind === 'file' && entry.content instanceof Uint8Array
          ? [
              [
                `${placement.kind === 'tree' ? placement.prefix : ''}/${entry.path}`,
                digestOf(entry.content).slice('sha256:'.length),
              ] as const,
            ]
          : [],
      ),
    );
    expect(given.length).toBeGreaterThan(3200);
    expect(new Map(found)).toEqual(new Map(given));
  });

  test('gives links their targets, devices their numbers, and all their modes and owners', async () => {
    const list = String.raw`cd /run/image/${awkward} && find . -mindepth 1 -print0 | xargs -0 stat -c '%a %u:%g %t:%T %n'`;
    const found = new Map(
      (await inGuest(guest, list)).split('\n').map((line) => {
        const [mode = '', owner = '', device = '', ...path] = line.split(' ');
        return [path.join(' ').slice(2), `${mode} ${owner} ${device}`] as const;
      }),
    );
    const entries = trees.find(({ placement }) => placement.kind === 'tree' && placement.prefix === awkward)?.entries ?? [];
    for (const entry of entries) {
      const device = 'major' in entry ? `${entry.major.toString(16)}:${entry.minor.toString(16)}` : '0:0';
      const mode = entry.kind === 'symlink' ? 0o777 : entry.mode;
      expect(found.get(entry.path), entry.path).toBe(`${mode.toString(8)} ${entry.uid ?? 0}:${entry.gid ?? 0} ${device}`);
    }
    for (const entry of entries)
      if (entry.kind === 'symlink') expect(await inGuest(guest, `readlink /run/image/${awkward}/${entry.path}`)).toBe(entry.target);
  });

  test('finds every name of a large folder, and none that is not there', async () => {
    const look = `cd /run/image/${awkward}/many && n=0; for f in *; do [ -e "./$f" ] && n=$((n+1)); done; for f in 0 entry entry-x zzz -; do [ ! -e "./$f" ] || echo "$f"; done; echo $n`;
    expect(await inGuest(guest, look)).toBe('3000');
  });

  test('reads behind the first 4 GiB of a file', async () => {
    const path = '/run/image/c/large/large';
    expect(await inGuest(guest, `stat -c %s ${path}`)).toBe(String(largeBytes));
    expect(await inGuest(guest, `dd if=${path} bs=4096 skip=${Math.floor(largeBytes / 4096)} 2>/dev/null`)).toBe('the end');
  });

  test('is the lower layers of an overlay', async () => {
    const lower = trees.map(({ placement }) => (placement.kind === 'tree' ? `/run/image/${placement.prefix}` : '')).join(':');
    await inGuest(guest, `mount -t overlay -o ro,lowerdir=${lower} overlay /run/merged`);
    const busybox = trees.flatMap(({ entries }) => entries).find(({ path }) => path === 'usr/bin/busybox');
    if (busybox?.kind !== 'file' || !(busybox.content instanceof Uint8Array)) throw new Error('no tree has busybox');
    expect(await inGuest(guest, 'sha256sum /run/merged/usr/bin/busybox')).toContain(digestOf(busybox.content).slice('sha256:'.length));
    expect(await inGuest(guest, '/run/merged/usr/bin/busybox echo it runs')).toBe('it runs');
  });

  test('can not be written, and is seen in its order', async () => {
    expect(await inGuest(guest, 'cat /sys/block/vda/ro /sys/block/vdb/ro')).toBe('1\n1');
    await inGuest(guest, 'mount -t erofs -o ro /dev/vdb /run/second');
    expect(await inGuest(guest, 'cat /run/second/second')).toBe('disk');
  });

  test('leaves the kernel nothing to complain about', async () => {
    expect(await inGuest(guest, 'dmesg | grep -iE "erofs|I/O error" | grep -v "mounted with"; true')).toBe('');
  });
});
