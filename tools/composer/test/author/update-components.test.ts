import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectGolden, kernelPackages, scratchFolder } from '@moby/testkit';
import { expect, it } from 'vitest';
import { updateComponents, type UpdateReport } from '../../src/author/index.ts';
import { greeter, keepHello, scratchArchive, scratchKernel, type ScratchArchive } from './scratch-archive.ts';
import { draft, told, writeTree } from './scratch-component.ts';

const hello = draft({
  name: 'hello',
  version: '1.2.1',
  upstream: '1.2',
  sources: [keepHello()],
  manifest: { provides: { 'api:hello': '1.2.0', 'api:other': '1.0.0' } },
});

const tea = draft({
  name: 'tea',
  version: '3.0.1',
  upstream: '3.0',
  sources: [{ kind: 'deb', package: 'tea', suite: 'scratch', keep: ['usr/bin/tea'] }],
});

it('pins what the signed index says, and keeps the revision the first time', async () => {
  const archive = await scratchArchive({ scratch: { packages: [greeter('1.2-1')] } });
  const [published] = await archive.publish({ scratch: { packages: [greeter('1.2-1')] } });
  const folder = await component(hello);
  const report = await update(archive, [folder]);
  expect(summary(report)).toEqual(['hello/1.2 1.2.0+r1 → 1.2.0+r1 changed:  → hello 1.2-1']);
  const source = await firstSource(folder);
  expect(source).toEqual({
    kind: 'deb',
    package: 'hello',
    suite: 'scratch',
    version: '1.2-1',
    sha256: published?.sha256,
    size: published?.size,
    path: published?.path,
    source: 'hello',
    sourceVersion: '1.2-1',
    keep: ['usr/bin/hello'],
  });
  expect(Object.keys(source)).toEqual(['kind', 'package', 'suite', 'version', 'sha256', 'size', 'path', 'source', 'sourceVersion', 'keep']);
});

it('leaves all as it is where nothing is new, and downloads nothing to find that out', async () => {
  const archive = await scratchArchive({ scratch: { packages: [greeter('1.2-1')] } });
  const folder = await component(hello);
  await update(archive, [folder]);
  const before = await texts(folder);
  const downloads = archive.downloads();
  const report = await update(archive, [folder]);
  expect(summary(report)).toEqual(['hello/1.2 1.2.0+r1 → 1.2.0+r1 same: ']);
  expect(await texts(folder)).toEqual(before);
  expect(archive.downloads()).toEqual(downloads);
});

it('raises the revision by one where only the packaging has changed', async () => {
  const archive = await scratchArchive({ scratch: { packages: [greeter('1.2-1')] } });
  const folder = await component(hello);
  await update(archive, [folder]);
  await archive.publish({
    scratch: { packages: [greeter('1.2-1')] },
    'scratch-security': { packages: [greeter('1.2-1+deb13u1', 'hello there')], pool: 'pool/updates/main' },
  });
  expect(summary(await update(archive, [folder]))).toEqual(['hello/1.2 1.2.0+r1 → 1.2.0+r2 changed: hello 1.2-1 → hello 1.2-1+deb13u1']);
  await archive.publish({ scratch: { packages: [greeter('1.2-1+deb13u1+b1', 'hello there')] } });
  expect(summary(await update(archive, [folder]))).toEqual([
    'hello/1.2 1.2.0+r2 → 1.2.0+r3 changed: hello 1.2-1+deb13u1 → hello 1.2-1+deb13u1+b1',
  ]);
});

it('begins at revision 1 with a new upstream version, which declared capabilities follow', async () => {
  const archive = await scratchArchive({ scratch: { packages: [greeter('1.2-1')] } });
  const folder = await component({ ...hello, version: '1.2.7' });
  await update(archive, [folder]);
  await archive.publish({ scratch: { packages: [greeter('1.2.3+dfsg-1')] } });
  expect(summary(await update(archive, [folder]))).toEqual(['hello/1.2 1.2.0+r7 → 1.2.3+r1 changed: hello 1.2-1 → hello 1.2.3+dfsg-1']);
  const json = await packageJson(folder);
  expect([json.version, json.component.upstream.version]).toEqual(['1.2.301', '1.2.3']);
  expect(json.component.provides).toEqual({ 'api:hello': '1.2.3', 'api:other': '1.0.0' });
});

