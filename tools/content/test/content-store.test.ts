import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Digest, Failure, hexOf, parseDigest } from '@moby/model';
import { openContentStore } from '@moby/content';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moby-store-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const hello = Buffer.from('hello');
const helloDigest = digest('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824');

function digest(hex: string): Digest {
  const parsed = parseDigest(`sha256:${hex}`);
  if (parsed === undefined) throw new Error(hex);
  return parsed;
}

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Failure)) throw new Error(`no Failure: ${String(error)}`);
  return error;
}

test('keeps bytes under the digest that they have', async () => {
  const store = openContentStore(folder);
  expect(await store.has(helloDigest)).toBe(false);
  expect(await store.read(helloDigest)).toBeUndefined();
  expect(await store.pathOf(helloDigest)).toBeUndefined();
  expect(await store.write(hello)).toEqual({ digest: helloDigest, sizeBytes: 5 });
  expect(await store.has(helloDigest)).toBe(true);
  expect(Buffer.from((await store.read(helloDigest)) ?? [])).toEqual(hello);
  expect(await store.pathOf(helloDigest)).toBe(join(folder, 'blobs/sha256', hexOf(helloDigest)));
});

test('takes a stream', async () => {
  const store = openContentStore(folder);
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('hel');
    yield Buffer.from('lo');
  }
  expect(await store.write(pieces())).toEqual({ digest: helloDigest, sizeBytes: 5 });
});

test('stores nothing when the bytes are not the expected ones or their source fails', async () => {
  const store = openContentStore(folder);
  const failure = await failureOf(store.write(Buffer.from('hellO'), { expected: helloDigest }));
  expect(failure.code).toBe('wrong-digest');
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield hello;
    throw new Failure({ code: 'network', message: 'cut' });
  }
  expect((await failureOf(store.write(broken()))).code).toBe('network');
  expect(await store.verify()).toEqual({ blobs: 0, sizeBytes: 0, corrupt: [], leftovers: [] });
  expect(await readdir(join(folder, 'temporary'))).toEqual([]);
});

test('does not hash again what the caller has hashed', async () => {
  const store = openContentStore(folder);
  expect(await store.write(hello, { computed: helloDigest, expected: helloDigest })).toEqual({ digest: helloDigest, sizeBytes: 5 });
  expect((await store.verify()).corrupt).toEqual([]);
  expect((await failureOf(store.write(hello, { computed: helloDigest, expected: digest('0'.repeat(64)) }))).code).toBe('wrong-digest');
});

test('copies a blob and says where there is none', async () => {
  const store = openContentStore(folder);
  await store.write(hello);
  expect(await store.copyTo(helloDigest, join(folder, 'copy'))).toBe(true);
  expect(await readFile(join(folder, 'copy'), 'utf8')).toBe('hello');
  await writeFile(join(folder, 'copy'), 'changed');
  expect(Buffer.from((await store.read(helloDigest)) ?? [])).toEqual(hello);
  expect(await store.copyTo(digest('0'.repeat(64)), join(folder, 'other'))).toBe(false);
});

test('finds changed bytes by reading them again whenever the file changed', async () => {
  const store = openContentStore(folder);
  await store.write(hello);
  const path = (await store.pathOf(helloDigest)) ?? '';
  await writeFile(path, 'hellO');
  const failure = await failureOf(store.read(helloDigest));
  expect(failure.code).toBe('store-corrupt');
  expect(failure.message.replaceAll(folder, 'STORE')).toMatchInlineSnapshot(
    `"\`STORE/blobs/sha256/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\` has other bytes than its name says: expected \`sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\`, got \`sha256:04a6f55face2f46be8c23f627d539827615851e10751b63ec59db6d2c706b770\`"`,
  );
  expect((await failureOf(store.copyTo(helloDigest, join(folder, 'copy')))).code).toBe('store-corrupt');
  expect((await store.verify()).corrupt).toEqual([path]);
  await store.write(hello);
  expect((await store.verify()).corrupt).toEqual([]);
});

test('does not hash an unchanged file a second time', async () => {
  const store = openContentStore(folder);
  await store.write(hello);
  const path = (await store.pathOf(helloDigest)) ?? '';
  const { mtime, atime } = await stat(path);
  // Same inode, size and time with other bytes is what only somebody who wants to deceive makes: reads trust the mark, `verify` does not.
  await utimes(path, atime, new Date(1_700_000_000_000));
  await store.read(helloDigest);
  await writeFile(path, 'hellO');
  await utimes(path, atime, new Date(1_700_000_000_000));
  expect(Buffer.from((await store.read(helloDigest)) ?? []).toString()).toBe('hellO');
  expect((await store.verify()).corrupt).toEqual([path]);
  expect(mtime.getTime()).toBeGreaterThan(0);
});

