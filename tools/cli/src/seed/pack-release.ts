import { basename, dirname } from 'node:path';
import { readOwners, validateComponent } from '@moby/composer';
import type { Diagnostic, Manifest } from '@moby/model';
import { packComponent } from '@moby/registry/pack';
import { readReadme, signedStatement, type Release } from '@moby/registry/publish';
import { readVerifyingKey, type SigningKey } from '@moby/trust';
import type { ComponentPlace } from '../author/find-components.ts';

/** A line of the library, packed. */
export interface PackedLine {
  readonly manifest: Manifest;
  readonly release: Release;
}

export interface SigningWish {
  readonly key: SigningKey;
  /** Also where the library doesn't name the key. */
  readonly isNamed: boolean;
}

/** Validates and packs; payloads are the registry's to derive. Throws what reading throws. */
export async function packRelease(
  place: ComponentPlace,
  signing: SigningWish | undefined,
): Promise<{ readonly line?: PackedLine; readonly findings: readonly Diagnostic[] }> {
  const { findings, manifest } = await validateComponent(place);
  if (manifest === undefined || findings.some(({ severity }) => severity === 'error')) return { findings };
  const packed = await packComponent(place.folder, place.label);
  const key = signing !== undefined && (signing.isNamed || (await isOwners(signing.key, place))) ? signing.key : undefined;
  const bundle = key === undefined ? undefined : await signedStatement(key, packed);
  const release: Release = { packed, label: place.label, line: basename(place.folder), readme: await readReadme(place), bundle };
  return { findings, line: { manifest, release } };
}

/** A statement that OWNERS.yaml names no key for would be refused by a registry that follows the library. */
async function isOwners(key: SigningKey, { folder, label }: ComponentPlace): Promise<boolean> {
  const owners = await readOwners({ folder: dirname(folder), label: dirname(label) });
  if (owners === undefined || !owners.ok) return false;
  return owners.value.maintainers.some(({ keys = [] }) => keys.some((text) => readVerifyingKey(text, label).keyid === key.keyid));
}
