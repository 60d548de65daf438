import { cp, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseDigest, type DebSource, type RegistryComponent } from '@moby/model';
import { expectGolden, kernelPackages, scratchFolder } from '@moby/testkit';
import { expect, it } from 'vitest';
import { refreshPins, updateComponents } from '../../src/author/index.ts';
import { readComponentFolder } from '../../src/author/component-folder.ts';
import { greeter, keepHello, scratchArchive, scratchKernel, type ScratchArchive } from './scratch-archive.ts';
import { draft, told, writeTree } from './scratch-component.ts';

const hello = draft({ name: 'hello', version: '1.2.3', upstream: '1.2', sources: [keepHello()] });

it('takes what the suite has now, says so, and leaves the component’s folder alone', async () => {
  const archive = await scratchArchive({ scratch: { packages: [greeter('1.2-1')] } });
  const component = await pinned(archive, hello, 'hello/1.2');
  const before = await readFile(join(component.folder, 'package.json'), 'utf8');
  const [published] = await archive.publish({ scratch: { packages: [greeter('1.2-1+deb13u1', 'hello there')] } });
  const refreshed = await refresh(archive, component);
  expectGolden('source-moved.txt', told(refreshed.findings));
  expect(refreshed.component.refreshed).toEqual([{ package: 'hello', from: '1.2-1', to: '1.2-1+deb13u1', sha256: published?.sha256 }]);
  const payload = refreshed.component.manifest.payload.platforms['linux/amd64'];
  expect(payload?.digest).not.toBe(component.manifest.payload.platforms['linux/amd64']?.digest);
  expect(refreshed.component.facts?.platforms['linux/amd64']?.payload).toBe(payload?.digest);
  expect([refreshed.component.manifest.version, refreshed.component.line]).toEqual(['1.2.0+r3', '1.2']);
  expect(await readFile(join(component.folder, 'package.json'), 'utf8')).toBe(before);
});

it('is the same component again for the same pins, and another one for others', async () => {
  const archive = await scratchArchive({ scratch: { packages: [greeter('1.2-1')] } });
  const component = await pinned(archive, hello, 'hello/1.2');
  await archive.publish({ scratch: { packages: [greeter('1.2-2')] } });
  const first = await refresh(archive, component);
  const again = await refresh(archive, component);
  await archive.publish({ scratch: { packages: [greeter('1.2-3')] } });
  const other = await refresh(archive, component);
  expect(again.component.tree).toBe(first.component.tree);
  expect(new Set([component.tree, first.component.tree, other.component.tree]).size).toBe(3);
});

it('begins at revision 1 where upstream is newer within the line', async () => {
  const archive = await scratchArchive({ scratch: { packages: [greeter('1.2-1')] } });
  const component = await pinned(archive, hello, 'hello/1.2');
  await archive.publish({ scratch: { packages: [greeter('1.2.4-1')] } });
  expect((await refresh(archive, component)).component.manifest.version).toBe('1.2.4+r1');
});

it('stays in the line of a component whose folder does not say it, as a registry’s package', async () => {
  const archive = await scratchArchive({ scratch: { packages: [greeter('1.2-1')] } });
  const component = await pinned(archive, hello, 'hello/1.2');
  const folder = join(scratchFolder(), 'packages/0a1b2c');
  await cp(component.folder, folder, { recursive: true });
  await archive.publish({ scratch: { packages: [greeter('1.2-2')] } });
  const refreshed = await refresh(archive, { ...component, folder });
  expect([refreshed.component.manifest.version, refreshed.component.line]).toEqual(['1.2.0+r3', '1.2']);
  expect(refreshed.findings[0]?.hints?.[0]).toContain('component update hello/1.2');
  await archive.publish({ scratch: { packages: [greeter('1.3-1')] } });
  await expectFailure('left-line-refresh.txt', refresh(archive, { ...component, folder }));
});

it('refreshes a kernel, whose package has another name then', async () => {
  const archive = await scratchArchive({ scratch: { packages: kernel('6.12.10') } });
  const component = await pinned(archive, scratchKernel(10), 'linux/6.12');
  const published = await archive.publish({ scratch: { packages: kernel('6.12.11') } });
  const image = published.find((one) => one.package.startsWith('linux-image-6'));
  const refreshed = await refresh(archive, component);
  expectGolden('source-moved-kernel.txt', told(refreshed.findings));
  expect(refreshed.component.refreshed).toEqual([
    {
      package: 'linux-image-6.12.10+scratch-cloud-amd64',
      from: '6.12.10-1',
      to: 'linux-image-6.12.11+scratch-cloud-amd64 6.12.11-1',
      sha256: image?.sha256,
    },
  ]);
  expect(refreshed.component.manifest.provides['kernel:linux']).toBe('6.12.11');
  expect(refreshed.component.facts?.platforms['linux/amd64']?.kernel?.release).toBe('6.12.11+scratch-cloud-amd64');
});

it('is refused where the suite has left the line, naming the new one', async () => {
  const archive = await scratchArchive({ scratch: { packages: [greeter('1.2-1')] } });
  const component = await pinned(archive, hello, 'hello/1.2');
  await archive.publish({ scratch: { packages: [greeter('1.3-1')] } });
  await expectFailure('left-line-refresh.txt', refresh(archive, component));
});

it('is refused where the index still names the package that is gone', async () => {
  const archive = await scratchArchive({ scratch: { packages: [greeter('1.2-1')] } });
  const component = await pinned(archive, hello, 'hello/1.2');
  await expectFailure('nothing-newer.txt', refresh(archive, component));
});

function kernel(version: string): ReturnType<typeof kernelPackages> {
  return kernelPackages('linux-image-cloud-amd64', `${version}+scratch-cloud-amd64`, `${version}-1`);
}

function refresh(archive: ScratchArchive, component: RegistryComponent): ReturnType<typeof refreshPins> {
  const vanished = (component.manifest.payload.platforms['linux/amd64']?.sources ?? []).filter(
    (source): source is DebSource => source.kind === 'deb',
  );
  return refreshPins({ component, vanished, finder: archive.finder(), payloads: archive.payloads });
}

/** A component as a registry gives it, pinned to what the archive has. */
async function pinned(archive: ScratchArchive, json: object, at: string): Promise<RegistryComponent> {
  const folder = join(scratchFolder(), at);
  await writeTree(folder, { 'package.json': json });
  const report = await updateComponents({ folders: [folder], finder: archive.finder(), payloads: archive.payloads });
  expect(report.findings).toEqual([]);
  const { manifest } = await readComponentFolder(folder);
  const tree = parseDigest(`sha256:${'1'.repeat(64)}`);
  if (tree === undefined) throw new Error('not a digest');
  return { manifest, facts: undefined, tree, line: basename(folder), folder };
}

async function expectFailure(golden: string, promise: Promise<unknown>): Promise<void> {
  const failure: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof Error) || !('code' in failure) || !('hints' in failure) || !Array.isArray(failure.hints))
    throw new Error('no failure');
  expectGolden(golden, `${String(failure.code)}: ${failure.message}\n${failure.hints.map((hint) => `  ${String(hint)}\n`).join('')}`);
}
