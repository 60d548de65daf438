import { type ErofsEntry, type ErofsTree, type Placement, planErofs, planErofsTree, writeErofs } from '@moby/image';
import { describe, expect, test } from 'vitest';
import { crc32c } from '../src/erofs/crc32c.ts';
import { awkwardEntries, devices, digestOf, file, imageBytes, makeImage, noise } from './erofs-trees.ts';

const one: Placement = { kind: 'tree', prefix: 'c/0123456789ab' };
const two: Placement = { kind: 'tree', prefix: 'c/ba9876543210' };
const base: Placement = { kind: 'base' };
const block = 4096;

async function read(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

describe('an erofs image', () => {
  test('has the bytes of its golden digest', async () => {
    const trees = [{ placement: one, entries: [...awkwardEntries(), ...devices] }];
    expect(digestOf(await imageBytes(trees))).toBe('sha256:0b6df8c0e942522e2c5bc8c9eea97a501b56a5e6991d235d58629b9fc1d5df41');
  });

  test('has the same bytes for any order of entries and of trees', async () => {
    const trees = [
      { placement: one, entries: awkwardEntries() },
      { placement: two, entries: [file('usr/bin/a', 'a')] },
      { placement: base, entries: [{ kind: 'directory', path: 'c', mode: 0o711 } as const, file('etc/x', 'x')] },
    ];
    const turned = trees.map(({ placement, entries }) => ({ placement, entries: [...entries].reverse() })).reverse();
    expect((await imageBytes(turned)).equals(await imageBytes(trees))).toBe(true);
  });

  test('takes its uuid from what is in it, and its time from nowhere but the caller', async () => {
    const [first, other, later] = await Promise.all([
      imageBytes([{ placement: one, entries: [file('a', 'a')] }]),
      imageBytes([{ placement: one, entries: [file('b', 'a')] }]),
      imageBytes([{ placement: one, entries: [file('a', 'a')] }], { modifiedSeconds: 1_700_000_000 }),
    ]);
    const uuid = (image: Buffer): string => image.toString('hex', 1024 + 48, 1024 + 64);
    expect(new Set([first, other, later].map(uuid)).size).toBe(3);
    expect(uuid(first)).toMatch(/^.{12}8.{3}[89ab].{15}$/);
    expect([first, later].map((image) => Number(image.readBigUInt64LE(1024 + 24)))).toEqual([0, 1_700_000_000]);
  });

  test('carries the checksum that Linux computes of its first block', async () => {
    expect(crc32c(Buffer.from('123456789'))).toBe((0xe306_9283 ^ 0xffff_ffff) >>> 0);
    const image = await imageBytes([{ placement: one, entries: awkwardEntries() }]);
    const first = Buffer.from(image.subarray(1024, block));
    const sum = first.readUInt32LE(4);
    first.writeUInt32LE(0, 4);
    expect(sum).toBe(crc32c(first));
  });

  test('has whole blocks, as many as it says', async () => {
    const { plan, stream } = makeImage([{ placement: one, entries: awkwardEntries() }]);
    const image = await read(stream.chunks());
    expect(image.length).toBe(plan.sizeBytes);
    expect(image.readUInt32LE(1024 + 36) * block).toBe(image.length);
  });

  test('without any tree is an empty folder', async () => {
    const image = await imageBytes([]);
    expect(image.length).toBe(block);
  });
});

describe('the data of a tree', () => {
  const shared = noise(3 * block + 1, 'shared');

  test('holds files of one digest once', () => {
    const entries = Array.from({ length: 50 }, (_, index): ErofsEntry => ({
      kind: 'file',
      path: `f${index}`,
      mode: 0o644,
      content: shared,
      digest: digestOf(shared),
    }));
    expect(planErofsTree({ entries, placement: one }).tree.dataBlocks).toBe(4);
  });

  test('is the same at any placement, so that a store keeps it once', async () => {
    const entries = awkwardEntries();
    const [first, second] = [one, two].map((placement) => planErofsTree({ entries, placement }));
    expect(first?.tree).not.toEqual(second?.tree);
    if (first === undefined || second === undefined) throw new Error('there are two');
    expect((await read(first.data())).equals(await read(second.data()))).toBe(true);
  });

  test('is in the image once for all trees that share it', async () => {
    const entries = [file('usr/lib/a', shared)];
    const content = digestOf('payload');
    const trees = [one, two].map((placement) => planErofsTree({ entries, placement }));
    const plan = planErofs(trees.map(({ tree }) => ({ tree, content })));
    expect(plan.contents).toHaveLength(1);
    const image = await read(writeErofs(plan, () => trees[0]?.data() ?? []).chunks());
    expect(image.indexOf(shared)).toBeGreaterThan(0);
    expect(image.indexOf(shared, image.indexOf(shared) + 1)).toBe(-1);
  });

  test('and a description that went through JSON give the image that the entries gave', async () => {
    const planned = planErofsTree({ entries: awkwardEntries(), placement: one });
    const kept = { tree: JSON.stringify(planned.tree), data: await read(planned.data()) };
    const content = digestOf(kept.data);
    const direct = writeErofs(planErofs([{ tree: planned.tree, content }]), () => planned.data());
    const tree: ErofsTree = JSON.parse(kept.tree);
    const again = writeErofs(planErofs([{ tree, content }]), () => [kept.data]);
    expect(again.identity).toBe(direct.identity);
    expect((await read(again.chunks())).equals(await read(direct.chunks()))).toBe(true);
  });

  test('is read file by file, only a little ahead of the reader', async () => {
    const reads: number[] = [];
    const entries = Array.from({ length: 40 }, (_, index): ErofsEntry => {
      const content = {
        sizeBytes: 100_000,
        read: () => {
          reads.push(index);
          return new Uint8Array(100_000);
        },
      };
      return { kind: 'file', path: `f${String(index).padStart(2, '0')}`, mode: 0o644, content };
    });
    const iterator = planErofsTree({ entries, placement: one }).data()[Symbol.asyncIterator]();
    expect(reads).toEqual([]);
    await iterator.next();
    expect(reads.length).toBeLessThanOrEqual(4);
    await iterator.return?.();
  });

  test('of another length than was announced is a mistake of the caller', async () => {
    const content = { sizeBytes: 10, read: () => new Uint8Array(11) };
    const tree = planErofsTree({ entries: [{ kind: 'file', path: 'a', mode: 0o644, content }], placement: one });
    await expect(read(tree.data())).rejects.toThrow('a has 11 bytes, announced were 10');
    const plan = planErofs([{ tree: tree.tree, content: digestOf('x') }]);
    await expect(read(writeErofs(plan, () => [new Uint8Array(5)]).chunks())).rejects.toThrow('has 5 bytes, announced were 4096');
  });
});

describe('what an image can not hold is refused', () => {
  const cases: readonly (readonly [why: string, entries: readonly ErofsEntry[], message: string])[] = [
    ['a path twice', [file('a'), file('a')], "`c/0123456789ab/a` can't be written to the image: it is there twice"],
    ['a path through a file', [file('a'), file('a/b')], '`c/0123456789ab/a` is a file, not a directory'],
    ['a path that climbs', [file('../a')], 'its path has the part `..`'],
    ['a name over 255 bytes', [file('é'.repeat(128))], 'a part of its path has more than 255 bytes'],
    ['a path over PATH_MAX', [file(Array.from({ length: 20 }, () => 'x'.repeat(250)).join('/'))], 'its path has more than 4095 bytes'],
    ['half a character in a name', [file('\ud83d')], 'its path has half a character'],
    ['half a character in a target', [{ kind: 'symlink', path: 'a', target: '\udc33' }], 'its target has half a character'],
    ['a directory that usr-merge replaced', [file('bin/sh')], 'files of `bin` belong to `usr/bin`'],
    ['an owner over 32 bits', [{ ...file('a'), uid: 2 ** 32 }], 'its owner is not between 0 and 4294967295'],
    [
      'a device number over 20 bits',
      [{ kind: 'block', path: 'a', mode: 0o600, major: 1, minor: 2 ** 20 }],
      'its device number is not between',
    ],
    [
      'a file over 16 TiB',
      [{ kind: 'file', path: 'a', mode: 0o644, content: { sizeBytes: 2 ** 45, chunks: () => [] } }],
      'it has more than 17592186036224 bytes',
    ],
  ];
  test.each(cases)('%s', (_why, entries, message) => {
    expect(() => planErofsTree({ entries, placement: one })).toThrow(message);
  });

  function partsOf(
    ...trees: readonly { readonly placement: Placement; readonly entries: readonly ErofsEntry[] }[]
  ): Parameters<typeof planErofs>[0] {
    return trees.map((tree, index) => ({ ...planErofsTree(tree), content: digestOf(String(index)) }));
  }

  test('one path in two trees', () => {
    const parts = partsOf({ placement: base, entries: [file('c/0123456789ab', 'x')] }, { placement: one, entries: [file('a', 'a')] });
    expect(() => planErofs(parts)).toThrow("`c/0123456789ab` can't be written to the image: it is there twice");
  });

  test('a directory with two owners who disagree', () => {
    const folder = (mode: number): ErofsEntry => ({ kind: 'directory', path: '.', mode });
    const parts = partsOf({ placement: one, entries: [folder(0o700)] }, { placement: one, entries: [folder(0o755)] });
    expect(() => planErofs(parts)).toThrow('two trees give it different modes or owners');
  });

  test('a description whose parent is missing', () => {
    const [part] = partsOf({ placement: one, entries: [file('a/b', 'x')] });
    if (part === undefined) throw new Error('there is one');
    const nodes = part.tree.nodes.filter(({ path }) => path !== 'c/0123456789ab/a');
    expect(() => planErofs([{ ...part, tree: { ...part.tree, nodes } }])).toThrow('`c/0123456789ab/a` is no directory');
  });

  test('trees of more than 16 TiB together', () => {
    const content = { sizeBytes: 2 ** 43, chunks: () => [] };
    const entries: readonly ErofsEntry[] = [{ kind: 'file', path: 'a', mode: 0o644, content }];
    expect(() => planErofs(partsOf({ placement: one, entries }, { placement: two, entries }))).toThrow(
      'the image has 4294967297 blocks; 4294967294 are allowed',
    );
  });

  test('a time that is none', () => {
    expect(() => planErofs([], { modifiedSeconds: -1 })).toThrow('the time -1 is not a whole number of seconds since 1970');
  });
});
