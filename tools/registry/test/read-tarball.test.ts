import { gzipSync } from 'node:zlib';
import { Failure } from '@moby/model';
import { readTarball } from '@moby/registry/pack';
import { expectGolden, type TarInput, writeTar } from '@moby/testkit';
import { expect, test } from 'vitest';

const manifest: TarInput = { path: 'package/package.json', content: '{ "name": "good" }', bare: true };
const evil = '{ "name": "evil" }';

function tarOf(...entries: readonly TarInput[]): Buffer {
  return writeTar(entries.map((entry) => ({ bare: true, ...entry })));
}

async function said(tarball: Uint8Array): Promise<string> {
  try {
    await readTarball(tarball, '@moby/hello@1.2.301');
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [`error[${error.code}]: ${error.message}`, ...error.hints.map((hint) => `  hint: ${hint}`)].join('\n');
  }
  return 'no failure';
}

/** A pax header (typeflag `x` or `g`) in front of an entry. */
function withPax(type: 'x' | 'g', records: Readonly<Record<string, string>>, ...entries: readonly TarInput[]): Buffer {
  const text = Object.entries(records)
    .map(([key, value]) => record(key, value))
    .join('');
  const header = tarOf({ path: 'PaxHeader', content: text }).subarray(0, 1024);
  header.write(type, 156);
  header.write('        ', 148);
  const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, tarOf(...entries)]);
}

function record(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + 1;
  while (length !== rest + String(length).length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

test('files come by their paths below `package/`, sorted', async () => {
  const tar = tarOf(
    { path: 'package', kind: 'directory' },
    manifest,
    { path: 'package/files', kind: 'directory' },
    { path: 'package/files/b', content: 'b' },
    { path: 'package/facts.json', content: '{}' },
  );
  const files = await readTarball(gzipSync(tar), 'hello');
  expect(files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()])).toEqual([
    ['facts.json', '{}'],
    ['files/b', 'b'],
    ['package.json', '{ "name": "good" }'],
  ]);
});

test('a header may say a path once more', async () => {
  expect(await said(gzipSync(withPax('x', { path: 'package/package.json' }, manifest)))).toBe('no failure');
});

test('whatever two readers could take for two packages is refused, and whatever reaches out', async () => {
  const cases: Readonly<Record<string, Uint8Array>> = {
    'the manifest twice': gzipSync(tarOf(manifest, { ...manifest, content: evil })),
    'another root': gzipSync(tarOf(manifest, { path: 'zzz/package.json', content: evil })),
    'another root alone': gzipSync(tarOf({ path: 'hello/package.json', content: evil })),
    'a dot in a path': gzipSync(tarOf(manifest, { path: 'package/./package.json', content: evil })),
    'a dot in front': gzipSync(tarOf(manifest, { path: './package/package.json', content: evil })),
    'two slashes': gzipSync(tarOf(manifest, { path: 'package//package.json', content: evil })),
    'a header that renames': gzipSync(withPax('x', { path: 'package/package.json' }, { path: 'package/x', content: evil }, manifest)),
    'a header with another size': gzipSync(withPax('x', { size: '4' }, manifest)),
    'a global header': gzipSync(withPax('g', { path: 'package/package.json' }, { path: 'package/x', content: evil }, manifest)),
    'a long name of GNU': gzipSync(tarOf(manifest, { path: `package/${'x'.repeat(120)}`, content: '' })),
    'entries behind the end': gzipSync(Buffer.concat([tarOf(manifest), tarOf({ path: 'package/x', content: evil })])),
    'a second member': Buffer.concat([gzipSync(tarOf(manifest)), gzipSync(tarOf({ ...manifest, content: evil }))]),
    'bytes behind the gzip': Buffer.concat([gzipSync(tarOf(manifest)), Buffer.from('more')]),
    'zeros behind the gzip': Buffer.concat([gzipSync(tarOf(manifest)), Buffer.alloc(16)]),
    'a path upwards': gzipSync(tarOf(manifest, { path: 'package/../../etc/passwd', content: evil })),
    'an absolute path': gzipSync(tarOf(manifest, { path: '/package/x', content: evil })),
    'a backslash': gzipSync(tarOf(manifest, { path: String.raw`package/..\x`, content: evil })),
    'an escape sequence': gzipSync(tarOf(manifest, { path: 'package/\u001b[2J', content: evil })),
    'a symbolic link': gzipSync(tarOf(manifest, { path: 'package/x', kind: 'symlink', target: '/etc/passwd' })),
    'a hard link': gzipSync(tarOf(manifest, { path: 'package/x', kind: 'hard-link', target: 'package/package.json' })),
    'a device': gzipSync(tarOf(manifest, { path: 'package/x', kind: 'device' })),
    'a fifo': gzipSync(tarOf(manifest, { path: 'package/x', kind: 'fifo' })),
    setuid: gzipSync(tarOf(manifest, { path: 'package/x', mode: 0o4755, content: evil })),
    'a case pair': gzipSync(tarOf(manifest, { path: 'package/Package.json', content: evil })),
    'a file below a file': gzipSync(tarOf(manifest, { path: 'package/a', content: '' }, { path: 'package/a/b', content: '' })),
    'a directory in place of a file': gzipSync(tarOf(manifest, { path: 'package/package.json', kind: 'directory' })),
    'no manifest': gzipSync(tarOf({ path: 'package/facts.json', content: '{}' })),
    'the root as a file': gzipSync(tarOf(manifest, { path: 'package', content: evil })),
    'too many files': gzipSync(
      tarOf(manifest, ...Array.from({ length: 2001 }, (_, at): TarInput => ({ path: `package/${at}`, content: '' }))),
      { level: 1 },
    ),
    'a bomb': gzipSync(Buffer.alloc(200 * 1024 * 1024), { level: 9 }),
    'a large file': gzipSync(tarOf(manifest, { path: 'package/x', content: noise(70 * 1024 * 1024) }), { level: 0 }),
    'no gzip': Buffer.from('<html>not found</html>'),
    empty: Buffer.alloc(0),
    'no tar': gzipSync(Buffer.from('not a tar, and not a block long')),
    'a cut gzip': gzipSync(tarOf(manifest)).subarray(0, 60),
    'a cut sum': gzipSync(tarOf(manifest)).subarray(0, -3),
    'a cut tar': gzipSync(tarOf(manifest).subarray(0, 1024)),
    'a flipped byte in the sum': flipped(gzipSync(tarOf(manifest)), -6),
    'a damaged header': gzipSync(flipped(tarOf(manifest), 3)),
  };
  const told: string[] = [];
  for (const [name, tarball] of Object.entries(cases)) told.push(`# ${name}`, await said(tarball), '');
  expect(told).not.toContain('no failure');
  expectGolden('bad-tarballs.txt', told.join('\n'));
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  const index = at < 0 ? copy.length + at : at;
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
}

/** Bytes that do not compress well, the same each time. */
function noise(size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  for (let at = 0, state = 1; at < size; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes.writeUInt32LE(state, at);
  }
  return bytes;
}
