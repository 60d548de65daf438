import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, parseDigest } from '@moby/model';
import { type ErofsEntry, type ErofsOptions, type ErofsPlan, type Placement, planErofs, planErofsTree, writeErofs } from '@moby/image';

export interface TreeInput {
  readonly placement: Placement;
  readonly entries: readonly ErofsEntry[];
}

export function digestOf(bytes: string | Uint8Array): Digest {
  const digest = parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  if (digest === undefined) throw new TypeError('not a digest');
  return digest;
}

/** Plans an image of trees and opens its stream, straight from the entries. */
export function makeImage(
  trees: readonly TreeInput[],
  options: ErofsOptions = {},
): { plan: ErofsPlan; stream: ReturnType<typeof writeErofs> } {
  const planned = trees.map(({ placement, entries }) => {
    const tree = planErofsTree({ entries, placement });
    return { ...tree, content: digestOf(JSON.stringify(tree.tree)) };
  });
  const plan = planErofs(planned, options);
  const stream = writeErofs(plan, (content) => {
    const tree = planned.find((one) => one.content === content);
    if (tree === undefined) throw new TypeError(`no tree ${content}`);
    return tree.data();
  });
  return { plan, stream };
}

export async function imageBytes(trees: readonly TreeInput[], options: ErofsOptions = {}): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of makeImage(trees, options).stream.chunks()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Writes an image to a file; pieces that are all zero are left out, so that a huge empty file costs nothing. */
export async function imageFile(path: string, trees: readonly TreeInput[], options: ErofsOptions = {}): Promise<ErofsPlan> {
  const { plan, stream } = makeImage(trees, options);
  const target = await open(path, 'w');
  try {
    let at = 0;
    for await (const chunk of stream.chunks()) {
      if (chunk !== zeros) await target.write(chunk, 0, chunk.length, at);
      at += chunk.length;
    }
    await target.truncate(at);
  } finally {
    await target.close();
  }
  return plan;
}

/** 64 MiB that `imageFile` doesn't write. */
export const zeros: Uint8Array = new Uint8Array(64 * 2 ** 20);

/**
 * A file that gets its owner after its mode loses its set-id bits, and so does fsck.erofs 1.5: modes are compared where owners are not
 * given, and owners without those bits.
 */
export type Compared = 'modes' | 'owners';

/** One line for each path: kind, mode or owner, and what it holds. */
export function describeEntries(trees: readonly TreeInput[], what: Compared): ReadonlyMap<string, string> {
  const lines = new Map<string, string>();
  for (const { placement, entries } of trees) {
    const prefix = placement.kind === 'tree' ? placement.prefix : '';
    const parentLine = `directory ${what === 'modes' ? '755' : '0:0'} `;
    lines.set(prefix, parentLine);
    for (const entry of entries) {
      const path = entry.path === '.' ? prefix : [prefix, entry.path].filter((part) => part !== '').join('/');
      const mode = entry.kind === 'symlink' ? 0o777 : entry.mode;
      const compared = what === 'modes' ? mode.toString(8) : `${entry.uid ?? 0}:${entry.gid ?? 0}`;
      lines.set(path, `${entry.kind} ${compared} ${valueOf(entry)}`);
    }
    for (const path of lines.keys()) {
      for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
        const parent = path.slice(0, at);
        if (!lines.has(parent)) lines.set(parent, parentLine);
      }
    }
  }
  lines.delete('');
  return sorted(lines);
}

function valueOf(entry: ErofsEntry): string {
  switch (entry.kind) {
    case 'file':
      if (!(entry.content instanceof Uint8Array)) throw new TypeError('only bytes are compared');
      return sha256(entry.content);
    case 'symlink':
      return entry.target;
    case 'directory':
      return '';
    case 'character':
    case 'block':
      return `${entry.major}:${entry.minor}`;
  }
}

