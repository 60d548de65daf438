import { describe, expect, test } from 'vitest';
import { symlinkFarm, treeConflicts, type PlacedTree } from '../../src/build/guest/index.ts';

const base: PlacedTree = {
  label: 'init 1.0.0',
  placement: '',
  entries: [
    { path: 'usr', kind: 'directory' },
    { path: 'usr/bin', kind: 'directory' },
    { path: 'bin', kind: 'symlink' },
    { path: 'init', kind: 'file' },
  ],
};
const busybox: PlacedTree = {
  label: 'busybox 1.37.0',
  placement: '/c/0123456789ab',
  entries: [
    { path: 'usr', kind: 'directory' },
    { path: 'usr/bin', kind: 'directory' },
    { path: 'usr/bin/busybox', kind: 'file', same: 'sha256:1' },
    { path: 'usr/bin/sh', kind: 'symlink', same: 'busybox' },
    { path: 'usr/share/doc/busybox/copyright', kind: 'file' },
  ],
};
const crun: PlacedTree = {
  label: 'crun 1.21.0',
  placement: '/c/ba9876543210',
  entries: [
    { path: 'usr/lib/x/libz.so.1', kind: 'symlink', same: 'libz.so.1.3' },
    { path: 'usr/share/doc/busybox/copyright', kind: 'file' },
  ],
};

describe('symlinkFarm', () => {
  test('links every file and link at its own path, and leaves the base as it is', () => {
    const farm = symlinkFarm([base, busybox, crun]);
    expect(farm.findings).toEqual([]);
    expect(
      farm.ok && farm.value.map((entry) => (entry.kind === 'symlink' ? `${entry.path} -> ${entry.target}` : `${entry.path}/`)),
    ).toEqual([
      'usr/bin/busybox -> /c/0123456789ab/usr/bin/busybox',
      'usr/bin/sh -> /c/0123456789ab/usr/bin/sh',
      'usr/lib/',
      'usr/lib/x/',
      'usr/lib/x/libz.so.1 -> /c/ba9876543210/usr/lib/x/libz.so.1',
    ]);
  });

  test('does not depend on the order of the trees', () => {
    expect(symlinkFarm([crun, busybox, base])).toEqual(symlinkFarm([base, busybox, crun]));
  });

  test('refuses a path of the base too', () => {
    const taken = symlinkFarm([base, { ...crun, entries: [{ path: 'init', kind: 'file' }] }]);
    expect(taken.ok).toBe(false);
    expect(taken.findings[0]?.message).toBe('`/init` is in both init 1.0.0 and crun 1.21.0, which share the root of the machine');
  });
});

describe('treeConflicts', () => {
  const other = (entries: PlacedTree['entries']): readonly string[] =>
    treeConflicts('`db`', [busybox, { ...crun, entries }]).map(({ message }) => message.split(' ')[0] ?? '');

  test('merges folders and takes what is the same', () => {
    expect(
      other([
        { path: 'usr/bin', kind: 'directory' },
        { path: 'usr/bin/busybox', kind: 'file', same: 'sha256:1' },
      ]),
    ).toEqual([]);
  });

  test("finds different files, files of unknown content, and a file in a folder's place, sorted", () => {
    expect(
      other([
        { path: 'usr/bin/sh', kind: 'file', same: 'busybox' },
        { path: 'usr/bin/busybox', kind: 'file', same: 'sha256:2' },
      ]),
    ).toEqual(['`/usr/bin/busybox`', '`/usr/bin/sh`']);
    expect(treeConflicts('`db`', [crun, { ...crun, entries: [{ path: 'usr/lib/x/libz.so.1', kind: 'symlink' }] }])).toHaveLength(1);
    expect(other([{ path: 'usr/bin', kind: 'file' }])).toEqual(['`/usr/bin`']);
  });
});
