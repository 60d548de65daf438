import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pinnedNode, scratchFolder } from '@moby/testkit';
import { ownFolder } from '../src/storage/own-folder.ts';

const ownerFiles = (folder: string): readonly string[] => readdirSync(folder).filter((name) => name.startsWith('owner-'));

test('a folder has one owner, whose number the second is told', async () => {
  const folder = scratchFolder();
  const first = await ownFolder(folder);
  await expect(ownFolder(folder)).rejects.toMatchObject({
    code: 'storage-in-use',
    message: `\`${folder}\` belongs to the running process ${process.pid}: one process owns a registry's folder`,
  });
  await first.release();
  const second = await ownFolder(folder);
  await second.release();
  expect(readdirSync(folder)).toEqual([]);
});

test('an owner that was killed is no owner, also when another process has its number now', async () => {
  const folder = scratchFolder();
  const child = spawn(pinnedNode(), [
    '-C',
    'source',
    '-e',
    `import(${JSON.stringify(new URL('../src/storage/own-folder.ts', import.meta.url).href)}).then(async ({ ownFolder }) => { await ownFolder(${JSON.stringify(folder)}); console.log('owns'); setInterval(() => {}, 1000); })`,
  ]);
  await once(child.stdout, 'data');
  await expect(ownFolder(folder)).rejects.toMatchObject({
    code: 'storage-in-use',
    message: expect.stringContaining(`process ${child.pid}:`),
  });
  child.kill('SIGKILL');
  await once(child, 'close');
  const [dead] = ownerFiles(folder);
  const owner = JSON.parse(readFileSync(join(folder, dead ?? ''), 'utf8'));
  await (await ownFolder(folder)).release();
  // The same claim with the number of a process that lives, and was started at another time.
  writeFileSync(join(folder, 'owner-1.json'), JSON.stringify({ ...owner, pid: process.pid }));
  const next = await ownFolder(folder);
  expect(ownerFiles(folder)).toEqual(['owner-2.json']);
  await next.release();
}, 30_000);

test('of many that find a dead owner at once, one wins', async () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'owner-7.json'), JSON.stringify({ pid: 1, started: 'long ago', host: hostname(), space: 'x', nonce: '' }));
  const past = new Date(Date.now() - 3_600_000);
  utimesSync(join(folder, 'owner-7.json'), past, past);
  const claims = await Promise.allSettled(Array.from({ length: 20 }, () => ownFolder(folder)));
  const won = claims.filter((claim) => claim.status === 'fulfilled');
  expect(won).toHaveLength(1);
  expect(ownerFiles(folder)).toHaveLength(1);
  for (const claim of claims) if (claim.status === 'rejected') expect(claim.reason).toMatchObject({ code: 'storage-in-use' });
  await won[0]?.value.release();
});

test('an owner that can’t be asked is believed while it gives signs of life', async () => {
  const folder = scratchFolder();
  const file = join(folder, 'owner-1.json');
  writeFileSync(file, JSON.stringify({ pid: 77, started: '1', host: 'elsewhere', space: 'y', nonce: '' }));
  await expect(ownFolder(folder)).rejects.toMatchObject({
    message: expect.stringContaining('77 on `elsewhere`'),
    hints: expect.arrayContaining([`where that machine is gone for good: rm ${file}`]),
  });
  const past = new Date(Date.now() - 31_000);
  utimesSync(file, past, past);
  await (await ownFolder(folder)).release();
});

test('a claim that nobody can read is none', async () => {
  const folder = scratchFolder();
  for (const [at, text] of ['', '{', 'null', '[]', '{"pid":"x"}', '{"pid":-1,"started":"","host":"","space":"","nonce":""}'].entries()) {
    writeFileSync(join(folder, `owner-${at + 1}.json`), text);
    await (await ownFolder(folder)).release();
  }
  expect(ownerFiles(folder)).toEqual([]);
});
