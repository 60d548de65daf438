import { Refusal } from '../gate/refusal.ts';
import type { StoredPackage } from '../storage/stored-package.ts';
import { readForChange } from '../storage/write-package.ts';
import { isStrictVersion } from '../publish/strict-version.ts';
import type { WriteWorld } from './writes.ts';

export async function storedPackage(world: WriteWorld, name: string): Promise<StoredPackage> {
  const stored = await readForChange(world.store, { name });
  if (stored === undefined) throw new Refusal({ code: 'MOBY-D404', message: `\`${name}\` was never published here` });
  return stored;
}

/** A version that a body names, where it is published. */
export function publishedVersion(stored: StoredPackage, body: unknown): string {
  if (typeof body !== 'string' || !isStrictVersion(body))
    throw new Refusal({ code: 'MOBY-D422', message: 'the body must be a version, as a JSON string' });
  if (!Object.hasOwn(stored.versions, body))
    throw new Refusal({ code: 'MOBY-D404', message: `${stored.name}@${body} was never published here` });
  return body;
}
