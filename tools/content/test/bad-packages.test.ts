import { derivePayload, type PayloadSource, readDeb } from '@moby/content';
import { Failure } from '@moby/model';
import { compressed, expectGolden, type TarInput, writeAr, writeDeb, writeTar } from '@moby/testkit';
import { expect, test } from 'vitest';

const parents: readonly TarInput[] = ['usr', 'usr/bin'].map((path) => ({ path, kind: 'directory' }));

async function said(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [`error[${error.code}]: ${error.message}`, ...error.hints.map((hint) => `  hint: ${hint}`)].join('\n');
  }
  return 'no failure';
}

function withFiles(...files: readonly TarInput[]): () => Promise<unknown> {
  return async () => readDeb(await writeDeb({ package: 'evil', version: '1', files: [...parents, ...files], compression: 'none' }), 'evil');
}

async function cutAt(share: number, compression: 'xz' | 'zst' | 'gz' | 'none'): Promise<unknown> {
  const deb = await writeDeb({
    package: 'cut',
    version: '1',
    compression,
    files: [...parents, { path: 'usr/bin/x', content: 'x'.repeat(50_000) }],
  });
  return await readDeb(deb.subarray(0, Math.floor(deb.length * share)), 'cut');
}

async function withTar(bytes: Buffer): Promise<unknown> {
  return await readDeb(
    writeAr([
      ['debian-binary', Buffer.from('2.0\n')],
      ['control.tar', writeTar([])],
      ['data.tar', bytes],
    ]),
    'odd',
  );
}

/** The member as it is named, with its last bytes missing or a byte flipped inside the compressed data. */
async function withDamagedMember(ending: 'xz' | 'zst' | 'gz', damage: (bytes: Buffer) => Buffer): Promise<unknown> {
  const tar = writeTar([{ path: 'x', content: Buffer.from(Array.from({ length: 40_000 }, (_, at) => (at * at) % 251)) }]);
  const bytes = damage(Buffer.from(await compressed(tar, ending)));
  return await readDeb(
    writeAr([
      ['debian-binary', Buffer.from('2.0\n')],
      [`data.tar.${ending}`, bytes],
    ]),
    'damaged',
  );
}

const headerOf = (entry: TarInput): Buffer => writeTar([entry]);

test('each damage and each danger has a message of its own', async () => {
  const cases: Readonly<Record<string, () => Promise<unknown>>> = {
    'absolute path': withFiles({ path: '/etc/passwd', content: '' }),
    'path traversal': withFiles({ path: 'usr/../../etc/passwd', content: '' }),
    'below a symbolic link': withFiles({ path: 'usr/lib', kind: 'symlink', target: '/' }, { path: 'usr/lib/x', content: '' }),
    'link in place of a parent': withFiles({ path: 'etc/x', content: '' }, { path: 'etc', kind: 'symlink', target: '/' }),
    'below a file': withFiles({ path: 'usr/bin/x', content: '' }, { path: 'usr/bin/x/y', content: '' }),
    device: withFiles({ path: 'usr/sda', kind: 'device' }),
    fifo: withFiles({ path: 'usr/pipe', kind: 'fifo' }),
    'hard link outside': withFiles({ path: 'usr/shadow', kind: 'hard-link', target: '/etc/shadow' }),
    'hard link upwards': withFiles({ path: 'usr/shadow', kind: 'hard-link', target: '../etc/shadow' }),
    'hard link to nothing': withFiles({ path: 'usr/shadow', kind: 'hard-link', target: 'etc/shadow' }),
    'the same path twice': withFiles({ path: 'usr/bin/x', content: '1' }, { path: 'usr/bin/x', content: '2' }),
    'a path too long': withFiles({ path: 'usr/'.padEnd(5000, 'x') }),
    'a path too deep': withFiles({ path: 'a/'.repeat(65).concat('b') }),
    'a name with an escape sequence': withFiles({ path: 'usr/../\u001b[2J' }),
    'no package': async () => readDeb(Buffer.from('<html>not found</html>'), 'page'),
    'another ar archive': async () => readDeb(writeAr([['a.o', Buffer.from('x')]]), 'objects'),
    'no data': async () =>
      readDeb(
        writeAr([
          ['debian-binary', Buffer.from('2.0\n')],
          ['data.tar.lzma', Buffer.from('x')],
        ]),
        'old',
      ),
    'cut in a member (xz)': () => cutAt(0.9, 'xz'),
    'cut in a member (plain)': () => cutAt(0.5, 'none'),
    'cut in a header': async () => readDeb((await writeDeb({ package: 'cut', version: '1' })).subarray(0, 100), 'cut'),
    'xz cut inside': () => withDamagedMember('xz', (bytes) => bytes.subarray(0, bytes.length - 20)),
    'zstd cut inside': () => withDamagedMember('zst', (bytes) => bytes.subarray(0, bytes.length - 20)),
    'gzip cut inside': () => withDamagedMember('gz', (bytes) => bytes.subarray(0, bytes.length - 20)),
    'tar cut in an entry': () => withTar(headerOf({ path: 'x', content: 'x'.repeat(3000) }).subarray(0, 1500)),
    'tar without an end': () => withTar(headerOf({ path: 'x', content: 'x' }).subarray(0, 1024)),
    'tar with a flipped bit': () => {
      const tar = headerOf({ path: 'x', content: 'x' });
      tar[3] = 1;
      return withTar(tar);
    },
    'unknown type': () => withTar(retyped('Z')),
  };
  const lines: string[] = [];
  for (const [name, work] of Object.entries(cases)) lines.push(`${name}\n${await said(work)}\n`);
  expectGolden('bad-packages.txt', lines.join('\n'));
});

