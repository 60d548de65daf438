import { createHash } from 'node:crypto';
import fs, { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository } from '@moby/governor/collect';
import { scratchFolder } from '@moby/testkit';
import { readObject } from 'isomorphic-git';
import { expect, test } from 'vitest';
import { git } from './native-git.ts';

/** Files that grow and shrink from commit to commit, so that each is worth writing as a difference to the one before. */
function history(commits: number, bytes: Buffer): string {
  const folder = join(scratchFolder(), 'library');
  mkdirSync(join(folder, 'inner'), { recursive: true });
  git(folder, 'init', '--quiet');
  for (let round = 0; round < commits; round += 1) {
    const lines = Array.from({ length: 60 + (round % 5) * 9 }, (_, index) => `line ${index} of ${index % 7 === round % 7 ? round : 'all'}`);
    writeFileSync(join(folder, 'inner/file'), lines.join('\n'));
    writeFileSync(join(folder, 'bytes'), Buffer.concat([bytes, Buffer.from(`${round}`)]));
    writeFileSync(join(folder, 'empty'), '');
    git(folder, 'add', '.');
    git(folder, 'commit', '--quiet', '-m', `change ${round}`);
  }
  git(folder, 'tag', '-a', '-m', 'a tag', 'heavy');
  return folder;
}

function allObjects(folder: string): readonly { readonly oid: string; readonly type: string; readonly size: number }[] {
  const lines = git(folder, 'cat-file', '--batch-all-objects', '--batch-check').trim().split('\n');
  return lines.map((line) => {
    const [oid = '', type = '', size = ''] = line.split(' ');
    return { oid, type, size: Number(size) };
  });
}

function isOf<Type extends string>(type: string, ...types: readonly Type[]): type is Type {
  return types.some((one) => one === type);
}

test('every object has the bytes that isomorphic-git reads: loose, whole in a pack, and as differences to offsets and to oids', async () => {
  // A difference copies at most 64 KiB at once, which is written in a way of its own.
  const folder = history(12, Buffer.concat(Array.from({ length: 5000 }, (_, index) => createHash('sha256').update(`${index}`).digest())));
  const objects = allObjects(folder);
  const cache = {};
  const reference = new Map<string, Buffer>();
  for (const kind of ['loose', 'offsets', 'oids', 'two packs']) {
    if (kind === 'offsets' || kind === 'oids') git(folder, '-c', `repack.useDeltaBaseOffset=${kind === 'offsets'}`, 'repack', '-adfq');
    if (kind === 'two packs') {
      writeFileSync(join(folder, 'inner/file'), 'other');
      git(folder, 'commit', '--quiet', '-am', 'other');
      git(folder, 'repack', '-dq');
    }
    const repository = openRepository(folder);
    for (const { oid, type, size } of objects) {
      if (!isOf(type, 'blob', 'commit', 'tag', 'tree')) throw new Error(type);
      expect(repository.objects.headOf(oid)).toMatchObject({ type, size });
      const bytes = await repository.objects.read(oid, type, size);
      if (!reference.has(oid)) {
        const { object } = await readObject({ fs, gitdir: join(folder, '.git'), oid, format: 'content', cache });
        reference.set(oid, Buffer.from(object instanceof Uint8Array ? object : []));
      }
      expect(bytes.equals(reference.get(oid) ?? Buffer.from('?')), `${kind} ${type} ${oid}`).toBe(true);
    }
    if (kind === 'offsets') expect(differenceKinds(folder)).toEqual(new Set([6]));
    if (kind === 'oids') expect(differenceKinds(folder)).toEqual(new Set([7]));
  }
});

test('a pack in which a byte is another gives the right bytes or says that it is damaged', async () => {
  const folder = history(3, Buffer.from('bytes'));
  git(folder, 'repack', '-adfq');
  const pack = packOf(folder).replace(/idx$/, 'pack');
  const whole = readFileSync(pack);
  const objects = allObjects(folder);
  chmodSync(pack, 0o644);
  let damaged = 0;
  for (let at = 12; at < whole.length; at += 11) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
    writeFileSync(pack, bytes);
    const repository = openRepository(folder);
    for (const { oid, type, size } of objects) {
      if (!isOf(type, 'blob', 'commit', 'tag', 'tree')) continue;
      const code = await repository.objects.read(oid, type, size).then(
        ({ length }) => (length === size ? 'read' : 'other'),
        (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
      );
      expect(['read', 'unreadable-repository', 'limit'], `${at} ${oid}: ${String(code)}`).toContain(code);
      if (code !== 'read') damaged += 1;
    }
  }
  expect(damaged).toBeGreaterThan(50);
});

/** How the headers of the differences in a pack say what they differ from: 6 by an offset, 7 by an oid. */
function differenceKinds(folder: string): ReadonlySet<number> {
  const told = git(folder, 'verify-pack', '-v', packOf(folder));
  expect(told).toMatch(/chain length = [2-9]/);
  const pack = readFileSync(packOf(folder).replace(/idx$/, 'pack'));
  const offsets = [...told.matchAll(/^[0-9a-f]{40} +[a-z]+ +[0-9]+ [0-9]+ ([0-9]+) [0-9]+ [0-9a-f]{40}$/gm)].map(([, at]) => Number(at));
  return new Set(offsets.map((at) => ((pack[at] ?? 0) >> 4) & 7));
}

function packOf(folder: string): string {
  const packs = join(folder, '.git/objects/pack');
  return join(packs, readdirSync(packs).find((name) => name.endsWith('.idx')) ?? '');
}
