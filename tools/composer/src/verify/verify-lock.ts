import { join, resolve } from 'node:path';
import { derivePayload, openRecipe } from '@moby/content';
import {
  Failure,
  fromNpmVersion,
  parseComponentName,
  parseVersion,
  platforms,
  type ContentStore,
  type Digest,
  type FailureCode,
  type Judged,
  type Platform,
  type Registry,
  type RegistryComponent,
} from '@moby/model';
import type { ReleaseVerifier } from '@moby/registry/npm';
import { componentPlaces } from '../component-places.ts';
import { missingPins } from '../fetch/open-payload.ts';
import { openLock } from '../lock/lock-on-disk.ts';
import type { LockedComponent, Lockfile } from '../lock/lockfile.ts';
import type { Surroundings } from '../request.ts';
import type { World } from '../world.ts';
import { digestOfFile, sizeOf } from './digest-of-file.ts';
import type { Verified } from './verified.ts';

export interface VerifiedLock {
  /** The lock, as a person here would write its path. */
  readonly label: string;
  /** `redis-os 1.0.0`, as the lock says it. */
  readonly assembly: string;
  readonly verified: readonly Verified[];
}

/** `named` is a lock's file, or an assembly with a lock beside it. Throws `not-found` where there is none. */
export async function verifyNamedLock(named: string, world: World): Promise<Judged<VerifiedLock>> {
  const isFile = named.endsWith('.json');
  const parsed = isFile ? undefined : await world.parse(named, { with: [], without: [], replace: [] });
  if (parsed !== undefined && !parsed.ok) return parsed;
  const file = parsed?.value.located.lockFile ?? resolve(world.surroundings.currentFolder, named);
  const label = world.shown(file);
  const opened = await openLock(file, label);
  if (!opened.ok) return opened;
  if (opened.value === undefined)
    throw new Failure({
      code: 'not-found',
      message: `there is no lock \`${label}\``,
      hints: [isFile ? 'name an assembly.lock.json, or an assembly' : `make one: moby-compose resolve ${named}`],
    });
  const { lock } = opened.value;
  const verified = await verifyLock(lock, {
    registry: parsed?.value.registry ?? world.registry,
    store: world.store,
    verifier: await openVerifier(world.surroundings),
  });
  return { ok: true, value: { label, assembly: lock.assembly, verified }, findings: [] };
}

/** Undefined where no registries are named. */
async function openVerifier(surroundings: Surroundings): Promise<ReleaseVerifier | undefined> {
  const { registries } = surroundings;
  if (registries === undefined) return undefined;
  const { openReleaseVerifier } = await import('@moby/registry/npm');
  return openReleaseVerifier(componentPlaces(surroundings), registries);
}

interface Reach {
  readonly registry: Registry;
  readonly store: ContentStore;
  readonly verifier: ReleaseVerifier | undefined;
}

/** A release of a registry, and its payloads, as `verifyNamedLock` looks at them. Throws `usage` where no registry is named, `not-found`. */
export async function verifyNamedRelease({ npmName, npmVersion }: ReleaseName, world: World): Promise<readonly Verified[]> {
  const verifier = await openVerifier(world.surroundings);
  const parts = await verifier?.verify({ npmName, npmVersion });
  const scope = npmName.slice(0, npmName.indexOf('/'));
  if (parts === undefined)
    throw new Failure({
      code: 'usage',
      message: `no registry is named for ${scope}`,
      hints: ['name it: --registry URL', `or write \`${scope}:registry=URL\` into .npmrc`],
    });
  const [only] = parts;
  if (only?.verdict === 'absent' && parts.length === 1)
    throw new Failure({
      code: 'not-found',
      message: `${npmName}@${npmVersion} can't be verified: ${only.why ?? 'it is not here'}`,
      hints: [`see which there are: moby-compose info ${npmName.slice(scope.length + 1)} --registry URL`],
    });
  // What is wrong with a release says nothing of its payload, which then is nobody's.
  if (parts.some(({ verdict }) => verdict === 'wrong')) return parts;
  const version = fromNpmVersion(npmVersion);
  const { component } = await findComponent(`${npmName.slice(scope.length + 1)}@${version}`, world.registry);
  const verified: Verified[] = [...parts];
  for (const platform of platforms) {
    const payload = component?.manifest.payload.platforms[platform];
    if (component === undefined || payload === undefined) continue;
    const id = `${component.manifest.name}@${component.manifest.version}`;
    verified.push(await verifyPayload({ id, platform, ...payload, component }, world.store));
  }
  return verified;
}

export interface ReleaseName {
  readonly npmName: string;
  readonly npmVersion: string;
}

/**
 * Compares what a lock names with what is here: what registries vouch for, each component's tree in the registry, and each payload, read
 * again in the store or made again from packages in the store. No payload is fetched; what isn't here is `absent`.
 */
