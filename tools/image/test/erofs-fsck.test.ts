import { execFile } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ErofsEntry, Placement } from '@moby/image';
import { describeMachine, scratchFolder } from '@moby/testkit';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import {
  awkwardEntries,
  describeEntries,
  describeFolder,
  devices,
  digestOf,
  file,
  imageFile,
  type TreeInput,
  zeros,
} from './erofs-trees.ts';

// Thousands of files are extracted, which a busy machine does slowly.
vi.setConfig({ testTimeout: 120_000 });

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const one: Placement = { kind: 'tree', prefix: 'c/0123456789ab' };
const two: Placement = { kind: 'tree', prefix: 'c/ba9876543210' };

/** What fsck.erofs extracts of an image, and what went in. Owners need root. */
async function judge(trees: readonly TreeInput[]): Promise<void> {
  const folder = scratchFolder();
  const image = join(folder, 'image');
  await imageFile(image, trees);
  await fsck(image, `--extract=${join(folder, 'modes')}`, '--no-preserve-owner', '--preserve-perms');
  expect(describeFolder(join(folder, 'modes'), 'modes')).toEqual(describeEntries(trees, 'modes'));
  if (!isRoot) return;
  await fsck(image, `--extract=${join(folder, 'owners')}`, '--preserve');
  expect(describeFolder(join(folder, 'owners'), 'owners')).toEqual(describeEntries(trees, 'owners'));
}

async function fsck(image: string, ...options: readonly string[]): Promise<void> {
  const { stdout, stderr } = await run('fsck.erofs', [...options, image], { timeout: 60_000 });
  expect(`${stdout}${stderr}`).not.toMatch(/<E>|<W>/);
}

async function dump(image: string, path: string): Promise<string> {
  const { stdout } = await run('dump.erofs', [`--path=${path}`, image], { timeout: 10_000 });
  return stdout;
}

describeMachine(
  'fsck.erofs extracts what was given',
  () => {
    test('at every border of the format', async () => {
      await judge([{ placement: one, entries: [...awkwardEntries(), ...(isRoot ? devices : [])] }]);
    });

    test('of several trees in one image', async () => {
      const own = { kind: 'directory', path: 'c', mode: 0o711 } as const;
      const root = { kind: 'directory', path: '.', mode: 0o700 } as const;
      await judge([
        { placement: two, entries: [root, file('usr/bin/tool', 'tool', 0o755)] },
        { placement: one, entries: awkwardEntries() },
        {
          placement: { kind: 'base' },
          entries: [own, file('etc/hostname', 'moby\n'), { kind: 'symlink', path: 'bin', target: 'usr/bin' }],
        },
      ]);
    });

    test('whatever the tree', async () => {
      const name = fc.oneof(
        fc.stringMatching(/^[a-zA-Z0-9_.+-]{1,12}$/),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
        fc.constant('y'.repeat(255)),
      );
      const word = name.filter((text) => text.isWellFormed() && !/[/\0]/.test(text) && text !== '.' && text !== '..');
      const path = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => ['t', ...words].join('/'));
      const size = fc.oneof(fc.nat(5000), fc.constantFrom(4095, 4096, 4097, 8192, 300_000));
      const leaf = fc.oneof(
        fc.record({ kind: fc.constant('file' as const), mode: fc.nat(0o777).map((mode) => mode | 0o400), size, seed: fc.nat(5) }),
        fc.record({ kind: fc.constant('symlink' as const), target: fc.stringMatching(/^[a-z./]{1,300}$/) }),
        fc.record({ kind: fc.constant('directory' as const), mode: fc.nat(0o777).map((mode) => mode | 0o700) }),
      );
      const trees = fc.uniqueArray(fc.tuple(path, leaf), { selector: ([text]) => text, maxLength: 60 });
      await fc.assert(
        fc.asyncProperty(trees, trees, async (left, right) => {
          await judge([
            { placement: one, entries: toEntries(left) },
            { placement: two, entries: toEntries(right) },
          ]);
        }),
        { numRuns: 40 },
      );
    });
  },
  ['fsck.erofs'],
);

