import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultPolicy, findBaseline, type KnownNames, type Policy, type PublishedVersion } from '@moby/governor';
import { fromNpmVersion } from '@moby/model';
import { Refusal } from '../gate/refusal.ts';
import type { ComponentOwners } from '../owners/component-owners.ts';
import { readLibraryPolicy } from '../owners/read-library-policy.ts';
import type { Change, Publish } from '../publish/judge.ts';
import type { RegistrySettings } from '../settings/registry-settings.ts';
import { isMissing } from '../storage/file-error.ts';
import { textMember } from '../storage/json-object.ts';
import type { StoredPackage } from '../storage/stored-package.ts';
import type { JudgeWork } from './judge-work.ts';
import type { Prover } from './prover.ts';
import { publishedTarball, type TarballWorld } from './published-tarball.ts';

export interface WorkWorld extends TarballWorld {
  readonly settings: RegistrySettings;
  readonly prover: Prover;
  readonly now: () => Date;
}

/** Everything that the rules may know of a release that comes to this registry. */
export async function workOfPublish(world: WorkWorld, publish: Publish): Promise<JudgeWork> {
  const { name, version, line, document, tarball, by, owners, published, statement } = publish;
  const versions = publishedVersions(world, name, published);
  const own = fromNpmVersion(version);
  const baseline = own === undefined ? undefined : findBaseline(versions, { version: own, line });
  const before = baseline === undefined ? undefined : await publishedTarball(world, name, baseline.npmVersion);
  return {
    rules: 'all',
    tarball,
    npmVersion: version,
    release: { line, announced: document },
    published: versions,
    ...(baseline === undefined || before === undefined ? {} : { baseline: { npmVersion: baseline.npmVersion, tarball: before } }),
    statement,
    question: {
      door: { kind: 'publish' },
      names: await knownNames(world, publish),
      ...(owners.isKnown ? { owners: { lifecycle: owners.lifecycle, maintainers: owners.users } } : {}),
      publisher: { id: by.name, role: by.role },
      today: dayOf(world),
      policy: await policyOf(world, owners.kind),
      payload: await world.prover.prove({ name: `${name}@${version}`, tarball }),
    },
  };
}

/** Bytes that were published once: who signed them counts, and nothing else again. */
export async function workOfRestored(world: WorkWorld, { version, tarball, by, owners, statement }: Publish): Promise<JudgeWork> {
  const nothing = await workOfBytes(world, { tarball, npmVersion: version, kind: owners.kind });
  return { ...nothing, rules: 'restored', statement, question: { ...nothing.question, publisher: { id: by.name, role: by.role } } };
}

/** For a version that is published and is to be promoted: nothing but its files and its payload counts. */
export async function workOfPromotion(world: WorkWorld, { name, versions: [version = ''], owners }: Change): Promise<JudgeWork> {
  const tarball = await publishedTarball(world, name, version);
  if (tarball === undefined)
    throw new Refusal({ code: 'MOBY-D425', message: `the bytes of ${name}@${version} are gone, or others than were published` });
  const nothing = await workOfBytes(world, { tarball, npmVersion: version, kind: owners.kind });
  const payload = await world.prover.prove({ name: `${name}@${version}`, tarball });
  return { ...nothing, rules: 'promotion', question: { ...nothing.question, payload } };
}

interface Bytes extends Pick<JudgeWork, 'tarball' | 'npmVersion'> {
  readonly kind: ComponentOwners['kind'];
}

async function workOfBytes(world: WorkWorld, { tarball, npmVersion, kind }: Bytes): Promise<JudgeWork> {
  return {
    rules: 'all',
    tarball,
    npmVersion,
    release: {},
    published: [],
    question: {
      door: { kind: 'publish' },
      today: dayOf(world),
      names: { components: [], tombstones: [] },
      policy: await policyOf(world, kind),
      payload: { kind: 'unproven', why: 'nobody asked' },
    },
  };
}

/** By UTC. */
function dayOf({ now }: WorkWorld): string {
  return now().toISOString().slice(0, 10);
}

/** What the library's repository has decided, where it speaks for the name; scopes and statements are for who runs this registry to say. */
async function policyOf({ settings }: WorkWorld, kind: ComponentOwners['kind']): Promise<Policy> {
  const policy = kind === 'registry' || settings.library === undefined ? defaultPolicy : await readLibraryPolicy(settings.library);
  return {
    ...policy,
    scopes: settings.scopes,
    signature: policy.signature === 'required' ? 'required' : settings.statements,
    // Without a library whoever comes first owns a name; the registry keeps who that was.
    newComponents: kind === 'registry' ? 'first-come' : policy.newComponents,
  };
}

/** What was ever published under the name. */
function publishedVersions({ journal }: WorkWorld, name: string, published: StoredPackage | undefined): readonly PublishedVersion[] {
  const all = new Set([...journal.versionsOf(name).keys(), ...Object.keys(published?.versions ?? {})]);
  return [...all].flatMap((npmVersion): readonly PublishedVersion[] => {
    const version = fromNpmVersion(npmVersion);
    return version === undefined ? [] : [{ npmVersion, version, state: stateOf(published, npmVersion) }];
  });
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
async function knownNames({ storage, journal, settings }: WorkWorld, { name, version, integrity, arriving }: Publish): Promise<KnownNames> {
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
