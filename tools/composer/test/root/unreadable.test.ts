import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '@moby/model';
import { scratchFolder } from '@moby/testkit';
import { expect, test } from 'vitest';
import { makeElf } from '../../../abi/test/elf-writer.ts';
import { checkFolder, readFacts } from '../../src/root/index.ts';

/** For root nothing is unreadable: the work is done as nobody then. */
async function asAnybody<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

async function said(work: () => unknown): Promise<readonly string[]> {
  try {
    await asAnybody(work);
  } catch (error) {
    if (error instanceof Failure) return [`${error.code}: ${error.message}`, ...error.hints];
    throw error;
  }
  return [];
}

function shut(path: string): string {
  chmodSync(path, 0);
  return path;
}

function scratchRoot(): string {
  const folder = scratchFolder();
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'usr/bin'), { recursive: true });
  return folder;
}

const hint = 'look at the permissions of it, and of the folders above it';

test('a program or a library that may not be read is unknown, and what nobody loads does not matter', async () => {
  const folder = scratchRoot();
  for (const name of ['program', 'libx.so.1', 'notes']) writeFileSync(join(folder, 'usr/bin', name), makeElf({}));
  chmodSync(join(folder, 'usr/bin/program'), 0o111);
  for (const name of ['libx.so.1', 'notes']) shut(join(folder, 'usr/bin', name));
  const { findings } = await asAnybody(() => checkFolder({ folder }));
  expect(findings.map(({ level, file, message }) => `${level} ${file}: ${message}`).sort()).toEqual([
    'unknown /usr/bin/libx.so.1: `/usr/bin/libx.so.1` may not be read by who asks',
    'unknown /usr/bin/program: `/usr/bin/program` may not be read by who asks',
  ]);
});

test('a folder in a root that may not be looked into is an error that names it', async () => {
  const folder = scratchRoot();
  const path = shut(join(folder, 'usr/bin'));
  expect(await said(() => checkFolder({ folder }))).toEqual([`io: \`${path}\` can't be read: permission denied`, hint]);
});

test('facts of what may not be read, or not be looked at, are refused with why and what to do', async () => {
  const folder = scratchRoot();
  const file = join(folder, 'usr/bin/x');
  writeFileSync(file, makeElf({}));
  shut(file);
  const refused = [`io: \`${file}\` can't be read: permission denied`, hint];
  expect(await said(() => readFacts(file))).toEqual(refused);
  expect(await said(() => readFacts(folder))).toEqual(refused);
  shut(join(folder, 'usr'));
  expect(await said(() => readFacts(file))).toEqual(refused);
});