type Leaf =
  | { readonly kind: 'file'; readonly mode: number; readonly size: number; readonly seed: number }
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: 'directory'; readonly mode: number };

function toEntries(leaves: readonly (readonly [path: string, leaf: Leaf])[]): readonly ErofsEntry[] {
  const solid = new Set(leaves.filter(([, { kind }]) => kind !== 'directory').map(([path]) => path));
  const isFree = (path: string): boolean =>
    path.split('/').every((_, index, words) => index === 0 || !solid.has(words.slice(0, index).join('/')));
  return leaves
    .filter(([path]) => isFree(path) && Buffer.byteLength(path) < 1000 && path.split('/').every((word) => Buffer.byteLength(word) <= 255))
    .map(([path, leaf]): ErofsEntry => {
      if (leaf.kind !== 'file') return { path, ...leaf };
      const content = Buffer.alloc(leaf.size, `content ${leaf.seed}`);
      return { kind: 'file', path, mode: leaf.mode, content, ...(leaf.seed < 3 ? { digest: digestOf(content) } : {}) };
    });
}

describeMachine(
  'dump.erofs shows',
  () => {
    test('owners and modes', async () => {
      const image = join(scratchFolder(), 'image');
      await imageFile(image, [{ placement: one, entries: [...awkwardEntries(), ...devices] }]);
      const shown = async (path: string): Promise<string> => dump(image, `/c/0123456789ab/${path}`);
      expect(await shown('owned/by-someone')).toMatch(/Uid: 999\s+Gid: 65535\s+Access: 0755/);
      expect(await shown('owned/by-a-large-id')).toMatch(/Uid: 65536\s+Gid: 4294967294\s+Access: 0640/);
      expect(await shown('owned/large')).toMatch(/Uid: 100000\s+Gid: 0\s+Access: 0750/);
      expect(await shown('dev/vda')).toMatch(/Uid: 0\s+Gid: 6\s+Access: 0660/);
      expect(await shown('tmp')).toMatch(/Links: 2\b[^]*Access: 0777/);
    });

    test('100,000 entries in one folder, and fsck.erofs finds all of them', async () => {
      const image = join(scratchFolder(), 'image');
      const names = Array.from({ length: 100_000 }, (_, index) => index.toString(36));
      await imageFile(image, [{ placement: one, entries: names.map((name) => file(`all/${name}`, name)) }]);
      await fsck(image);
      const { stdout } = await run('dump.erofs', ['--ls', '--path=/c/0123456789ab/all', image], { timeout: 10_000, maxBuffer: 2 ** 25 });
      const listed = [...stdout.matchAll(/^ +\d+ +1 {2}(.+)$/gm)].map(([, name]) => name);
      expect(listed).toEqual(names.toSorted());
    });

    test('a file of more than 4 GiB, and what comes after it', async () => {
      const image = join(scratchFolder(), 'image');
      const count = 65;
      const chunks = function* (): Generator<Uint8Array> {
        for (let index = 0; index < count; index += 1) yield zeros;
        yield Buffer.from('the end');
      };
      const sizeBytes = count * zeros.length + 7;
      await imageFile(image, [
        { placement: one, entries: [{ kind: 'file', path: 'big', mode: 0o644, content: { sizeBytes, chunks } }, file('z', 'after')] },
      ]);
      await fsck(image);
      expect(await dump(image, '/c/0123456789ab/big')).toContain(`Size: ${sizeBytes}`);
      expect(await dump(image, '/c/0123456789ab/z')).toContain('Size: 5');
    });

    test('a damaged superblock to fsck.erofs', async () => {
      const image = join(scratchFolder(), 'image');
      await imageFile(image, [{ placement: one, entries: [file('a', 'a')] }]);
      await fsck(image);
      const descriptor = openSync(image, 'r+');
      writeSync(descriptor, Buffer.from([1]), 0, 1, 1024 + 64);
      closeSync(descriptor);
      await expect(fsck(image)).rejects.toThrow(/chksum/);
    });
  },
  ['fsck.erofs', 'dump.erofs'],
);