function retyped(type: string): Buffer {
  const tar = writeTar([{ path: 'x', content: '' }]);
  tar.write(type, 156);
  tar.fill(0x20, 148, 156);
  tar.write(
    `${tar
      .subarray(0, 512)
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return tar;
}

test('a flipped byte inside data with a checksum never gives wrong files', async () => {
  const outcome = await said(() =>
    withDamagedMember('gz', (bytes) => {
      const at = Math.floor(bytes.length / 2);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      return bytes;
    }),
  );
  expect(outcome).toMatch(/^error\[bad-archive\]: `damaged` has a `data\.tar\.gz` that can't be decompressed/);
});

test('long names of GNU tar and of pax are read alike', async () => {
  const path = `usr/bin/${'long-name-'.repeat(15)}`;
  const target = 'far-away-'.repeat(15);
  for (const longNames of ['gnu', 'pax'] as const) {
    const deb = await writeDeb({
      package: 'long',
      version: '1',
      files: [...parents, { path, content: 'x', longNames }, { path: `${path}2`, kind: 'symlink', target, longNames }],
    });
    expect((await readDeb(deb, 'long')).slice(2).map((entry) => [entry.path, entry.kind, entry.target])).toEqual([
      [path, 'file', ''],
      [`${path}2`, 'symlink', target],
    ]);
  }
});

function debSource(keep: readonly string[], files: readonly TarInput[], name = 'tool'): PayloadSource {
  return { kind: 'deb', package: name, keep, read: () => writeDeb({ package: name, version: '1', files: [...parents, ...files] }) };
}

function derive(
  sources: readonly PayloadSource[],
  rest: {
    readonly links?: Record<string, string>;
    readonly directories?: Record<string, string>;
    readonly joins?: Record<string, string>;
  } = {},
): () => Promise<unknown> {
  return () => derivePayload({ sources, links: {}, directories: {}, ...rest });
}

test('each recipe that does not fit its sources has a message of its own', async () => {
  const server: TarInput = { path: 'usr/bin/redis-server', mode: 0o755, content: 'x' };
  const cases: Readonly<Record<string, () => Promise<unknown>>> = {
    'a pattern that matches nothing': derive([debSource(['usr/bin/redis-servre'], [server])]),
    'the file is elsewhere': derive([debSource(['usr/sbin/redis-server'], [server])]),
    'a pattern far from everything': derive([debSource(['opt/**/something-else.txt'], [server])]),
    'a directory': derive([debSource(['usr/bin'], [server])]),
    'two different files': derive([
      debSource(['usr/bin/*'], [server]),
      debSource(['usr/bin/*'], [{ ...server, content: 'longer' }], 'other'),
    ]),
    'two different modes': derive([debSource(['usr/bin/*'], [server]), debSource(['usr/bin/*'], [{ ...server, mode: 0o644 }], 'other')]),
    'a file and a declared directory': derive([debSource(['usr/bin/*'], [server])], { directories: { 'bin/redis-server': '0755' } }),
    'a link over a file': derive([debSource(['usr/bin/*'], [server])], { links: { 'usr/bin/redis-server': 'x' } }),
    'below a link': derive([debSource(['usr/bin/*'], [server])], { links: { 'usr/bin': 'elsewhere' } }),
    'a mode with setuid': derive([], { directories: { tmp: '4755' } }),
    'a link above the root': derive([], { links: { 'usr/x': '../../etc' } }),
    'an odd path': derive([], { links: { '/usr/x': 'y' } }),
    'a control character': derive([], { links: { 'usr/x\ny': 'y' } }),
    'a join of nothing': derive([debSource(['usr/bin/*'], [server])], { joins: { 'etc/all': 'etc/*.d' } }),
    'a part of two joins': derive([debSource(['usr/bin/*'], [server])], { joins: { 'etc/one': 'usr/bin/*', 'etc/two': 'usr/**' } }),
    'a join over a file': derive(
      [
        debSource(['usr/bin/*'], [server]),
        { kind: 'files', executable: [], read: () => Promise.resolve([{ path: 'etc/x', bytes: Buffer.from('y') }]) },
      ],
      { joins: { 'etc/x': 'usr/bin/*' } },
    ),
    'no file for executable': derive([
      { kind: 'files', executable: ['usr/bin/*'], read: () => Promise.resolve([{ path: 'etc/x', bytes: Buffer.from('') }]) },
    ]),
  };
  const lines: string[] = [];
  for (const [name, work] of Object.entries(cases)) lines.push(`${name}\n${await said(work)}\n`);
  expectGolden('recipes-that-do-not-fit.txt', lines.join('\n'));
});
