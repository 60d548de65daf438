import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { archiveFaultKinds, packageArchiveLimits, readPackageArchive, type PackageArchive } from '@moby/content/package-archive';
import { checkout, expectGolden, packageTar, packageTarEntries, paxHeader, type PackageTarEntry } from '@moby/testkit';
import fc from 'fast-check';
import { Parser, type ReadEntry } from 'tar';
import { describe, expect, test } from 'vitest';

const redis = join(checkout, 'components/redis/8.0');
const real = packageTarEntries(
  new Map(['facts.json', 'package.json', 'symbols.json'].map((name) => [name, readFileSync(join(redis, name))])),
);
const evil = '{ "name": "evil" }';
const manifest: PackageTarEntry = { path: 'package/package.json', content: '{ "name": "good" }' };
const file = (path: string | Uint8Array, more: Partial<PackageTarEntry> = {}): PackageTarEntry => ({ path, content: 'x', ...more });
const tgz = (...entries: readonly PackageTarEntry[]): Buffer => gzipSync(packageTar([manifest, ...entries]));

/** What npm's own reader (node-tar, first segment left out) makes of an archive: path → text, the last one wins. */
async function asNpmReads(archive: Uint8Array): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  await new Promise<void>((resolve, reject) => {
    const parser = new Parser({
      strict: false,
      onReadEntry: (entry: ReadEntry) => {
        const chunks: Buffer[] = [];
        entry.on('data', (chunk: Buffer) => chunks.push(chunk));
        entry.on('end', () => {
          const inside = entry.path.split('/').filter((segment) => segment !== '' && segment !== '.');
          if (entry.type.endsWith('File') && inside.length > 1) files.set(inside.slice(1).join('/'), Buffer.concat(chunks).toString());
        });
      },
    });
    parser.on('end', resolve);
    parser.on('error', reject);
    parser.end(Buffer.from(archive));
  });
  return files;
}

const texts = ({ files }: PackageArchive): ReadonlyMap<string, string> =>
  new Map([...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]));
const kindsOf = ({ faults }: PackageArchive): string[] => [...new Set(faults.map(({ kind }) => kind))];

const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  const index = at < 0 ? copy.length + at : at;
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
};

const good: Readonly<Record<string, Buffer>> = {
  'a component': gzipSync(packageTar(real)),
  'folders, also twice': tgz(
    file('package/', { type: '5', content: '' }),
    file('package', { type: '5', content: '' }),
    file('package/files/a'),
  ),
  'a pax header that says what the header says': gzipSync(
    packageTar([
      paxHeader([
        ['path', 'package/package.json'],
        ['size', '18'],
        ['mtime', '1.5'],
      ]),
      manifest,
    ]),
  ),
  'a long path in prefix and name': tgz(file(`${'y'.repeat(90)}/z`, { prefix: `package/${'x'.repeat(120)}` })),
  'names of other scripts': tgz(file('package/files/żółw'), file('package/files/コンテナ')),
  'an old type flag': gzipSync(packageTar([{ ...manifest, type: '\0' }])),
  'a gzip header with a name': Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]),
    Buffer.from('package.tar\0'),
    gzipSync(packageTar([manifest])).subarray(10),
  ]),
  'zeros up to a full record': gzipSync(Buffer.concat([packageTar([manifest]), Buffer.alloc(8192)])),
};

