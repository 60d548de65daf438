import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatFacts } from '@moby/abi';
import { formatLock } from '@moby/composer/library';
import { openRepository } from '@moby/governor/collect';
import { removeFolder, temporaryFolder } from '@moby/testkit';
import { collectLibrary } from '../../src/collect/library/collect-library.ts';
import { rawRepository } from '../collect/raw-repository.ts';
import { ann, bob, laidOver, library, owners as ownersText, type Files } from '../pull-request.ts';

const tini = JSON.parse(readFileSync(join(import.meta.dirname, '../packages/tini/manifest.json'), 'utf8'));

/** A component in one line, made of the package of tini. */
export interface Part {
  readonly name: string;
  /** Upstream's. */
  readonly version?: string;
  /** Of the packaging; 1. */
  readonly revision?: number;
  readonly line?: string;
  /** Keys of the manifest. */
  readonly says?: object;
  /** Keys of the facts; undefined for no facts at all. */
  readonly facts?: object | undefined;
  readonly lifecycle?: string;
}

export function part({ name, version = '1.0.0', revision = 1, line, says = {}, lifecycle = 'maintained', ...more }: Part): Files {
  const [major = '', minor = '', patch = '0'] = version.split('.');
  const payload = { ...tini.component.payload.platforms['linux/amd64'], links: {} };
  const { digest, size } = payload;
  const manifest = {
    ...tini,
    name: `@moby/${name}`,
    version: `${major}.${minor}.${Number(patch) * 100 + revision}`,
    description: `What ${name} is here for`,
    component: {
      ...tini.component,
      upstream: { ...tini.component.upstream, version },
      payload: { form: 1, platforms: { 'linux/amd64': payload } },
      ...says,
    },
  };
  const own = { payload: digest, unpackedBytes: size, elf: [], programs: [], links: {}, ...more.facts };
  const facts = 'facts' in more && more.facts === undefined ? undefined : formatFacts({ facts: 1, platforms: { 'linux/amd64': own } });
  const folder = `components/${name}/${line ?? major}`;
  return {
    [`${folder}/package.json`]: json(manifest),
    [`${folder}/facts.json`]: facts,
    [`${folder}/README.md`]: `# ${name}\n`,
    ...owners(name, lifecycle),
    [`components/${name}/README.md`]: `# ${name}\n`,
  };
}

export function owners(name: string, lifecycle: string): Files {
  const history = `history:\n  - to: ${lifecycle}\n    change: 1\n    actor: ann\n    date: 2026-01-01\n`;
  return { [`components/${name}/OWNERS.yaml`]: ownersText(lifecycle, ann, bob) + (lifecycle === 'maintained' ? '' : history) };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** Kernel, init and runtime, as small as they can be. */
export const machine: Files = {
  ...part({
    name: 'linux',
    version: '6.12.1',
    line: '6.12',
    says: { kind: 'kernel', provides: { 'kernel:linux': '6.12.1' }, exclusive: ['slot:kernel'] },
  }),
  ...part({
    name: 'init',
    says: { kind: 'init', provides: { 'init:moby': '1.0.0' }, exclusive: ['slot:init'], requires: { 'runtime:oci': '>=1.0.0' } },
  }),
  ...part({
    name: 'crun',
    version: '1.21.0',
    says: { kind: 'runtime', provides: { 'runtime:oci': '1.2.0' }, runtime: { program: '/usr/bin/crun' } },
    facts: { programs: ['/usr/bin/crun'] },
  }),
};

export function assembly(...lines: readonly string[]): string {
  return ['name: small', 'version: 1.0.0', ...lines, ''].join('\n');
}

export const assemblyFile = 'assemblies/small/assembly.yaml';
export const lockFile = 'assemblies/small/assembly.lock.json';

/** An assembly over some files, with the lock that the program writes for it. */
export async function withAssembly(files: Files, text: string): Promise<Files> {
  const folder = temporaryFolder();
  const repository = rawRepository(folder);
  const base = repository.files(laidOver(library(), { ...files, [lockFile]: undefined }));
  const laid = new Map([[assemblyFile, { mode: '100644', oid: repository.blob(text) }]]);
  const { objects } = openRepository(repository.folder);
  const { assemblies } = await collectLibrary({ objects, base, laid, cacheFolder: undefined });
  await removeFolder(folder);
  const { after } = assemblies[0] ?? {};
  if (after?.chosen === undefined) throw new Error(`the assembly doesn't resolve: ${JSON.stringify(after?.findings)}`);
  return { ...files, [assemblyFile]: text, [lockFile]: formatLock(after.chosen.lock) };
}
