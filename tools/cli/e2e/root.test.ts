import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { expectGolden, normalise, runCli, scratchFolder, type CliRun } from '@moby/testkit';
import { makeElf, type ElfPlan } from '../../abi/test/elf-writer.ts';
import { makeDescriptor, makeGoProgram } from '../../abi/test/go-writer.ts';

const loader = '/lib64/ld-linux-x86-64.so.2';

function put(root: string, path: string, bytes: Uint8Array | string, mode = 0o755): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), bytes);
  chmodSync(join(root, path), mode);
}

function link(root: string, path: string, target: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  symlinkSync(target, join(root, path));
}

function program(more: ElfPlan = {}): Buffer {
  return makeElf({ interpreter: loader, needed: ['libm.so.6', 'libc.so.6'], ...more });
}

const libc = makeElf({ soname: 'libc.so.6', offers: ['libc.so.6', 'GLIBC_2.34'], symbols: [{ name: 'exit', defined: true, version: 2 }] });
const libm = makeElf({ soname: 'libm.so.6', offers: ['libm.so.6', 'GLIBC_2.34', 'GLIBC_2.41'] });

/** A root with merged folders, a loader behind a link, and libraries that a farm of links shows. */
function makeRoot(): string {
  const root = join(scratchFolder(), 'root');
  for (const folder of ['bin', 'sbin', 'lib', 'lib64']) link(root, folder, `usr/${folder}`);
  put(root, 'c/0123456789ab/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2', makeElf({ soname: 'ld-linux-x86-64.so.2' }));
  put(root, 'c/0123456789ab/usr/lib/x86_64-linux-gnu/libc.so.6', libc, 0o644);
  put(root, 'c/0123456789ab/usr/lib/x86_64-linux-gnu/libm.so.6', libm, 0o644);
  for (const name of ['ld-linux-x86-64.so.2', 'libc.so.6', 'libm.so.6'])
    link(root, `usr/lib/x86_64-linux-gnu/${name}`, `/c/0123456789ab/usr/lib/x86_64-linux-gnu/${name}`);
  link(root, 'usr/lib64/ld-linux-x86-64.so.2', '../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2');
  put(root, 'usr/bin/good', program({ needs: [{ library: 'libm.so.6', versions: ['GLIBC_2.41'] }] }));
  put(root, 'usr/bin/sh', program());
  put(root, 'usr/bin/task', '#!/bin/sh\n');
  return root;
}

async function check(root: string, ...more: readonly string[]): Promise<{ readonly run: CliRun; readonly text: string }> {
  const args = ['check', '--root', root, ...more];
  const run = await runCli(args, { cwd: dirname(root) });
  const shown = normalise(`$ moby-compose ${args.join(' ')}\n${run.stdout}${run.stderr}exit ${run.exitCode}\n`, {
    folder: dirname(root),
    places: {},
  });
  return { run, text: shown };
}

test('a root in which everything fits passes', async () => {
  const { run, text } = await check(makeRoot());
  expectGolden('check-root-fits.txt', text);
  expect(run.exitCode).toBe(0);
});

test('a root is refused with the file, the name, and what is there instead', async () => {
  const root = makeRoot();
  put(
    root,
    'usr/bin/young',
    program({
      needs: [{ library: 'libm.so.6', versions: ['GLIBC_2.43'] }],
      symbols: [{ name: 'sqrtf', version: 100 }],
    }),
  );
  put(root, 'usr/bin/lone', program({ needed: ['libgone.so.1'] }));
  put(root, 'usr/bin/other', program({ machine: 183, needed: [] }));
  put(root, 'usr/bin/named', program({ symbols: [{ name: 'absent', version: 0 }] }));
  put(root, 'usr/bin/script', '#!/usr/bin/env python9\n');
  put(root, 'usr/share/example.sh', '#!/bin/ksh\n');
  put(root, 'usr/bin/broken', program().subarray(0, 90));
  const { run, text } = await check(root);
  expectGolden('check-root-broken.txt', text);
  expect(run.exitCode).toBe(1);
});

test('a containerd and a shim of another protocol are refused', async () => {
  const task = (line: string): Buffer =>
    makeDescriptor({
      name: `task/${line}/task.proto`,
      package: `containerd.task.${line}`,
      goPackage: `example.com/task/${line};task`,
      services: ['Task'],
    });
  const containerd = makeGoProgram({
    functions: ['github.com/containerd/containerd/runtime/v2.(*binary).Start', 'example.com/task/v2.NewTaskClient'],
    files: ['example.com/task/v2/task_ttrpc.pb.go'],
    data: [task('v2'), '*shim.BootstrapParams'],
  });
  const shim = makeGoProgram({
    functions: ['github.com/containerd/containerd/v2/pkg/shim.run', 'example.com/task/v3.RegisterTaskService'],
    files: ['example.com/task/v3/task_ttrpc.pb.go'],
    data: [task('v3'), 'L*func(context.Context, string, shim.StartOpts) (shim.BootstrapParams, error)'],
  });
  const root = join(scratchFolder(), 'root');
  put(root, 'usr/bin/containerd', containerd);
  put(root, 'usr/bin/containerd-shim-runc-v2', shim);
  const { run } = await check(root);
  expect(run.exitCode).toBe(1);
  expect(run.stdout).toContain(
    'error  rpc.service     /usr/bin/containerd-shim-runc-v2 serves ttrpc containerd.task.v3.Task; /usr/bin/containerd speaks ttrpc containerd.task.v2.Task',
  );
  expect(run.stdout).toContain(
    'error  shim.bootstrap  /usr/bin/containerd-shim-runc-v2 answers its start as json; /usr/bin/containerd understands plain',
  );
});

