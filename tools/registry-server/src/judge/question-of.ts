import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readPackageArchive } from '@moby/content/package-archive';
import { defaultPolicy, findBaseline, type KnownNames, type PayloadProof, type PublishedVersion, type Question } from '@moby/governor';
import { fromNpmVersion } from '@moby/model';
import { Refusal } from '../gate/refusal.ts';
import type { Change, Publish } from '../publish/judge.ts';
import type { RegistrySettings } from '../settings/registry-settings.ts';
import { isMissing } from '../storage/file-error.ts';
import { textMember } from '../storage/json-object.ts';
import type { Journal } from '../storage/open-journal.ts';
import type { StorageFolder } from '../storage/storage-folder.ts';
import type { StoredPackage } from '../storage/stored-package.ts';
import type { Prover } from './prover.ts';
import type { Contents } from './published-contents.ts';

export interface QuestionWorld {
  readonly settings: RegistrySettings;
  readonly storage: StorageFolder;
  readonly journal: Journal;
  readonly contents: Contents;
  readonly prover: Prover;
}

/** Everything that the rules may know of a release that comes to this registry. */
export async function questionOfPublish(world: QuestionWorld, publish: Publish): Promise<Question> {
  const { name, version, line, document, tarball, by, owners, published } = publish;
  const archive = await readPackageArchive(tarball);
  const { files, faults } = archive;
  return {
    door: { kind: 'publish' },
    release: { label: '', files, archive, line, announced: document },
    published: await publishedVersions(world, { name, version, line, published }),
    names: await knownNames(world, publish),
    ...(owners.users.length === 0 ? {} : { owners: { lifecycle: owners.lifecycle, maintainers: owners.users } }),
    publisher: { id: by.name, role: by.role },
    // Without a library whoever comes first owns a name; the registry keeps who that was.
    policy: {
      ...defaultPolicy,
      scopes: world.settings.scopes,
      ...(owners.kind === 'registry' ? { newComponents: 'first-come' as const } : {}),
    },
    payload:
      faults.length > 0
        ? { kind: 'unproven', why: 'the archive is not in order' }
        : await world.prover.prove({ name: `${name}@${version}`, files }),
  };
}

/** For a version that is published and is to be promoted: nothing but its files and its payload counts. */
export async function questionOfChange(world: QuestionWorld, { name, versions: [version = ''] }: Change): Promise<Question> {
  const files = await world.contents.files(name, version);
  if (files === undefined)
    throw new Refusal({ code: 'MOBY-D425', message: `the bytes of ${name}@${version} are gone, or others than were published` });
  const payload: PayloadProof = await world.prover.prove({ name: `${name}@${version}`, files });
  return { door: { kind: 'publish' }, release: { label: '', files }, published: [], names: { components: [], tombstones: [] }, payload };
}

interface Comparing {
  readonly name: string;
  readonly version: string;
  readonly line: string;
  readonly published: StoredPackage | undefined;
}

/** What was ever published under the name; of the version that the release is compared with, also what is in it. */
async function publishedVersions(
  { journal, contents }: QuestionWorld,
  { name, version, line, published }: Comparing,
): Promise<readonly PublishedVersion[]> {
  const all = new Set([...journal.versionsOf(name).keys(), ...Object.keys(published?.versions ?? {})]);
  const versions = [...all].flatMap((npmVersion): readonly PublishedVersion[] => {
    const parsed = fromNpmVersion(npmVersion);
    return parsed === undefined ? [] : [{ npmVersion, version: parsed, state: stateOf(published, npmVersion) }];
  });
  const own = fromNpmVersion(version);
  const baseline = own === undefined ? undefined : findBaseline(versions, { version: own, line });
  if (baseline === undefined) return versions;
  const { digests, contents: read } = (await contents.of(name, baseline.npmVersion)) ?? {};
  const known: PublishedVersion = {
    ...baseline,
    ...(digests === undefined ? {} : { digests }),
    ...(read === undefined ? {} : { contents: read }),
  };
  return versions.map((one) => (one === baseline ? known : one));
}

function stateOf(published: StoredPackage | undefined, npmVersion: string): PublishedVersion['state'] {
  const document = Object.hasOwn(published?.versions ?? {}, npmVersion) ? published?.versions[npmVersion] : undefined;
  if (document === undefined) return 'deleted';
  const text = textMember(document, 'deprecated') ?? '';
  return text.startsWith('[yanked]') ? 'yanked' : text === '' ? 'active' : 'deprecated';
}

/**
 * A name whose package is no longer there was given up, and stays taken. Only the very bytes that were published under it may come back:
 * what a disk has lost.
 */
async function knownNames(
  { storage, journal, settings }: QuestionWorld,
  { name, version, integrity, arriving }: Publish,
): Promise<KnownNames> {
  const there = new Set(arriving);
  for (const scope of settings.scopes) {
    const names = await readdir(join(storage.packages, scope)).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    for (const own of names) there.add(`${scope}/${own}`);
  }
  const isBack = journal.integrityOf(name, version) === integrity;
  const gone = [...journal.names()].filter((one) => !there.has(one) && !(one === name && isBack));
  return { components: [...there, ...gone].filter((one) => one !== name).sort(), tombstones: gone.sort() };
}
