import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkout, documentFindings, expectGolden, runCli, scratchFolder, writeDeb, writeTar, type CliRun } from '@moby/testkit';
import { expect, test } from 'vitest';
import { makeElf } from '../../abi/test/elf-writer.ts';
import { makeFullModule } from '../../abi/test/module-writer.ts';

const path = 'usr/lib/x86_64-linux-gnu/libx.so.1';
const older = makeElf({ soname: 'libx.so.1', offers: ['libx.so.1', 'X_1'], symbols: [{ name: 'one', defined: true, version: 2 }] });
const newer = makeElf({ soname: 'libx.so.1', offers: ['libx.so.1', 'X_1', 'X_2'], symbols: [{ name: 'two', defined: true, version: 3 }] });

function put(folder: string, name: string, bytes: Uint8Array): string {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), bytes);
  return name;
}

async function packed(bytes: Uint8Array): Promise<{ readonly deb: Buffer; readonly tar: Buffer }> {
  const files = [{ path, kind: 'file' as const, content: Buffer.from(bytes), mode: 0o644 }];
  return { deb: await writeDeb({ package: 'libx1', version: '1', files, compression: 'xz' }), tar: writeTar(files) };
}

interface Document {
  readonly breaks: readonly { readonly sentence: string; readonly file?: string }[];
  readonly bump: string;
}

async function compare(folder: string, ...args: readonly string[]): Promise<{ readonly run: CliRun; readonly document: Document }> {
  const run = await runCli(['abi', 'diff', ...args, '--json'], { cwd: folder });
  expect(run.exitCode, run.stderr + run.stdout).toBe(0);
  const document: Document = JSON.parse(run.stdout);
  expect(documentFindings('abi-diff', document)).toEqual([]);
  return { run, document };
}

test('two lines of a component are told apart in words', async () => {
  const pairs = [
    ['openssl/3.0', 'openssl@~3.5'],
    ['redis@~7.0', 'components/redis/8.0'],
  ] as const;
  const texts: string[] = [];
  for (const pair of pairs) {
    const run = await runCli(['abi', 'diff', ...pair], { cwd: checkout });
    expect(run.exitCode).toBe(0);
    texts.push(`$ moby-compose abi diff ${pair.join(' ')}\n${run.stdout}`);
  }
  expectGolden('abi-diff.txt', texts.join('\n'));
});

test('files, folders, packages and payloads say the same, and may be mixed', async () => {
  const folder = scratchFolder();
  const [old, now] = [await packed(older), await packed(newer)];
  put(folder, 'a/libx.so.1.0', older);
  put(folder, 'b/libx.so.1.1', newer);
  put(folder, `old/${path}`, older);
  put(folder, `new/${path}`, newer);
  put(folder, 'old.deb', old.deb);
  put(folder, 'new.deb', now.deb);
  put(folder, 'old.tar', old.tar);
  put(folder, 'new.tar', now.tar);
  const pairs = [
    ['a/libx.so.1.0', 'b/libx.so.1.1'],
    ['old', 'new'],
    ['old.deb', 'new.deb'],
    ['old.tar', 'new.tar'],
    ['old', 'new.tar'],
  ] as const;
  for (const [before, after] of pairs) {
    const { document } = await compare(folder, before, after);
    expect([document.breaks.map(({ sentence }) => sentence), document.bump], `${before} ${after}`).toEqual([
      ['libx.so.1 lacks 1 symbol of X_1 that the old one exports: one'],
      'major',
    ]);
  }
  expect((await compare(folder, 'old.deb', 'old.deb')).document.bump).toBe('none');
});

test('a kernel’s module may be given alone', async () => {
  const folder = scratchFolder();
  const module = (release: string, exports: Readonly<Record<string, number>>): Buffer =>
    makeFullModule({ info: ['name=zfs', `vermagic=${release} SMP mod_unload modversions `, 'license=CDDL'], exports });
  put(folder, 'old.ko', module('6.12.1', { zfs_open: 1, zfs_close: 2 }));
  put(folder, 'new.ko', module('6.12.2', { zfs_open: 1, zfs_close: 3 }));
  const { document } = await compare(folder, 'old.ko', 'new.ko');
  expect(document.breaks).toMatchObject([
    { sentence: 'new.ko exports zfs_close no more, or of another type', file: '/usr/lib/modules/6.12.2/new.ko' },
  ]);
});

test('what is neither on disk nor in the library is said, with the nearest name', async () => {
  const unknown = await runCli(['abi', 'diff', 'opensl', 'openssl'], { cwd: checkout });
  expect(unknown.exitCode).toBe(1);
  expect(unknown.stderr).toContain('there is neither a file, nor a folder, nor a component `opensl`');
  expect(unknown.stderr).toContain('did you mean `openssl`?');
  const line = await runCli(['abi', 'diff', 'openssl/9', 'openssl'], { cwd: checkout });
  expect(line.stderr).toContain('there is no `openssl/9` in the library');
  const folder = scratchFolder();
  put(folder, 'cut.deb', (await packed(older)).deb.subarray(0, 100));
  expect((await runCli(['abi', 'diff', 'cut.deb', 'cut.deb'], { cwd: folder })).exitCode).toBe(74);
});
