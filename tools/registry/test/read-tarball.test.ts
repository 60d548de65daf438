import { gzipSync } from 'node:zlib';
import { Failure } from '@moby/model';
import { readTarball } from '@moby/registry/pack';
import { expectGolden, packageTar, type PackageTarEntry } from '@moby/testkit';
import { expect, test } from 'vitest';

const manifest: PackageTarEntry = { path: 'package/package.json', content: '{ "name": "good" }' };
const evil = '{ "name": "evil" }';
const tgz = (...entries: readonly PackageTarEntry[]): Buffer => gzipSync(packageTar(entries));

async function said(tarball: Uint8Array): Promise<string> {
  try {
    await readTarball(tarball, '@moby/hello@1.2.301');
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [`error[${error.code}]: ${error.message}`, ...error.hints.map((hint) => `  hint: ${hint}`)].join('\n');
  }
  return 'no failure';
}

test('files come by their paths below `package/`, sorted', async () => {
  const folder = (path: string): PackageTarEntry => ({ path, type: '5' });
  const tarball = tgz(
    folder('package'),
    manifest,
    folder('package/files'),
    { path: 'package/files/b', content: 'b' },
    { path: 'package/facts.json', content: '{}' },
  );
  const files = await readTarball(tarball, 'hello');
  expect(files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()])).toEqual([
    ['facts.json', '{}'],
    ['files/b', 'b'],
    ['package.json', '{ "name": "good" }'],
  ]);
});

/** What is wrong with archives is tested where they are read (`tools/content/test/package-archive.test.ts`). */
test('whatever two readers could take for two packages is refused, whatever reaches out, and what is too much', async () => {
  const file = (path: string, content: string | Uint8Array = 'x'): PackageTarEntry => ({ path, content });
  const cases: Readonly<Record<string, Uint8Array>> = {
    'the manifest twice': tgz(manifest, { ...manifest, content: evil }),
    'another root': tgz(manifest, file('zzz/package.json', evil)),
    'a dot in a path': tgz(manifest, file('package/./package.json', evil)),
    'an escape sequence': tgz(manifest, file('package/\u001b[2J')),
    'a symbolic link': tgz(manifest, { path: 'package/x', type: '2', target: '/etc/passwd' }),
    'a second member': Buffer.concat([tgz(manifest), tgz({ ...manifest, content: evil })]),
    'no manifest': tgz(file('package/facts.json', '{}')),
    'the manifest as a folder': tgz({ path: 'package/package.json', type: '5' }),
    'too many files': tgz(manifest, ...Array.from({ length: 2000 }, (_, at) => file(`package/${at}`, noise(256, at)))),
    'too many entries': tgz(manifest, ...Array.from({ length: 8000 }, (_, at) => file('package/x', noise(256, at)))),
    'a bomb': gzipSync(Buffer.alloc(200 * 1024 * 1024), { level: 1 }),
    'a large package': gzipSync(packageTar([manifest, file('package/x', noise(4 << 20, 1)), file('package/y', Buffer.alloc(61 << 20))]), {
      level: 1,
    }),
    'a large tarball': Buffer.alloc(33 * 1024 * 1024),
    'no gzip': Buffer.from('<html>not found</html>'),
    'a flipped byte': flipped(tgz(manifest), -6),
  };
  const told: string[] = [];
  for (const [name, tarball] of Object.entries(cases)) told.push(`# ${name}`, await said(tarball), '');
  expect(told).not.toContain('no failure');
  expectGolden('bad-tarballs.txt', told.join('\n'));
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  const index = copy.length + at;
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
}

/** Bytes that do not compress well, the same each time. */
function noise(size: number, seed: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  for (let at = 0, state = seed; at < size; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes.writeUInt32LE(state, at);
  }
  return bytes;
}
