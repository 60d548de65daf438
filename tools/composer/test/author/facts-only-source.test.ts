import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseFacts, parseKernelSymbols } from '@moby/abi';
import { openContentStore } from '@moby/content';
import { scratchFolder, type DebInput } from '@moby/testkit';
import { expect, it } from 'vitest';
import { buildComponent, updateComponents, validateComponent } from '../../src/author/index.ts';
import { readComponentFolder } from '../../src/author/component-folder.ts';
import { missingPins } from '../../src/fetch/open-payload.ts';
import { scratchArchive, type ScratchArchive } from './scratch-archive.ts';
import { draft, told, writeTree } from './scratch-component.ts';

it('is pinned and followed like every source, read for facts, and no part of the payload', async () => {
  const { archive, folder } = await kernel('6.12.1');
  await archive.publish({ scratch: { packages: packages('6.12.2', 'beef0002') } });
  const report = await updateComponents({ folders: [folder], finder: archive.finder(), payloads: archive.payloads });
  expect(report.findings).toEqual([]);
  const { manifest } = await readComponentFolder(folder);
  const payload = manifest.payload.platforms['linux/amd64'];
  if (payload === undefined) throw new Error('it has that platform');
  expect(payload.sources).toMatchObject([
    { package: 'linux-image-6.12.2', version: '6.12.2-1' },
    { package: 'linux-headers-6.12.2', version: '6.12.2-1', factsOnly: true },
  ]);
  const facts = parseFacts(await readFile(join(folder, 'facts.json'), 'utf8'), 'facts.json').platforms['linux/amd64'];
  expect(facts?.kernel).toMatchObject({ release: '6.12.2', config: { y: ['MODVERSIONS'] }, symbols: expect.stringMatching(/^sha256:/) });
  const symbols = parseKernelSymbols(await readFile(join(folder, 'kernel-symbols.json'), 'utf8'), 'x').platforms['linux/amd64'];
  expect([symbols?.release, symbols?.exports.get('printk')?.crc]).toEqual(['6.12.2', 'beef0002']);
  const missing = await missingPins(payload, openContentStore(scratchFolder()));
  expect(missing.map(({ package: name }) => name)).toEqual(['linux-image-6.12.2']);
});

it('is checked like the other facts', async () => {
  const { archive, folder } = await kernel('6.12.1');
  const check = async (): Promise<string> => told((await buildComponent({ folder, payloads: archive.payloads, check: true })).findings);
  expect(await check()).toBe('');
  const file = join(folder, 'kernel-symbols.json');
  await writeFile(file, (await readFile(file, 'utf8')).replace('printk', 'print_'));
  expect(await check()).toContain('error[facts-differ]: the symbols that `linux/6.12` exports are not what its kernel-symbols.json says');
  const label = 'components/linux/6.12';
  const { findings } = await validateComponent({ folder, label });
  expect(told(findings)).toContain('error[unpublished-files]: `files` lacks `kernel-symbols.json`');
});

it('leaves no file behind when it is taken out', async () => {
  const { archive, folder } = await kernel('6.12.1');
  const text = await readFile(join(folder, 'package.json'), 'utf8');
  const json = JSON.parse(text);
  json.component.payload.platforms['linux/amd64'].sources.pop();
  await writeFile(join(folder, 'package.json'), JSON.stringify(json, undefined, 2));
  await buildComponent({ folder, payloads: archive.payloads });
  expect(existsSync(join(folder, 'kernel-symbols.json'))).toBe(false);
});

async function kernel(version: string): Promise<{ readonly archive: ScratchArchive; readonly folder: string }> {
  const archive = await scratchArchive({ scratch: { packages: packages(version, 'beef0001') } });
  const root = scratchFolder();
  const source = { kind: 'deb', suite: 'scratch' };
  const sources = [
    { ...source, package: 'linux-image-0', follows: 'linux-image', keep: ['boot/**', 'usr/lib/modules/**'] },
    { ...source, package: 'linux-headers-0', follows: 'linux-headers', keep: ['usr/src/*/Module.symvers'], factsOnly: true },
  ];
  await writeTree(root, { 'linux/6.12/package.json': draft({ name: 'linux', version: '6.12.101', upstream: '6.12.1', sources }) });
  const folder = join(root, 'linux/6.12');
  await updateComponents({ folders: [folder], finder: archive.finder(), payloads: archive.payloads });
  return { archive, folder };
}

function packages(version: string, crc: string): readonly DebInput[] {
  const deb = (name: string, files: Readonly<Record<string, string>>): DebInput => ({
    package: name,
    version: `${version}-1`,
    files: folders({ ...files, [`usr/share/doc/${name}/copyright`]: 'GPL\n' }),
  });
  const meta = (name: string): DebInput => ({ ...deb(name, {}), depends: `${name}-${version} (= ${version}-1)` });
  return [
    meta('linux-image'),
    meta('linux-headers'),
    deb(`linux-image-${version}`, {
      [`boot/config-${version}`]: 'CONFIG_MODVERSIONS=y\n',
      [`usr/lib/modules/${version}/modules.builtin`]: 'kernel/fs/ext4/ext4.ko\n',
    }),
    deb(`linux-headers-${version}`, {
      [`usr/src/linux-headers-${version}/Module.symvers`]: `0x${crc}\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n`,
    }),
  ];
}

/** Files with the folders that hold them. */
function folders(files: Readonly<Record<string, string>>): NonNullable<DebInput['files']> {
  const parents = new Set(
    Object.keys(files).flatMap((path) => {
      const parts = path.split('/').slice(0, -1);
      return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    }),
  );
  return [
    ...[...parents].sort().map((path) => ({ path, kind: 'directory' as const })),
    ...Object.entries(files).map(([path, content]) => ({ path, content })),
  ];
}