const bad: Readonly<Record<string, readonly [kinds: string, archive: Buffer]>> = {
  // The four archives from which clients extract another manifest than the first header named `package/package.json`.
  'the manifest twice': ['twice', tgz({ ...manifest, content: evil })],
  'another root': ['root', tgz(file('zzz/package.json', { content: evil }))],
  'a dot in the path': ['dots twice', tgz(file('package/./package.json', { content: evil }))],
  'a pax header that renames': [
    'extension twice',
    tgz(paxHeader([['path', 'package/package.json']]), file('package/x', { content: evil })),
  ],

  'no gzip': ['not-gzip', packageTar([manifest])],
  'nothing at all': ['not-gzip', Buffer.alloc(0)],
  'a gzip header without an end': ['not-gzip', Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3, 0x61])],
  'a gzip header with unknown flags': ['not-gzip', flagged(tgz(), 0x80)],
  'a second gzip member': ['behind-gzip', Buffer.concat([tgz(), gzipSync(packageTar([{ ...manifest, content: evil }]))])],
  'a byte behind the gzip': ['behind-gzip', Buffer.concat([tgz(), Buffer.from([0])])],
  'a cut gzip': ['gzip-damaged', tgz().subarray(0, 60)],
  'a cut sum': ['gzip-damaged', tgz().subarray(0, -3)],
  'a flipped byte in the sum': ['gzip-damaged', flipped(tgz(), -6)],
  'a flipped byte in the length': ['gzip-damaged', flipped(tgz(), -2)],
  'no tar': ['truncated', gzipSync('not a tar, and not a block long')],
  'a cut tar': ['truncated', gzipSync(packageTar([manifest]).subarray(0, 512 + 512 + 512))],
  'a tar without its end': ['truncated', gzipSync(packageTar([manifest]).subarray(0, 512 + 512))],
  'an entry that is cut': ['truncated', gzipSync(packageTar([manifest]).subarray(0, 512 + 4))],
  'a damaged checksum': ['checksum', tgz(file('package/x', { wrongBy: 1 }))],
  'a flipped byte in a header': ['checksum', gzipSync(flipped(packageTar([manifest]), 3))],
  'a size in base 256': ['header', tgz(file('package/x', { size: '\u00ff' }))],
  'a size that is no number': ['header', tgz(file('package/x', { size: '9' }))],
  'a header of GNU': ['header', tgz(file('package/x', { magic: 'ustar  \0' }))],
  'a header without magic': ['header', tgz(file('package/x', { magic: '\0\0\0\0\0\0\0\0' }))],
  'a file with a target': ['header', tgz(file('package/x', { target: 'package/y' }))],
  'a time that is no number': ['header', gzipSync(mended(packageTar([manifest]), 136, 0x80))],
  'a name with something behind its end': ['header', tgz(file('package/a\0\nb'))],
  'a name that is not UTF-8': ['header', tgz(file(Buffer.from('package/\u00ff', 'latin1')))],
  'a pax header that resizes': ['extension', tgz(paxHeader([['size', '0']]), file('package/x'))],
  'a pax header with a key twice': [
    'extension',
    tgz(
      paxHeader([
        ['path', 'package/x'],
        ['path', 'package/x'],
      ]),
      file('package/x'),
    ),
  ],
  'a pax header with an unknown key': ['extension', tgz(paxHeader([['GNU.sparse.name', 'package/x']]), file('package/y'))],
  'a pax header with a line in a value': ['extension', tgz(paxHeader([['comment', 'x\n30 path=package/package.json']]), file('package/x'))],
  'a damaged pax header': ['extension', tgz(file('pax', { type: 'x', content: '99 path=package/x\n' }), file('package/x'))],
  'two pax headers': ['extension', tgz(paxHeader([['comment', 'a']]), paxHeader([['comment', 'b']]), file('package/x'))],
  'a pax header at the end': ['extension', tgz(paxHeader([['comment', 'a']]))],
  'a global header': ['extension', tgz(paxHeader([['comment', 'a']], 'g'), file('package/x'))],
  'a long name of GNU': ['extension', tgz(file('././@LongLink', { type: 'L', content: 'package/x\0' }), file('package/y'))],
  'entries behind the end': ['behind-end', gzipSync(Buffer.concat([packageTar([manifest]), packageTar([{ ...manifest, content: evil }])]))],
  'an entry behind one zero block': [
    'behind-end',
    gzipSync(Buffer.concat([packageTar([manifest]).subarray(0, -512), packageTar([{ ...manifest, content: evil }])])),
  ],
  'one zero block at the end': ['truncated', gzipSync(packageTar([manifest]).subarray(0, -512))],
  'a symbolic link': ['link', tgz(file('package/x', { type: '2', content: '', target: '/etc/passwd' }))],
  'a hard link': ['link', tgz(file('package/x', { type: '1', content: '', target: 'package/package.json' }))],
  'a character device': ['device', tgz(file('package/x', { type: '3', content: '' }))],
  'a block device': ['device', tgz(file('package/x', { type: '4', content: '' }))],
  'a pipe': ['device', tgz(file('package/x', { type: '6', content: '' }))],
  'a contiguous file': ['type', tgz(file('package/x', { type: '7' }))],
  'a sparse file': ['type', tgz(file('package/x', { type: 'S' }))],
  'a folder with bytes': ['type', tgz(file('package/x', { type: '5' }))],
  setuid: ['mode', tgz(file('package/x', { mode: 0o4755 }))],
  setgid: ['mode', tgz(file('package/x', { mode: 0o2755 }))],
  'a sticky folder': ['mode', tgz(file('package/x', { type: '5', content: '', mode: 0o1777 }))],
  'an absolute path': ['absolute', tgz(file('/package/x'))],
  'a path upwards': ['dots', tgz(file('package/../../etc/passwd'))],
  'a path upwards in a folder': ['dots', tgz(file('package/..', { type: '5', content: '' }))],
  'two slashes': ['dots twice', tgz(file('package//package.json', { content: evil }))],
  'a dot in front': ['dots', tgz(file('./package/x'))],
  'a file with a slash at its end': ['dots', tgz(file('package/x/'))],
  'a backslash': ['backslash', tgz(file(String.raw`package/..\x`))],
  'an escape sequence': ['characters', tgz(file('package/\u001b[2J'))],
  'a name that turns its direction': ['characters', tgz(file('package/\u202exe.sh'))],
  'the root as a file': ['root below-file', tgz(file('package'))],
  'a device of Windows': ['not-portable', tgz(file('package/files/CON.txt'))],
  'a dot at the end': ['not-portable', tgz(file('package/package.json.'))],
  'a blank at the end': ['not-portable', tgz(file('package/package.json '))],
  'a stream of Windows': ['not-portable', tgz(file('package/package.json::$DATA'))],
  'a .gitignore': ['renamed', tgz(file('package/files/.gitignore'))],
  'a case pair': ['alike', tgz(file('package/Package.json'))],
  'a case pair of folders': ['alike', tgz(file('package/files/a/x'), file('package/files/A/y'))],
  'one name in NFC and NFD': ['alike', tgz(file('package/caf\u00e9'), file('package/cafe\u0301'))],
  'a ligature': ['alike', tgz(file('package/\ufb01le'), file('package/file'))],
  'a sharp s': ['alike', tgz(file('package/stra\u00dfe'), file('package/STRASSE'))],
  'a file below a file': ['below-file', tgz(file('package/a'), file('package/a/b'))],
  'a folder in place of a file': ['twice', tgz(file('package/package.json', { type: '5', content: '' }))],
  'too many entries': [
    'too-many-entries',
    gzipSync(
      packageTar(
        Array.from({ length: 10_001 }, (_, at) => file(`package/${at}`, { content: createHash('sha256').update(String(at)).digest() })),
      ),
    ),
  ],
  'a bomb': ['ratio', gzipSync(Buffer.alloc(200 * 1024 * 1024), { level: 9 })],
  'too many bytes': ['too-large', gzipSync(noise(65 * 1024 * 1024), { level: 1 })],
};