test('a root is judged for tools: one document, with each program that an error keeps from starting', async () => {
  const root = makeRoot();
  put(root, 'usr/lib/x86_64-linux-gnu/libown.so.1', makeElf({ soname: 'libown.so.1', needed: ['libgone.so.1'] }), 0o644);
  for (const name of ['one', 'two']) put(root, `usr/bin/${name}`, program({ needed: ['libown.so.1', 'libc.so.6'] }));
  const { run } = await check(root, '--json');
  const document: { readonly checked: number; readonly findings: readonly object[] } = JSON.parse(run.stdout);
  expect(run.exitCode).toBe(1);
  expect(document.checked).toBe(6);
  expect(document.findings).toEqual([
    {
      rule: 'elf.needed',
      level: 'error',
      file: '/usr/lib/x86_64-linux-gnu/libown.so.1',
      needs: 'libgone.so.1',
      programs: ['/usr/bin/one', '/usr/bin/two'],
      message: expect.stringContaining("needs libgone.so.1, which isn't in this root"),
      evidence: 'binary',
      hints: [],
    },
  ]);
});

test('links are never followed out of a root', async () => {
  const root = makeRoot();
  put(dirname(root), 'outside/libout.so.1', makeElf({ soname: 'libout.so.1' }), 0o644);
  link(root, 'usr/lib/x86_64-linux-gnu/libout.so.1', '../../../../outside/libout.so.1');
  link(root, 'usr/lib/away', join(dirname(root), 'outside'));
  put(root, 'usr/bin/out', program({ needed: ['libout.so.1'], runpath: '/usr/lib/away' }));
  link(root, 'usr/bin/loop', 'loop');
  const { run } = await check(root, '--json');
  const { findings }: { readonly findings: readonly { readonly needs: string; readonly level: string }[] } = JSON.parse(run.stdout);
  expect(findings.map(({ needs, level }) => `${level} ${needs}`)).toEqual(['error libout.so.1']);
});

test('a folder whose /lib is one of its own is searched as it is, and so is where its cache leads', async () => {
  const root = join(scratchFolder(), 'root');
  put(root, 'lib64/ld-linux-x86-64.so.2', makeElf({ soname: 'ld-linux-x86-64.so.2' }));
  put(root, 'lib/x86_64-linux-gnu/libc.so.6', libc, 0o644);
  put(root, 'opt/m/libm.so.6', libm, 0o644);
  put(root, 'bin/prog', program());
  const bare = await check(root);
  expect(bare.run.stdout).toContain("error  elf.needed  /bin/prog needs libm.so.6, which isn't in this root");
  const texts = Buffer.from('libm.so.6\0/opt/m/libm.so.6\0');
  const cache = Buffer.alloc(72 + texts.length);
  cache.write('glibc-ld.so.cache1.1');
  cache.writeUInt32LE(1, 20);
  cache.writeUInt32LE(72, 52);
  cache.writeUInt32LE(82, 56);
  texts.copy(cache, 72);
  put(root, 'etc/ld.so.cache', cache, 0o644);
  expect((await check(root)).run.exitCode).toBe(0);
});

test('a processor can be named, and what is no folder is said', async () => {
  const root = makeRoot();
  put(root, 'usr/bin/fast', program({ isaBits: 0b111 }));
  expect((await check(root)).run.exitCode).toBe(0);
  expect((await check(root, '--cpu', 'x86-64-v2')).run.exitCode).toBe(1);
  expect((await check(root, '--cpu', 'x86-64-v3')).run.exitCode).toBe(0);
  expect((await check(join(root, 'nowhere'))).run.stderr).toContain('there is no folder');
});

test('the facts of a file and of a folder are told', async () => {
  const root = makeRoot();
  const args = ['abi', 'facts', 'root/usr/bin/good'];
  const run = await runCli(args, { cwd: dirname(root) });
  const whole = await runCli(['abi', 'facts', 'root'], { cwd: dirname(root) });
  expectGolden('abi-facts.txt', `$ moby-compose ${args.join(' ')}\n${run.stdout}\n$ moby-compose abi facts root\n${whole.stdout}`);
  const json = await runCli(['abi', 'facts', 'root', '--json', '--symbols'], { cwd: dirname(root) });
  const document: { readonly facts: number; readonly platforms: object; readonly symbols: object } = JSON.parse(json.stdout);
  expect(document.facts).toBe(1);
  expect(Object.keys(document.platforms)).toEqual(['linux/amd64']);
  expect(document.symbols).toEqual({
    '/c/0123456789ab/usr/lib/x86_64-linux-gnu/libc.so.6': { imports: {}, exports: { '@@GLIBC_2.34': 'exit' } },
  });
  expect((await runCli(['abi', 'facts', 'nothing'], { cwd: dirname(root) })).exitCode).toBe(1);
});
