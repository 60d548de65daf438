import { createHash } from 'node:crypto';
import { closeSync, copyFileSync, openSync, readFileSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type ErofsEntry, type ErofsTree, planErofs, planErofsTree, writeErofs } from '@moby/image';
import { type Artifact, type Digest, parseDigest } from '@moby/model';
import { readCpio, unpackInitrd } from './cpio.ts';
import { interleaved, median } from './measure.ts';

export interface ErofsTimes {
  /** The image of an artifact's trees, out of their entries. */
  readonly anewMs: number;
  /** The same image, out of what a store keeps of each tree: its description and its data. */
  readonly againMs: number;
  /** A copy of the image. */
  readonly copyMs: number;
  readonly sizeBytes: number;
  readonly trees: number;
}

const rounds = 9;

export async function erofsTimes(artifact: Artifact, out: string, folder: string): Promise<ErofsTimes> {
  const trees = await treesOf(artifact, out);
  const kept = await Promise.all(trees.map((tree, index) => keep(tree, join(folder, `tree-${index}`))));
  const paths = ['anew', 'again', 'copy'].map((name) => join(folder, `${name}.erofs`));
  const [anewPath = '', againPath = '', copyPath = ''] = paths;
  await writeAgain(kept, againPath);
  const expected = readFileSync(againPath);
  const timed = async (path: string, work: () => Promise<void>): Promise<number> => {
    rmSync(path, { force: true });
    const began = performance.now();
    await work();
    return performance.now() - began;
  };
  const copy = (): Promise<number> => timed(copyPath, () => Promise.resolve(copyFileSync(againPath, copyPath)));
  const again = await interleaved(rounds, () => timed(againPath, () => writeAgain(kept, againPath)), copy);
  const anew = await interleaved(rounds, () => timed(anewPath, () => writeAnew(trees, anewPath)), copy);
  if (!readFileSync(anewPath).equals(expected) || !readFileSync(copyPath).equals(expected)) throw new Error('the images differ');
  return {
    anewMs: median(anew.a),
    againMs: median(again.a),
    copyMs: median([...again.b, ...anew.b]),
    sizeBytes: expected.length,
    trees: trees.length,
  };
}

interface Tree {
  readonly prefix: string;
  readonly content: Digest;
  readonly entries: readonly ErofsEntry[];
}

interface KeptTree {
  readonly content: Digest;
  readonly description: string;
  readonly data: string;
}

async function treesOf(artifact: Artifact, out: string): Promise<readonly Tree[]> {
  const trees = new Map<string, ErofsEntry[]>();
  for (const { path, mode, bytes } of readCpio(await unpackInitrd(readFileSync(join(out, 'initrd.img')), artifact.segments))) {
    const [, prefix, inner] = /^(c\/[0-9a-f]{12})\/(.+)$/.exec(path) ?? [];
    if (prefix === undefined || inner === undefined) continue;
    trees.set(prefix, [...(trees.get(prefix) ?? []), toEntry(inner, mode, bytes)]);
  }
  return [...trees].map(([prefix, entries]) => ({ prefix, content: digestOf(prefix), entries }));
}

/** inode(7): the type stands in the upper bits. */
function toEntry(path: string, mode: number, bytes: Buffer): ErofsEntry {
  const permissions = mode & 0o7777;
  if (mode >> 12 === 0o04) return { kind: 'directory', path, mode: permissions };
  if (mode >> 12 === 0o12) return { kind: 'symlink', path, target: bytes.toString('utf8') };
  return { kind: 'file', path, mode: permissions, content: bytes };
}

async function keep({ prefix, content, entries }: Tree, path: string): Promise<KeptTree> {
  const { tree, data } = planErofsTree({ entries, placement: { kind: 'tree', prefix } });
  writeFileSync(`${path}.json`, JSON.stringify(tree));
  await write(`${path}.data`, data());
  return { content, description: `${path}.json`, data: `${path}.data` };
}

async function writeAgain(kept: readonly KeptTree[], path: string): Promise<void> {
  const parts = kept.map(({ content, description }) => {
    const tree: ErofsTree = JSON.parse(readFileSync(description, 'utf8'));
    return { content, tree };
  });
  const dataOf = new Map(kept.map(({ content, data }) => [content, data]));
  await write(path, writeErofs(planErofs(parts), (content) => chunksOf(dataOf.get(content) ?? '')).chunks());
}

async function writeAnew(trees: readonly Tree[], path: string): Promise<void> {
  const planned = new Map(
    trees.map(({ prefix, content, entries }) => [content, planErofsTree({ entries, placement: { kind: 'tree', prefix } })]),
  );
  const plan = planErofs([...planned].map(([content, { tree }]) => ({ content, tree })));
  await write(path, writeErofs(plan, (content) => planned.get(content)?.data() ?? []).chunks());
}

/** One buffer, used again and again: a new one for each read costs more than the copy, as its pages are made when they are touched. */
const chunkBytes = 2 ** 18;

function* chunksOf(path: string): Generator<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    for (let count = readSync(file, buffer, 0, chunkBytes, null); count > 0; count = readSync(file, buffer, 0, chunkBytes, null))
      yield buffer.subarray(0, count);
  } finally {
    closeSync(file);
  }
}

async function write(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const file = openSync(path, 'w');
  try {
    for await (const chunk of chunks) writeSync(file, chunk);
  } finally {
    closeSync(file);
  }
}

function digestOf(text: string): Digest {
  const digest = parseDigest(`sha256:${createHash('sha256').update(text).digest('hex')}`);
  if (digest === undefined) throw new TypeError('not a digest');
  return digest;
}