it('refuses to leave the line, touches nothing of it, and updates the others', async () => {
  const archive = await scratchArchive({ scratch: { packages: [greeter('1.2-1'), greeter('3.0-1', 'tea', 'tea')] } });
  const folder = await component(hello);
  const other = await component(tea, 'tea/3');
  await update(archive, [folder]);
  const before = await texts(folder);
  await archive.publish({ scratch: { packages: [greeter('1:2.0.1-1'), greeter('3.1-1', 'tea', 'tea')] } });
  const report = await update(archive, [folder, other]);
  expectGolden('left-line-update.txt', told(report.findings));
  expect(summary(report)).toEqual(['tea/3 3.0.0+r1 → 3.1.0+r1 changed:  → tea 3.1-1']);
  expect(await texts(folder)).toEqual(before);
});

it('does not go back where the archive does', async () => {
  const archive = await scratchArchive({ scratch: { packages: [greeter('1.2.5-2')] } });
  const folder = await component(draft({ name: 'hello', version: '1.2.501', upstream: '1.2.5', sources: [keepHello()] }));
  await update(archive, [folder]);
  const before = await texts(folder);
  await archive.publish({ scratch: { packages: [greeter('1.2.5-1')] } });
  expect(summary(await update(archive, [folder]))).toEqual(['hello/1.2 1.2.5+r1 → 1.2.5+r1 same: ']);
  expect(await texts(folder)).toEqual(before);
});

it('follows a kernel’s metapackage to a package of another name', async () => {
  const archive = await scratchArchive({
    scratch: { packages: kernelPackages('linux-image-cloud-amd64', '6.12.10+scratch-cloud-amd64', '6.12.10-1') },
  });
  const folder = await component(scratchKernel(9), 'linux/6.12');
  expect(summary(await update(archive, [folder]))).toEqual([
    'linux/6.12 6.12.9+r1 → 6.12.10+r1 changed:  → linux-image-6.12.10+scratch-cloud-amd64 6.12.10-1',
  ]);
  await archive.publish({ scratch: { packages: kernelPackages('linux-image-cloud-amd64', '6.12.11+scratch-cloud-amd64', '6.12.11-1') } });
  expect(summary(await update(archive, [folder]))).toEqual([
    'linux/6.12 6.12.10+r1 → 6.12.11+r1 changed: linux-image-6.12.10+scratch-cloud-amd64 6.12.10-1 → linux-image-6.12.11+scratch-cloud-amd64 6.12.11-1',
  ]);
  expect((await packageJson(folder)).component.provides).toEqual({ 'kernel:linux': '6.12.11' });
  expect((await firstSource(folder))['sourceVersion']).toBe('6.12.11-1');
  await archive.publish({ scratch: { packages: kernelPackages('linux-image-cloud-amd64', '6.16.1+scratch-cloud-amd64', '6.16.1-1') } });
  expectGolden('left-line-update-kernel.txt', told((await update(archive, [folder])).findings));
});

it('raises a component of files when they have changed', async () => {
  const archive = await scratchArchive({ scratch: { packages: [] } });
  const folder = await component(
    draft({ name: 'own', version: '1.0.1', upstream: '1', sources: [{ kind: 'files', executable: [] }] }),
    'own/1',
  );
  await writeTree(folder, { 'files/etc/own': 'one\n' });
  expect(summary(await update(archive, [folder]))).toEqual(['own/1 1.0.0+r1 → 1.0.0+r1 changed: ']);
  expect(summary(await update(archive, [folder]))).toEqual(['own/1 1.0.0+r1 → 1.0.0+r1 same: ']);
  await writeTree(folder, { 'files/etc/own': 'two\n' });
  expect(summary(await update(archive, [folder]))).toEqual(['own/1 1.0.0+r1 → 1.0.0+r2 changed: ']);
});

it('re-locks the assemblies of what has changed, and of nothing else', async () => {
  const archive = await scratchArchive({ scratch: { packages: [greeter('1.2-1'), greeter('3.0-1', 'tea', 'tea')] } });
  const folder = await component(hello);
  const other = await component(tea, 'tea/3');
  await update(archive, [folder]);
  const asked: string[][] = [];
  const relock = (names: readonly string[]): Promise<readonly string[]> => {
    asked.push([...names]);
    return Promise.resolve(['redis-os']);
  };
  const report = await updateComponents({ folders: [folder, other], finder: archive.finder(), payloads: archive.payloads, relock });
  expect([asked, report.relocked]).toEqual([[['tea']], ['redis-os']]);
  await updateComponents({ folders: [folder, other], finder: archive.finder(), payloads: archive.payloads, relock });
  expect(asked).toHaveLength(1);
});

