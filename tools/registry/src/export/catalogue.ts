import type { Manifest } from '@moby/model';
import { isRecord, readPackument } from '../npm/packument.ts';

/** Which component offers what: what a registry answers at `-/moby/v1/index`, and signs. Keys and lists sorted. */
export interface CatalogueDocument {
  readonly catalogue: 1;
  /** How many versions it was made of: it only ever grows, as what was published stays, so that an older catalogue can be told. */
  readonly sequence: number;
  /** npm's name → the capabilities that some version of it offers, those that its bytes prove too. */
  readonly components: Readonly<Record<string, CatalogueEntry>>;
}

export interface CatalogueEntry {
  readonly provides: readonly string[];
}

/** A package as a catalogue counts it. */
export interface CataloguePart {
  readonly npmName: string;
  /** Of all its versions. */
  readonly versions: number;
  /** Undefined for what is a component in no version that this program reads. */
  readonly entry: CatalogueEntry | undefined;
}

/** Of full packuments. */
export async function catalogueOf(packuments: Iterable<unknown>): Promise<CatalogueDocument> {
  const parts: CataloguePart[] = [];
  for (const packument of packuments) {
    const part = await cataloguePart(packument);
    if (part !== undefined) parts.push(part);
  }
  return catalogueOfParts(parts);
}

/** Of a full packument; undefined for what is none. */
export async function cataloguePart(packument: unknown): Promise<CataloguePart | undefined> {
  const npmName = isRecord(packument) ? packument['name'] : undefined;
  if (!isRecord(packument) || typeof npmName !== 'string') return undefined;
  const { versions } = await readPackument(packument, { npmName, registry: npmName });
  const all = isRecord(packument['versions']) ? Object.keys(packument['versions']).length : 0;
  const provides = providesOf([...versions.values()].map(({ manifest }) => manifest));
  return { npmName, versions: all, entry: versions.size === 0 ? undefined : { provides } };
}

export function catalogueOfParts(parts: Iterable<CataloguePart>): CatalogueDocument {
  const sorted = [...parts].sort((a, b) => (a.npmName < b.npmName ? -1 : 1));
  return {
    catalogue: 1,
    sequence: sorted.reduce((sum, { versions }) => sum + versions, 0),
    components: Object.fromEntries(sorted.flatMap(({ npmName, entry }) => (entry === undefined ? [] : [[npmName, entry]]))),
  };
}

function providesOf(manifests: readonly Manifest[]): readonly string[] {
  return [...new Set(manifests.flatMap(({ provides }) => Object.keys(provides)))].sort();
}