/** The same lines of a folder. */
export function describeFolder(root: string, what: Compared): ReadonlyMap<string, string> {
  const lines = new Map<string, string>();
  const walk = (folder: string): void => {
    for (const name of readdirSync(join(root, folder))) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const place = join(root, path);
      const status = lstatSync(place);
      const compared = what === 'modes' ? (status.mode & 0o7777).toString(8) : `${status.uid}:${status.gid}`;
      const device = `${Math.floor(status.rdev / 256) & 0xfff}:${(status.rdev & 0xff) + (Math.floor(status.rdev / 2 ** 20) & 0xfff) * 256}`;
      if (status.isDirectory()) lines.set(path, `directory ${compared} `);
      else if (status.isSymbolicLink()) lines.set(path, `symlink ${compared} ${readlinkSync(place)}`);
      else if (status.isFile()) lines.set(path, `file ${compared} ${sha256(readFileSync(place))}`);
      else lines.set(path, `${status.isBlockDevice() ? 'block' : 'character'} ${compared} ${device}`);
      if (status.isDirectory()) walk(path);
    }
  };
  walk('');
  return sorted(lines);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function sorted(lines: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...lines].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function file(path: string, content: string | Uint8Array = '', mode = 0o644): ErofsEntry {
  return { kind: 'file', path, mode, content: typeof content === 'string' ? Buffer.from(content) : content };
}

/** Bytes that are the same each time and nowhere repeat. */
export function noise(sizeBytes: number, seed: string): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  let state = digestOf(seed);
  for (let at = 0; at < sizeBytes; at += 32) {
    state = digestOf(state);
    bytes.write(state.slice('sha256:'.length), at, 'hex');
  }
  return bytes;
}

/** What the format does differently at some border, in one tree. */
export function awkwardEntries(): readonly ErofsEntry[] {
  const sizes = [0, 1, 31, 32, 4032, 4064, 4065, 4095, 4096, 4097, 8191, 8192, 8193, 262_143, 262_144, 262_145, 1_000_000];
  const longName = 'n'.repeat(255);
  return [
    ...sizes.map((size) => file(`sizes/${size}`, noise(size, `size ${size}`))),
    ...[1, 4000, 4031, 4032, 4033, 4063, 4064, 4065, 4094].map((length): ErofsEntry => ({
      kind: 'symlink',
      path: `links/${length}`,
      target: 'x'.repeat(length),
    })),
    ...Array.from({ length: 3000 }, (_, index) =>
      file(`many/${'entry'.repeat(index % 7)}-${index}`, index % 3 === 0 ? `${index % 50}` : ''),
    ),
    // Names of which a block takes fewer than 16, and of which one block is full to the last byte.
    ...Array.from({ length: 40 }, (_, index) => file(`long/${String(index).padStart(2, '0')}${'é'.repeat(126)}`)),
    ...Array.from({ length: 100 }, (_, index): ErofsEntry => ({ kind: 'directory', path: `folders/${index}`, mode: 0o700 + (index % 8) })),
    ...['!', '-', '+', '..a', '.a', '...', ' ', '\u{1f433}', '\uffee', 'ß', 'a\nb', 'a:b', '"\\'].map((name) =>
      file(`names/${name}`, name),
    ),
    file(`deep/${Array.from({ length: 12 }, () => longName).join('/')}/leaf`, 'leaf'),
    ...Array.from({ length: 200 }, (_, index) => file(`same/${index}`, noise(10_000, 'same'))).map((entry) => ({
      ...entry,
      digest: digestOf('same'),
    })),
    { kind: 'directory', path: 'tmp', mode: 0o1777 },
    { ...file('owned/by-someone', 'x', 0o4755), uid: 999, gid: 65_535 },
    { ...file('owned/by-a-large-id', 'x', 0o2640), uid: 65_536, gid: 4_294_967_294 },
    { kind: 'directory', path: 'owned/large', mode: 0o750, uid: 100_000, gid: 0 },
    { kind: 'symlink', path: 'owned/link', target: '../tmp', uid: 7, gid: 8 },
  ];
}

/** Only root makes these where they are extracted. */
export const devices: readonly ErofsEntry[] = [
  { kind: 'character', path: 'dev/null', mode: 0o666, major: 1, minor: 3 },
  { kind: 'block', path: 'dev/vda', mode: 0o660, gid: 6, major: 254, minor: 0 },
  { kind: 'character', path: 'dev/large', mode: 0o600, major: 4095, minor: 1_048_575 },
];