it('says which package a suite does not have', async () => {
  const archive = await scratchArchive({ scratch: { packages: [greeter('1.2-1')] } });
  const folder = await component(
    draft({
      name: 'hello',
      version: '1.2.1',
      upstream: '1.2',
      sources: [{ kind: 'deb', package: 'hullo', suite: 'scratch', keep: ['usr/bin/hello'] }],
    }),
  );
  await expect(update(archive, [folder])).rejects.toMatchObject({
    code: 'not-found',
    message: 'scratch has no package `hullo` for linux/amd64, which `hello/1.2` pins',
  });
});

it('never takes a prerelease for the release', async () => {
  const archive = await scratchArchive({ scratch: { packages: [greeter('1.2~rc1-1')] } });
  await expect(update(archive, [await component(hello)])).rejects.toMatchObject({
    code: 'invalid-input',
    message: "hello 1.2~rc1-1 is upstream's `1.2~rc1`, which the mapping `dotted` of `hello/1.2` can't read",
  });
});

it('stops at the last revision that npm’s version has room for', async () => {
  const archive = await scratchArchive({ scratch: { packages: [greeter('1.2-1')] } });
  const folder = await component({ ...hello, version: '1.2.99' });
  await update(archive, [folder]);
  await archive.publish({ scratch: { packages: [greeter('1.2-2')] } });
  await expect(update(archive, [folder])).rejects.toMatchObject({
    code: 'limit',
    message: "`hello/1.2` would need revision 100 of 1.2.0; at most 99 fit into npm's version",
  });
});

const flips = [
  ['the signed index', 'InRelease', 200, 'bad-signature'],
  ['the list of packages', 'main/binary-amd64', 100, 'bad-index'],
  ['the package', '.deb', 200, 'source-corrupt'],
] as const;

it.each(flips)('tells a flipped byte in %s from the others, and writes nothing', async (_, path, at, code) => {
  const archive = await scratchArchive({ scratch: { packages: [greeter('1.2-1')] } });
  const folder = await component(hello);
  const before = await readFile(join(folder, 'package.json'), 'utf8');
  archive.setFaults([{ path, kind: 'flip', at }]);
  await expect(update(archive, [folder])).rejects.toMatchObject({ code });
  expect(await readFile(join(folder, 'package.json'), 'utf8')).toBe(before);
});

async function component(json: object, at = 'hello/1.2'): Promise<string> {
  const folder = join(scratchFolder(), at);
  await writeTree(folder, { 'package.json': json });
  return folder;
}

function update(archive: ScratchArchive, folders: readonly string[]): Promise<UpdateReport> {
  return updateComponents({ folders, finder: archive.finder(), payloads: archive.payloads });
}

function summary(report: UpdateReport): readonly string[] {
  return report.components.map(({ component: id, from, to, changed, pins }) => {
    const moves = pins.map((pin) => `${pin.from === '' ? '' : `${pin.package} ${pin.from}`} → ${pin.to} ${pin.version}`);
    return `${id} ${from} → ${to} ${changed ? 'changed' : 'same'}: ${moves.join(', ')}`;
  });
}

async function texts(folder: string): Promise<readonly string[]> {
  return Promise.all(['package.json', 'facts.json'].map((name) => readFile(join(folder, name), 'utf8')));
}

interface PackageJson {
  readonly version: string;
  readonly component: {
    readonly upstream: { readonly version: string };
    readonly provides?: object;
    readonly payload: {
      readonly platforms: { readonly 'linux/amd64': { readonly sources: readonly Readonly<Record<string, unknown>>[] } };
    };
  };
}

async function packageJson(folder: string): Promise<PackageJson> {
  const json: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  if (!isPackageJson(json)) throw new Error('not a component');
  return json;
}

function isPackageJson(value: unknown): value is PackageJson {
  return typeof value === 'object' && value !== null && 'component' in value;
}

async function firstSource(folder: string): Promise<Readonly<Record<string, unknown>>> {
  return (await packageJson(folder)).component.payload.platforms['linux/amd64'].sources[0] ?? {};
}