async function verifyLock(lock: Lockfile, { registry, store, verifier }: Reach): Promise<readonly Verified[]> {
  const verified: Verified[] = [];
  for (const [id, locked] of Object.entries(lock.components)) {
    // First: whoever asks the registry for a component mends what is damaged of what was kept.
    verified.push(...(await verifyOrigin(locked, verifier)));
    const { component, trouble } = await findComponent(id, registry);
    verified.push(trouble ?? verifyTree(id, locked, { component, label: registry.label }));
    for (const platform of lock.platforms) {
      const payload = locked.payload[platform];
      if (payload === undefined) continue;
      const isSame = component?.tree === locked.tree;
      verified.push(await verifyPayload({ id, platform, ...payload, component: isSame ? component : undefined }, store));
    }
  }
  return verified;
}

async function verifyOrigin({ origin, payload }: LockedComponent, verifier: ReleaseVerifier | undefined): Promise<readonly Verified[]> {
  if (origin === undefined) return [];
  const at = origin.package.lastIndexOf('@');
  const [npmName, npmVersion] = [origin.package.slice(0, at), origin.package.slice(at + 1)];
  const parts = await verifier?.verify({ npmName, npmVersion, locked: { integrity: origin.integrity, payload } });
  if (parts !== undefined) return parts;
  const why = 'was not looked at: name the registry that it came from with --registry URL';
  return [{ what: `registry signature of ${origin.package}`, verdict: 'absent', why }];
}

interface Found {
  readonly component?: RegistryComponent | undefined;
  /** Why there is none, where something is. */
  readonly trouble?: Verified;
}

async function findComponent(id: string, registry: Registry): Promise<Found> {
  const at = id.indexOf('@');
  const [name, version] = [parseComponentName(id.slice(0, at)), parseVersion(id.slice(at + 1))];
  try {
    if (name === undefined || version === undefined || !(await registry.versions(name)).includes(version)) return {};
    return { component: await registry.component(name, version) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const verdict = verdicts[error.code];
    if (verdict === undefined) throw error;
    return { trouble: { what: id, verdict, why: error.message } };
  }
}

/** What trouble with a registry's package says of it. */
const verdicts: Partial<Record<FailureCode, Verified['verdict']>> = {
  'wrong-digest': 'wrong',
  'bad-archive': 'wrong',
  'bad-index': 'wrong',
  'bad-signature': 'wrong',
  offline: 'absent',
};

function verifyTree(
  what: string,
  { tree, refreshed, origin }: LockedComponent,
  { component, label }: { readonly component: RegistryComponent | undefined; readonly label: string },
): Verified {
  // Its pins were replaced where it was assembled, so no registry has it in this form.
  if (refreshed !== undefined) return { what, digest: tree, verdict: 'absent', why: 'was refreshed: its pins stand in the lock alone' };
  if (component === undefined) return { what, digest: tree, verdict: 'absent', why: `is not in ${label}` };
  const integrity = component.origin?.integrity;
  if (component.tree === tree && integrity !== undefined && origin !== undefined && integrity !== origin.integrity)
    return {
      what,
      digest: tree,
      verdict: 'wrong',
      why: `comes in another package from ${label}: ${integrity} in place of ${origin.integrity}`,
    };
  if (component.tree === tree) return { what, digest: tree, verdict: 'ok' };
  return { what, digest: tree, verdict: 'wrong', why: `has another manifest, facts or files in ${label} than when it was locked` };
}

interface LockedPayload {
  readonly id: string;
  readonly platform: Platform;
  readonly digest: Digest;
  readonly size: number;
  /** As it was locked; undefined where it isn't here in this form. */
  readonly component: RegistryComponent | undefined;
}

/** The stored payload read again, or the one that its pinned packages give, where the store has them. */
async function verifyPayload({ id, platform, digest, size, component }: LockedPayload, store: ContentStore): Promise<Verified> {
  const found = { what: `payload of ${id} for ${platform}`, digest };
  const path = await store.pathOf(digest);
  if (path !== undefined) {
    const stored = { digest: await digestOfFile(path), sizeBytes: await sizeOf(path) };
    return stored.digest === digest && stored.sizeBytes === size
      ? { ...found, verdict: 'ok' }
      : { ...found, verdict: 'wrong', why: `has other bytes in the store: ${path}` };
  }
  const payload = component?.manifest.payload.platforms[platform];
  if (component === undefined || payload === undefined || (await missingPins(payload, store)).length > 0)
    return { ...found, verdict: 'absent', why: 'is not in the store, nor are the packages that it is made from' };
  try {
    const derived = await derivePayload(openRecipe({ payload, filesFolder: join(component.folder, 'files'), store }));
    return derived.digest === digest ? { ...found, verdict: 'ok' } : { ...found, verdict: 'wrong', why: 'is not what its packages give' };
  } catch (error) {
    // A package of the store with other bytes, or one that gives less than is kept of it.
    if (error instanceof Failure) return { ...found, verdict: 'wrong', why: error.message };
    throw error;
  }
}