/** With another byte in its first header, and the checksum for it. */
function mended(tar: Buffer, at: number, byte: number): Buffer {
  const copy = Buffer.from(tar);
  copy[at] = byte;
  mendSums(copy);
  return copy;
}

function flagged(archive: Buffer, flag: number): Buffer {
  const copy = Buffer.from(archive);
  copy[3] = flag;
  return copy;
}

/** Bytes that don't compress well, the same each time. */
function noise(size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  for (let at = 0, state = 1; at < size; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes.writeUInt32LE(state, at);
  }
  return bytes;
}

describe('a package that every client reads alike', () => {
  test.each(Object.entries(good))('%s: no fault, and the files that npm’s reader gets', async (_name, archive) => {
    const read = await readPackageArchive(archive);
    expect(read.faults).toEqual([]);
    expect(texts(read)).toEqual(await asNpmReads(archive));
    expect(read.files.has('package.json')).toBe(true);
  });
});

describe('a package that could be two', () => {
  test.each(Object.entries(bad))('%s is found, and nothing else', async (_name, [kinds, archive]) => {
    expect(kindsOf(await readPackageArchive(archive)).sort()).toEqual(kinds.split(' ').sort());
  });

  test('the words', async () => {
    const told: string[] = [];
    for (const [name, [, archive]] of Object.entries(bad)) {
      const { faults } = await readPackageArchive(archive);
      told.push(`# ${name}`, ...faults.map(({ kind, message }) => `${kind}: ${JSON.stringify(message).slice(1, -1)}`), '');
    }
    expectGolden('package-archive.txt', told.join('\n'));
  });

  test('every kind of fault has an archive', () => {
    expect([...new Set(Object.values(bad).flatMap(([kinds]) => kinds.split(' ')))].sort()).toEqual([...archiveFaultKinds].sort());
  });

  test.each(['the manifest twice', 'another root', 'a dot in the path', 'a pax header that renames'])(
    'of %s, npm’s reader extracts the other manifest, and so do we',
    async (name) => {
      const [, archive] = bad[name] ?? [];
      const read = await readPackageArchive(archive ?? Buffer.alloc(0));
      expect(texts(read).get('package.json')).toBe(evil);
      expect((await asNpmReads(archive ?? Buffer.alloc(0))).get('package.json')).toBe(evil);
    },
  );
});

