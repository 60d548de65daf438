import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openContentStore } from '@moby/content';
import { expectGolden, scratchFolder } from '@moby/testkit';
import { expect, it } from 'vitest';
import { buildComponent, openPayloadReader, validateComponent, type PayloadReader } from '../../src/author/index.ts';
import { draft, readJsonFile, told, writeTree } from './scratch-component.ts';

const label = 'components/hello/1';
const hello = draft({ name: 'hello', version: '1.0.1', upstream: '1.0', sources: [{ kind: 'files', executable: ['usr/bin/*'] }] });

it('has nothing to say about a component that was built', async () => {
  const { folder } = await helloComponent();
  expect(await findings(folder)).toBe('');
});

it('asks for a build where nothing was derived yet', async () => {
  const { folder } = await helloComponent({ built: false });
  expectGolden('validate-unbuilt.txt', await findings(folder));
});

it('says everything that is missing or wrong at once', async () => {
  const { folder, name } = await helloComponent();
  await rm(join(folder, 'files'), { recursive: true });
  await rm(join(name, 'README.md'));
  await writeFile(join(name, 'OWNERS.yaml'), 'lifecycle: forgotten\n');
  expectGolden('validate-several.txt', await findings(folder));
});

const changes: readonly (readonly [string, string, (json: Changeable) => void])[] = [
  [
    'a version outside of its line',
    'line',
    (json) => Object.assign(json, { version: '2.0.1' }, { component: { ...json.component, upstream: { version: '2.0', license: 'MIT' } } }),
  ],
  ['another name than its folder', 'folder', (json) => Object.assign(json, { name: '@moby/hallo' })],
  ['a suite that moves', 'suite', (json) => json.component.payload.platforms['linux/amd64'].sources.push(debOf('stable'))],
  [
    'paths that leave the merged /usr or the payload',
    'paths',
    (json) =>
      Object.assign(json.component.payload.platforms['linux/amd64'], {
        links: { 'bin/hi': '../usr/bin/hello', 'usr/bin/hey': '../../../etc/hey', 'usr/../x': '/y' },
        directories: { 'usr//x': '0755' },
        joins: { 'lib/all': 'usr/../x' },
      }),
  ],
  ['a kernel that offers none', 'kernel', (json) => Object.assign(json.component, { kind: 'kernel' })],
  ['a service that runs nothing', 'service', (json) => Object.assign(json.component, { kind: 'service' })],
  [
    'facts of another payload',
    'facts',
    (json) => Object.assign(json.component.payload.platforms['linux/amd64'], { digest: `sha256:${'0'.repeat(64)}` }),
  ],
  ['files that npm would not publish', 'published', (json) => Object.assign(json, { files: ['README.md'] })],
  ['a soname written by hand', 'soname', (json) => Object.assign(json.component, { requires: { 'soname:libc.so.6': '*' } })],
];

it.each(changes)('refuses %s', async (_, name, change) => {
  const { folder } = await helloComponent();
  const file = join(folder, 'package.json');
  const json = await readJsonFile(file);
  if (!isChangeable(json)) throw new Error('not a component');
  change(json);
  await writeTree(folder, { 'package.json': json });
  expectGolden(`validate-${name}.txt`, await findings(folder));
});

interface Changeable {
  component: { payload: { platforms: { 'linux/amd64': { sources: object[] } } } };
}

function isChangeable(value: unknown): value is Changeable {
  return typeof value === 'object' && value !== null && 'component' in value;
}

function debOf(suite: string): object {
  return {
    kind: 'deb',
    package: 'hello',
    suite,
    version: '2.10-3',
    sha256: 'a'.repeat(64),
    size: 1,
    path: 'pool/main/h/hello/hello_2.10-3_amd64.deb',
    source: 'hello',
    sourceVersion: '2.10-3',
    keep: ['usr/bin/hello'],
  };
}

async function findings(folder: string): Promise<string> {
  const report = await validateComponent({ folder, label });
  expect(report.component).toBe('hello/1');
  return told(report.findings);
}

async function helloComponent(options: { readonly built?: boolean } = {}): Promise<{ readonly folder: string; readonly name: string }> {
  const root = scratchFolder();
  await writeTree(root, {
    'hello/OWNERS.yaml': 'lifecycle: maintained\nmaintainers:\n  - name: somebody\n',
    'hello/README.md': '# hello\n',
    'hello/1/package.json': hello,
    'hello/1/files/usr/bin/hello': '#!/bin/sh\necho hello\n',
  });
  const folder = join(root, 'hello/1');
  if (options.built !== false) await buildComponent({ folder, payloads: await localPayloads() });
  return { folder, name: join(root, 'hello') };
}

/** A component of files alone needs no archive. */
async function localPayloads(): Promise<PayloadReader> {
  return openPayloadReader({
    store: openContentStore(scratchFolder()),
    download: () => Promise.reject(new Error('nothing is to be downloaded')),
    warn: (finding) => expect.unreachable(finding.message),
  });
}
