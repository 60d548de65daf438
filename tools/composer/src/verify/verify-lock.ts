import { join, resolve } from 'node:path';
import { derivePayload, openRecipe } from '@moby/content';
import {
  Failure,
  parseComponentName,
  parseVersion,
  type ContentStore,
  type Digest,
  type FailureCode,
  type Judged,
  type Platform,
  type Registry,
  type RegistryComponent,
} from '@moby/model';
import { missingPins } from '../fetch/open-payload.ts';
import { openLock } from '../lock/lock-on-disk.ts';
import type { LockedComponent, Lockfile } from '../lock/lockfile.ts';
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
  const verified = await verifyLock(lock, { registry: parsed?.value.registry ?? world.registry, store: world.store });
  return { ok: true, value: { label, assembly: lock.assembly, verified }, findings: [] };
}

/**
 * Compares what a lock names with what is here: each component's tree in the registry, and each payload, read again in the store or
 * made again from packages in the store. Nothing is fetched; what isn't here is `absent`.
 */
async function verifyLock(
  lock: Lockfile,
  { registry, store }: { readonly registry: Registry; readonly store: ContentStore },
): Promise<readonly Verified[]> {
  const verified: Verified[] = [];
  for (const [id, locked] of Object.entries(lock.components)) {
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