describe('limits', () => {
  test('a bomb is refused before it is unpacked: 194 KB that would be 200 MB', async () => {
    const [, bomb] = bad['a bomb'] ?? [];
    expect(bomb?.length).toBeLessThan(210_000);
    // 19.4 MB is where the ratio of 100 ends; a limit above all of it would unpack all of it.
    const { entries, files } = await readPackageArchive(bomb ?? Buffer.alloc(0));
    expect([entries.length, files.size]).toEqual([0, 0]);
  });

  test('reading stops at the first entry that is too many', async () => {
    const limits = { ...packageArchiveLimits, entries: 3 };
    const { entries, faults } = await readPackageArchive(
      tgz(file('package/a'), file('package/b'), file('package/c'), file('package/d')),
      limits,
    );
    expect(entries.map(({ path }) => path)).toEqual(['package/package.json', 'package/a', 'package/b']);
    expect(faults).toEqual([{ kind: 'too-many-entries', message: 'has more than 3 entries' }]);
  });

  test('a small package may be as empty as it likes', async () => {
    expect((await readPackageArchive(tgz(file('package/zeros', { content: Buffer.alloc(900_000) })))).faults).toEqual([]);
  });
});

test('whatever bytes come, nothing is thrown, and what has no fault is read as npm reads it', async () => {
  const archives = Object.values(good);
  const tars = [
    packageTar([manifest, file('package/a'), file('package/b/c')]),
    packageTar([paxHeader([['path', 'package/x']]), file('package/x'), manifest]),
  ];
  let clean = 0;
  const agree = async (archive: Buffer): Promise<void> => {
    const read = await readPackageArchive(archive);
    if (read.faults.length > 0) return;
    clean += 1;
    expect(texts(read)).toEqual(await asNpmReads(archive));
  };
  const change = fc.record({ at: fc.nat(3000), to: fc.oneof(fc.nat(255), fc.constantFrom(0, 0x20, 0x2e, 0x2f, 0x30, 0x35, 0x78)) });
  await fc.assert(
    fc.asyncProperty(
      fc.nat(tars.length - 1),
      fc.array(change, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      async (which, changes, mends) => {
        const copy = Buffer.from(tars[which] ?? '');
        for (const { at, to } of changes) copy[at % copy.length] = to;
        if (mends) mendSums(copy);
        await agree(gzipSync(copy, { level: 1 }));
      },
    ),
    { numRuns: 2000 },
  );
  await fc.assert(
    fc.asyncProperty(fc.nat(archives.length - 1), change, async (which, { at, to }) => {
      const copy = Buffer.from(archives[which] ?? '');
      copy[at % copy.length] = to;
      await agree(copy);
    }),
    { numRuns: 500 },
  );
  // Otherwise nothing was compared.
  expect(clean).toBeGreaterThan(100);
});

/** Writes the right checksum into every block that looks like a header, so that the change behind it counts. */
function mendSums(tar: Buffer): void {
  for (let at = 0; at < tar.length; at += 512) {
    const header = tar.subarray(at, at + 512);
    if (header.toString('latin1', 257, 262) !== 'ustar') continue;
    header.write('        ', 148);
    header.write(
      `${header
        .reduce((total, byte) => total + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
  }
}
