import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expectGolden, normalise, runCli, scratchFolder, writeAr, writeDeb, writeTar } from '@moby/testkit';
import { expect, test } from 'vitest';
import { makeElf } from '../../abi/test/elf-writer.ts';

const program = makeElf({ interpreter: '/lib64/ld-linux-x86-64.so.2', needed: ['libc.so.6'] });

function put(folder: string, files: Readonly<Record<string, Uint8Array | string>>): string {
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

/** What is said of each, with the exit code. */
async function told(folder: string, commands: readonly (readonly string[])[]): Promise<string> {
  const texts: string[] = [];
  for (const command of commands) {
    const { stdout, stderr, exitCode } = await runCli(['abi', ...command], { cwd: folder });
    texts.push(`$ moby-compose abi ${command.join(' ')}\n${stdout}${stderr}exit ${exitCode}\n`);
  }
  return normalise(texts.join('\n'), { folder, places: {} });
}

test('what is named as a package and is none, and archives of other kinds, are refused with what to do', async () => {
  const folder = put(scratchFolder(), {
    'page.deb': '<html>not found</html>\n',
    'empty.deb': '',
    'page.tar': '<html>not found</html>\n',
    'empty.tar': '',
    'root.tar.xz': 'x',
    'tool.rpm': 'x',
    'tool.apk': 'x',
  });
  const names = ['page.deb', 'empty.deb', 'page.tar', 'empty.tar', 'root.tar.xz', 'tool.rpm', 'tool.apk', 'nothing'];
  const text = await told(
    folder,
    names.map((name) => ['facts', name]),
  );
  expectGolden('abi-facts-refused.txt', text);
});

test('of what is damaged and was given by hand, nobody says that it was pinned', async () => {
  const files = [{ path: 'usr/bin/x', content: program, mode: 0o755 }];
  const deb = await writeDeb({ package: 'x', version: '1', files });
  const tar = writeTar(files);
  const damaged = makeElf({ interpreter: '/lib64/ld-linux-x86-64.so.2' }).subarray(0, 90);
  const folder = put(scratchFolder(), {
    'whole.deb': deb,
    'cut.deb': deb.subarray(0, deb.length - 40),
    'cut.tar': tar.subarray(0, 700),
    'other.deb': writeAr([['a.o', Buffer.from('x')]]),
    cut: damaged,
    'cut.ko.xz': 'x',
    'root/usr/bin/cut': damaged,
    'root/usr/bin/x': program,
  });
  const names = ['cut.deb', 'cut.tar', 'other.deb', 'cut', 'cut.ko.xz', 'root'];
  const text = await told(folder, [...names.map((name) => ['facts', name]), ['diff', 'whole.deb', 'cut.deb']]);
  expectGolden('abi-facts-damaged.txt', text);
});

test('a tar that any program has written is read, with its hard links, and whatever it is called', async () => {
  const tar = writeTar([
    { path: './usr/bin/x', content: program, mode: 0o755 },
    { path: './usr/bin/y', kind: 'hard-link', target: 'usr/bin/x', mode: 0o755 },
    { path: './dev/null', kind: 'device' },
  ]);
  const folder = put(scratchFolder(), { 'root.tar': tar, root: tar });
  for (const name of ['root.tar', 'root']) {
    const run = await runCli(['abi', 'facts', name, '--json'], { cwd: folder });
    const { platforms }: { readonly platforms: Readonly<Record<string, { readonly programs: readonly string[] }>> } = JSON.parse(
      run.stdout,
    );
    expect(platforms['linux/amd64']?.programs, name).toEqual(['/usr/bin/x', '/usr/bin/y']);
  }
});
