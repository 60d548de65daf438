import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { type Codec, type Placement, type SegmentEntry, type SegmentSummary, writeSegment } from '@moby/image';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'moby-segment-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const zstd: Codec = { kind: 'zstd', level: 3 };
const none: Codec = { kind: 'none' };
const base: Placement = { kind: 'base' };
const tree: Placement = { kind: 'tree', prefix: 'c/0123456789ab' };

interface Written {
  readonly bytes: Buffer;
  readonly chunks: readonly Uint8Array[];
  readonly summary: SegmentSummary;
}

async function write(
  entries: readonly SegmentEntry[],
  options: { readonly placement?: Placement; readonly codec?: Codec; readonly frameBytes?: number; readonly lanes?: number } = {},
): Promise<Written> {
  const stream = writeSegment({ entries, placement: base, codec: none, ...options });
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream.chunks) chunks.push(chunk);
  return { bytes: Buffer.concat(chunks), chunks, summary: stream.summary() };
}

function run(command: string, args: readonly string[], input: Buffer, cwd: string = folder): Buffer {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    input,
    cwd,
    timeout: 30_000,
    maxBuffer: 1 << 28,
    env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr.toString()}`);
  return stdout;
}

function file(path: string, text: string | Buffer = '', mode = 0o644): SegmentEntry {
  return { kind: 'file', path, mode, content: Buffer.from(text) };
}

/** Bytes that don't compress and are the same each time. */
function noise(size: number, seed = 'seed'): Buffer {
  const blocks = Array.from({ length: Math.ceil(size / 32) }, (_, index) => createHash('sha256').update(`${seed} ${index}`).digest());
  return Buffer.concat(blocks).subarray(0, size);
}

const small: readonly SegmentEntry[] = [
  { kind: 'symlink', path: 'bin', target: 'usr/bin' },
  { kind: 'directory', path: 'tmp', mode: 0o1777 },
  { kind: 'character', path: 'dev/console', mode: 0o600, major: 5, minor: 1 },
  { kind: 'block', path: 'dev/vda', mode: 0o660, gid: 6, major: 254, minor: 0 },
  file('usr/bin/su', 'set-uid', 0o4755),
  { ...file('data/dump', 'x'), uid: 999, gid: 998 },
  file('usr/share/empty'),
  file('init', '#!/bin/sh\n', 0o755),
];

describe('a segment', () => {
  test('is read by cpio with modes, owners, devices and links as given', async () => {
    const { bytes } = await write(small);
    expect(run('cpio', ['-itvn', '--quiet'], bytes).toString().trim().split('\n')).toEqual([
      'drwxr-xr-x   6 0        0               0 Jan  1  1970 .',
      'lrwxrwxrwx   1 0        0               7 Jan  1  1970 bin -> usr/bin',
      'drwxr-xr-x   2 0        0               0 Jan  1  1970 data',
      '-rw-r--r--   1 999      998             1 Jan  1  1970 data/dump',
      'drwxr-xr-x   2 0        0               0 Jan  1  1970 dev',
      'crw-------   1 0        0          5,   1 Jan  1  1970 dev/console',
      'brw-rw----   1 0        6        254,   0 Jan  1  1970 dev/vda',
      '-rwxr-xr-x   1 0        0              10 Jan  1  1970 init',
      'drwxrwxrwt   2 0        0               0 Jan  1  1970 tmp',
      'drwxr-xr-x   4 0        0               0 Jan  1  1970 usr',
      'drwxr-xr-x   2 0        0               0 Jan  1  1970 usr/bin',
      '-rwsr-xr-x   1 0        0               7 Jan  1  1970 usr/bin/su',
      'drwxr-xr-x   2 0        0               0 Jan  1  1970 usr/share',
      '-rw-r--r--   1 0        0               0 Jan  1  1970 usr/share/empty',
    ]);
  });

  test('has the raw bytes of its golden digest, whatever the codec', async () => {
    const digests = await Promise.all(
      [none, zstd, { kind: 'zstd', level: 19 } as const].map(async (codec) => (await write(small, { codec })).summary.digest),
    );
    expect(new Set(digests)).toEqual(new Set(['sha256:3e694dd20124afad21baa510d12c4219122bbd180dee1e2c6c663810c934f8bf']));
  });

  test('gives zstd what it gives raw, and passes the test of zstd itself', async () => {
    const raw = await write(small);
    const packed = await write(small, { codec: zstd, frameBytes: 512 });
    const path = run('zstd', ['-d', '-c'], unpad(packed.bytes));
    expect(path.equals(raw.bytes)).toBe(true);
    expect(packed.summary.rawBytes).toBe(raw.bytes.length);
    expect(packed.summary.sizeBytes).toBe(packed.bytes.length);
  });

  test('has the same bytes for any order of entries and any number of lanes', async () => {
    const entries = [
      ...small,
      ...Array.from({ length: 40 }, (_, index) => file(`usr/lib/file-${index}`, noise(index * 700, String(index)))),
    ];
    const first = await write(entries, { codec: zstd, frameBytes: 20_000, lanes: 1 });
    const second = await write([...entries].reverse(), { codec: zstd, frameBytes: 20_000, lanes: 7 });
    expect(first.chunks.length).toBeGreaterThan(10);
    expect(second.bytes.equals(first.bytes)).toBe(true);
  });

  test('ends at a multiple of 4 and stays readable in a concatenation', async () => {
    const parts = await Promise.all([
      write(small, { codec: zstd }),
      write([file('a', 'tree file')], { placement: tree, codec: none }),
      write([file('etc/moby/.complete')], { placement: { kind: 'additions', directories: {}, owns: [] }, codec: zstd }),
    ]);
    for (const { bytes } of parts) expect(bytes.length % 4).toBe(0);
    expect(unpackLikeLinux(Buffer.concat(parts.map((part) => part.bytes))).map((entry) => entry.path)).toEqual(
      expect.arrayContaining(['.', 'init', 'c', 'c/0123456789ab', 'c/0123456789ab/a', 'etc', 'etc/moby', 'etc/moby/.complete']),
    );
  });

  test('says what it takes in memory: pages and inodes', async () => {
    const { summary } = await write([file('a', noise(4097)), file('b', 'x')], { placement: tree });
    expect(summary).toMatchObject({ entries: 4, memoryBytes: 3 * 4096 + 4 * 1024 });
  });

  test('reads lazy content only when its frame is made, a few frames ahead of the reader', async () => {
    const events: string[] = [];
    const entries = Array.from({ length: 20 }, (_, index): SegmentEntry => {
      const read = (): Uint8Array => {
        events.push(`read ${index}`);
        return noise(1000);
      };
      return { kind: 'file', path: `f${String(index).padStart(2, '0')}`, mode: 0o644, content: { sizeBytes: 1000, read } };
    });
    const stream = writeSegment({ entries, placement: tree, codec: zstd, frameBytes: 1000, lanes: 2 });
    const iterator = stream.chunks[Symbol.asyncIterator]();
    await iterator.next();
    expect(events.length).toBeLessThanOrEqual(3);
    expect(() => stream.summary()).toThrow(TypeError);
    await iterator.return?.();
  });

  test('fails once, and leaves nothing behind, where content cannot be read', async () => {
    const entries = Array.from({ length: 8 }, (_, index): SegmentEntry => ({
      kind: 'file',
      path: `f${index}`,
      mode: 0o644,
      content: { sizeBytes: 10, read: () => (index < 2 ? noise(10) : Promise.reject(new Error(`no ${index}`))) },
    }));
    await expect(write(entries, { placement: tree, codec: zstd, frameBytes: 1, lanes: 4 })).rejects.toThrow('no 2');
  });
});

describe('a frame', () => {
  test('ends where an entry ends, and a file larger than a frame has one of its own', async () => {
    const entries = [
      file('a', noise(3000)),
      file('b', noise(50_000)),
      ...Array.from({ length: 30 }, (_, index) => file(`c${index}`, noise(777, String(index)))),
    ];
    const { chunks } = await write(entries, { codec: zstd, placement: tree, frameBytes: 10_000 });
    const frames = chunks.filter((chunk) => chunk.length > 3).map((chunk) => zstdDecompressSync(chunk));
    for (const [index, frame] of frames.entries()) {
      expect(frame.length % 4, `frame ${index}`).toBe(0);
      expect(readEntries(frame).end, `frame ${index}`).toBe(frame.length);
    }
    const large = frames.filter((frame) => frame.length > 10_000).map((frame) => readEntries(frame).entries.map((entry) => entry.path));
    expect(large).toEqual([['c/0123456789ab/b']]);
  });
});

describe('what Linux would drop or hide is refused', () => {
  const cases: readonly (readonly [why: string, entries: readonly SegmentEntry[], placement: Placement, message: string])[] = [
    [
      'a real directory under a usr-merge link',
      [file('lib/x')],
      base,
      "`lib/x` can't be written to the image: files of `lib` belong to `usr/lib`",
    ],
    [
      'the same in a tree, where an overlay would show it',
      [file('bin/x')],
      tree,
      "`bin/x` can't be written to the image: files of `bin` belong to `usr/bin`",
    ],
    [
      'a directory instead of the link',
      [{ kind: 'directory', path: 'sbin', mode: 0o755 }],
      base,
      "`sbin` can't be written to the image: `sbin` is a link to `usr/sbin`, never a directory",
    ],
    [
      'a second link of the base',
      [{ kind: 'symlink', path: 'bin', target: 'x' }],
      { kind: 'additions', directories: {}, owns: [] },
      "`bin` can't be written to the image: only the base has the link `bin`",
    ],
    ['a path twice', [file('a'), file('a')], base, "`a` can't be written to the image: it is there twice"],
    [
      'a path through a link',
      [{ kind: 'symlink', path: 'a', target: 'b' }, file('a/x')],
      base,
      "`a/x` can't be written to the image: `a` is a symlink, not a directory",
    ],
    [
      'a path that climbs',
      [file('usr/../etc/passwd')],
      base,
      "`usr/../etc/passwd` can't be written to the image: its path has the part `..`",
    ],
    [
      'an absolute path',
      [file('/etc/passwd')],
      base,
      "`/etc/passwd` can't be written to the image: its path is empty, absolute or has a NUL",
    ],
    [
      'a path over PATH_MAX',
      [file(Array.from({ length: 17 }, () => 'x'.repeat(250)).join('/'))],
      base,
      'its path has more than 4095 bytes',
    ],
    ['a name over NAME_MAX', [file('x'.repeat(256))], base, 'a part of its path has more than 255 bytes'],
    [
      'a mode of a directory of the base',
      [{ kind: 'directory', path: 'tmp', mode: 0o755 }],
      { kind: 'additions', directories: { tmp: 0o1777 }, owns: [] },
      "`tmp` can't be written to the image: its mode 755 would replace the base's 1777",
    ],
    ['the name that ends an archive', [file('TRAILER!!!')], base, 'that name ends a cpio archive'],
    [
      'a file of over 4 GiB',
      [{ kind: 'file', path: 'a', mode: 0o644, content: { sizeBytes: 2 ** 32, read: () => noise(1) } }],
      base,
      'it has more than 4294967295 bytes',
    ],
    [
      'files of over 4 GiB together',
      Array.from(
        { length: 5 },
        (_, index) => ({ kind: 'file', path: `f${index}`, mode: 0o644, content: { sizeBytes: 2 ** 30, read: () => noise(1) } }) as const,
      ),
      base,
      'the segment has more than 4294967296 bytes of files',
    ],
  ];
  test.each(cases)('%s', (_why, entries, placement, message) => {
    expect(() => writeSegment({ entries, placement, codec: none })).toThrow(message);
  });

  test('a parent that is added keeps the mode that the base gave it', async () => {
    const { bytes } = await write([file('root/.profile')], { placement: { kind: 'additions', directories: { root: 0o700 }, owns: [] } });
    expect(readEntries(bytes).entries.map((entry) => [entry.path, entry.mode.toString(8)])).toEqual([
      ['root', '40700'],
      ['root/.profile', '100644'],
    ]);
  });
});

test('whatever the tree, cpio extracts what was given', async () => {
  const name = fc.stringMatching(/^[a-zA-Z0-9_ é+-]{1,12}$/u).filter((text) => text.trim() === text && text !== 'bin');
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((words) => `t/${words.join('/')}`);
  const leaf = fc.oneof(
    fc.record({
      kind: fc.constant('file' as const),
      mode: fc.integer({ min: 0o400, max: 0o777 }).map((mode) => mode | 0o400),
      content: fc.uint8Array({ maxLength: 5000 }),
    }),
    fc.record({ kind: fc.constant('symlink' as const), target: fc.stringMatching(/^[a-z./]{1,30}$/) }),
  );
  const trees = fc.uniqueArray(fc.tuple(path, leaf), { selector: ([text]) => text, maxLength: 15 });
  let count = 0;
  await fc.assert(
    fc.asyncProperty(trees, fc.integer({ min: 1, max: 8000 }), async (leaves, frameBytes) => {
      const paths = new Set(leaves.map(([text]) => text));
      const entries = leaves
        .filter(([text]) => !hasLeafAbove(text, paths))
        .map(([text, entry]): SegmentEntry => ({ path: text, ...entry }));
      const { bytes } = await write(entries, { codec: zstd, frameBytes });
      const out = mkdtempSync(join(folder, `tree-${count++}-`));
      run('cpio', ['-id', '--quiet', '--no-preserve-owner'], run('zstd', ['-d', '-c'], unpad(bytes)), out);
      const expected = entries.map((entry) => [entry.path, describeEntry(entry)] as const).sort(([a], [b]) => (a < b ? -1 : 1));
      expect(readTree(out, '')).toEqual(expected);
    }),
    { numRuns: 25 },
  );
}, 60_000);

function hasLeafAbove(path: string, paths: ReadonlySet<string>): boolean {
  const words = path.split('/');
  return words.some((_, index) => index > 0 && index < words.length && paths.has(words.slice(0, index).join('/')));
}

function describeEntry(entry: SegmentEntry): string {
  if (entry.kind === 'symlink') return `-> ${entry.target}`;
  if (entry.kind !== 'file' || !(entry.content instanceof Uint8Array)) throw new Error('the tree has files and links only');
  return `${entry.mode.toString(8)} ${createHash('sha256').update(entry.content).digest('hex')}`;
}

function readTree(root: string, path: string): readonly (readonly [string, string])[] {
  return readdirSync(join(root, path))
    .flatMap((name): readonly (readonly [string, string])[] => {
      const inner = path === '' ? name : `${path}/${name}`;
      const status = lstatSync(join(root, inner));
      if (status.isDirectory()) return readTree(root, inner);
      if (status.isSymbolicLink()) return [[inner, `-> ${readlinkSync(join(root, inner))}`]];
      return [
        [
          inner,
          `${(status.mode & 0o7777).toString(8)} ${createHash('sha256')
            .update(readFileSync(join(root, inner)))
            .digest('hex')}`,
        ],
      ];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

interface ReadEntry {
  readonly path: string;
  readonly mode: number;
}

/** The entries of one archive part, up to a trailer or the end. */
function readEntries(bytes: Buffer): { readonly entries: readonly ReadEntry[]; readonly end: number; readonly closed: boolean } {
  const entries: ReadEntry[] = [];
  let at = 0;
  while (at < bytes.length) {
    expect(bytes.toString('latin1', at, at + 6)).toBe('070701');
    const field = (index: number): number => Number.parseInt(bytes.toString('latin1', at + 6 + index * 8, at + 14 + index * 8), 16);
    const [mode, size, nameBytes] = [field(1), field(6), field(11)];
    const path = bytes.toString('utf8', at + 110, at + 110 + nameBytes - 1);
    at = pad(pad(at + 110 + nameBytes) + size);
    if (path === 'TRAILER!!!') return { entries, end: at, closed: true };
    entries.push({ path, mode });
  }
  return { entries, end: at, closed: false };
}

/** As Linux's `unpack_to_rootfs` reads an initramfs: raw archives at multiples of 4, zeros, zstd frames that end with an entry. */
function unpackLikeLinux(bytes: Buffer): readonly ReadEntry[] {
  const all: ReadEntry[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] === 0) {
      at++;
    } else if (bytes[at] === 0x30) {
      expect(at % 4).toBe(0);
      const { entries, end, closed } = readEntries(bytes.subarray(at));
      expect(closed).toBe(true);
      all.push(...entries);
      at += end;
    } else {
      const length = frameLength(bytes, at);
      const frame = zstdDecompressSync(bytes.subarray(at, at + length));
      const { entries, end } = readEntries(frame);
      expect(end).toBe(frame.length);
      all.push(...entries);
      at += length;
    }
  }
  return all;
}

/** The length of one zstd frame: header, blocks, checksum (RFC 8878, section 3.1.1). */
function frameLength(bytes: Buffer, start: number): number {
  expect(bytes.readUInt32LE(start)).toBe(0xfd2fb528);
  const descriptor = bytes.readUInt8(start + 4);
  const isSingle = (descriptor & 0x20) !== 0;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  let at = start + 5 + (isSingle ? 0 : 1) + sizeBytes;
  for (let isLast = false; !isLast;) {
    const header = bytes.readUIntLE(at, 3);
    isLast = (header & 1) === 1;
    at += 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3);
  }
  return at + ((descriptor & 4) === 0 ? 0 : 4) - start;
}

/** The program zstd takes trailing zeros for an error; Linux skips them. */
function unpad(bytes: Buffer): Buffer {
  let at = 0;
  while (bytes.length - at > 3) at += frameLength(bytes, at);
  return bytes.subarray(0, at);
}

function pad(size: number): number {
  return Math.ceil(size / 4) * 4;
}