test('remembers small values by namespace and key and forgets torn ones', async () => {
  const store = openContentStore(folder);
  expect(await store.recall('segment', 'a')).toBeUndefined();
  await store.remember('segment', 'a', { digest: helloDigest });
  expect(await openContentStore(folder).recall('segment', 'a')).toEqual({ digest: helloDigest });
  expect(await store.recall('segment', 'b')).toBeUndefined();
  expect(await store.recall('other', 'a')).toBeUndefined();
  const [name] = await readdir(join(folder, 'memory/segment'));
  await writeFile(join(folder, 'memory/segment', name ?? ''), '{"key":"a","val');
  expect(await store.recall('segment', 'a')).toBeUndefined();
});

test('lets twenty writers store the same and other bytes at once', async () => {
  const stores = Array.from({ length: 20 }, () => openContentStore(folder));
  await Promise.all(
    stores.flatMap((store, at) => [store.write(hello), store.write(Buffer.from(`blob ${at % 5}`)), store.remember('n', 'k', at)]),
  );
  expect(await openContentStore(folder).verify()).toMatchObject({ blobs: 6, corrupt: [], leftovers: [] });
});

/** Above the kernel's highest (proc(5), pid_max): the number of a process that has ended may be another's by now. */
const impossiblePid = 2 ** 22 + 1;

test('lists what a dead writer left and removes it before the next write', async () => {
  const store = openContentStore(folder);
  await store.write(hello);
  const host = await hostPrefix(store.write(Buffer.from('other')));
  const left = join(folder, 'temporary', `${host}-${impossiblePid}-0123456789abcdef.part`);
  const foreign = join(folder, 'temporary', '00000000-1-0123456789abcdef.part');
  const old = join(folder, 'temporary', '00000000-2-0123456789abcdef.part');
  for (const path of [left, foreign, old]) await writeFile(path, 'half');
  await utimes(old, new Date(0), new Date(0));
  expect((await store.verify()).leftovers).toEqual([left, old].sort());
  await openContentStore(folder).write(hello);
  expect(await readdir(join(folder, 'temporary'))).toEqual(['00000000-1-0123456789abcdef.part']);
});

async function hostPrefix(write: Promise<unknown>): Promise<string> {
  await write;
  const seen = new Promise<string>((resolve) => {
    const store = openContentStore(folder);
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield hello;
      resolve((await readdir(join(folder, 'temporary')))[0]?.slice(0, 8) ?? '');
    }
    void store.write(slow());
  });
  return await seen;
}

test('is whole after its writer was killed twenty times at any moment', { timeout: 60_000 }, async () => {
  const program = join(import.meta.dirname, 'writers/write-until-killed.ts');
  const acknowledged: string[] = [];
  for (let round = 0; round < 20; round += 1) {
    const writer = spawn(process.execPath, ['-C', 'source', program, folder, `${round}`], { stdio: ['ignore', 'pipe', 'inherit'] });
    let told = '';
    writer.stdout.on('data', (piece: Buffer) => (told += piece.toString()));
    await once(writer.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, (round * 37) % 50));
    writer.kill('SIGKILL');
    await once(writer, 'close');
    acknowledged.push(...told.split('\n').slice(0, -1));
  }
  const store = openContentStore(folder);
  const verdict = await store.verify();
  expect(verdict.corrupt).toEqual([]);
  expect(acknowledged.length).toBeGreaterThanOrEqual(20);
  for (const text of acknowledged) expect(await store.has(digest(text.slice('sha256:'.length)))).toBe(true);
  await store.write(hello);
  expect((await store.verify()).leftovers).toEqual([]);
});

test.skipIf(process.getuid?.() !== 0)('says how much was needed and where when a real disk is full', async () => {
  const disk = join(folder, 'disk');
  await mkdir(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
  try {
    const store = openContentStore(join(disk, 'store'));
    const failure = await failureOf(store.write(Buffer.alloc(1_200_000)));
    expect(failure.code).toBe('no-space');
    expect(failure.message.replaceAll(folder, 'FOLDER').replace(/and [0-9.]+ k?B are/, 'and SIZE are')).toBe(
      'no space left in `FOLDER/disk/store/temporary`: a blob needs 1.2 MB, and SIZE are free',
    );
    expect(failure.hints).toEqual(['free some space there, or set `XDG_CACHE_HOME` to a folder on another disk']);
    expect(await readdir(join(disk, 'store/temporary'))).toEqual([]);
    await store.write(hello);
    expect(await store.verify()).toMatchObject({ blobs: 1, corrupt: [], leftovers: [] });
  } finally {
    execFileSync('umount', [disk]);
  }
});

test('names a folder that it may not write to', async () => {
  await writeFile(join(folder, 'file'), '');
  const failure = await failureOf(openContentStore(join(folder, 'file')).write(hello));
  expect(failure.code).toBe('io');
  expect(failure.message.replaceAll(folder, 'FOLDER')).toBe("`FOLDER/file/temporary` can't be written: ENOTDIR");
});
