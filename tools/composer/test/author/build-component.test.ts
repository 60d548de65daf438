import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openContentStore } from '@moby/content';
import { expectGolden, scratchFolder } from '@moby/testkit';
import { expect, it } from 'vitest';
import { buildComponent, openPayloadReader, type PayloadReader } from '../../src/author/index.ts';
import { draft, told, writeTree } from './scratch-component.ts';

it('writes digest, size and facts, and nothing the second time', async () => {
  const { folder, payloads } = await helloComponent();
  const first = await buildComponent({ folder, payloads });
  expect([first.component, first.version, first.written, first.findings]).toEqual(['hello/1', '1.0.0+r1', true, []]);
  expectGolden('build-package.json.txt', await readFile(join(folder, 'package.json'), 'utf8'));
  expectGolden('build-facts.json.txt', await readFile(join(folder, 'facts.json'), 'utf8'));
  const second = await buildComponent({ folder, payloads });
  expect([second.written, second.findings]).toEqual([false, []]);
});

it('says what has changed when it writes it', async () => {
  const { folder, payloads } = await helloComponent();
  await buildComponent({ folder, payloads });
  await writeTree(folder, { 'files/usr/bin/hello': '#!/bin/sh\necho good bye\n' });
  const report = await buildComponent({ folder, payloads });
  expect(report.written).toBe(true);
  expectGolden('build-changed.txt', told(report.findings));
});

it('with check, finds the difference and leaves the files alone', async () => {
  const { folder, payloads } = await helloComponent();
  await buildComponent({ folder, payloads });
  expect((await buildComponent({ folder, payloads, check: true })).findings).toEqual([]);
  await writeTree(folder, { 'files/usr/bin/hello': '#!/bin/sh\necho good bye\n' });
  const before = await readFile(join(folder, 'package.json'), 'utf8');
  const report = await buildComponent({ folder, payloads, check: true });
  expect(report.written).toBe(false);
  expect(await readFile(join(folder, 'package.json'), 'utf8')).toBe(before);
  expectGolden('build-check.txt', told(report.findings));
});

it('with check, a component that was never built is an error', async () => {
  const { folder, payloads } = await helloComponent();
  expectGolden('build-check-unbuilt.txt', told((await buildComponent({ folder, payloads, check: true })).findings));
});

it('finds facts.json edited by hand', async () => {
  const { folder, payloads } = await helloComponent();
  await buildComponent({ folder, payloads });
  const file = join(folder, 'facts.json');
  await writeFile(file, (await readFile(file, 'utf8')).replace('/usr/bin/hello', '/usr/bin/hullo'));
  expect(told((await buildComponent({ folder, payloads, check: true })).findings)).toContain('error[facts-differ]');
});

it('refuses a component without pins, and says how to get them', async () => {
  const root = scratchFolder();
  const sources = [{ kind: 'deb', package: 'hello', suite: 'scratch', keep: ['usr/bin/hello'] }];
  await writeTree(root, { 'hello/1/package.json': draft({ name: 'hello', version: '1.0.1', upstream: '1.0', sources }) });
  await expect(buildComponent({ folder: join(root, 'hello/1'), payloads: await localPayloads() })).rejects.toMatchObject({
    code: 'invalid-input',
    message: '`hello/1` does not pin `hello`',
    hints: ['npx moby-compose component update hello/1'],
  });
});

it('refuses what is no component, with its findings', async () => {
  const root = scratchFolder();
  await writeTree(root, { 'hello/1/package.json': '{ "name": "hello" }' });
  await expect(buildComponent({ folder: join(root, 'hello/1'), payloads: await localPayloads() })).rejects.toMatchObject({
    code: 'invalid-input',
    message: '`hello/1` is not a valid component',
  });
  await expect(buildComponent({ folder: join(root, 'hello/2'), payloads: await localPayloads() })).rejects.toMatchObject({
    code: 'not-found',
  });
});

async function helloComponent(): Promise<{ readonly folder: string; readonly payloads: PayloadReader }> {
  const root = scratchFolder();
  await writeTree(root, {
    'hello/1/package.json': draft({
      name: 'hello',
      version: '1.0.1',
      upstream: '1.0',
      sources: [{ kind: 'files', executable: ['usr/bin/*'] }],
    }),
    'hello/1/files/usr/bin/hello': '#!/bin/sh\necho hello\n',
  });
  return { folder: join(root, 'hello/1'), payloads: await localPayloads() };
}

/** A component of files alone needs no archive. */
async function localPayloads(): Promise<PayloadReader> {
  return openPayloadReader({
    store: openContentStore(scratchFolder()),
    download: () => Promise.reject(new Error('nothing is to be downloaded')),
    warn: (finding) => expect.unreachable(finding.message),
  });
}
