import type { Manifest } from '@moby/model';
import { isRecord, readPackument } from '../npm/packument.ts';

/** Which component offers what: what a registry answers at `-/moby/v1/index`. Keys and lists sorted. */
export interface CatalogueDocument {
  readonly catalogue: 1;
  /** npm's name → the capabilities that some version of it offers, those that its bytes prove too. */
  readonly components: Readonly<Record<string, { readonly provides: readonly string[] }>>;
}

/** Of full packuments; what is a component in no version that this program reads is left out. */
export async function catalogueOf(packuments: Iterable<unknown>): Promise<CatalogueDocument> {
  const entries: [string, { readonly provides: readonly string[] }][] = [];
  for (const packument of packuments) {
    const npmName = isRecord(packument) ? packument['name'] : undefined;
    if (typeof npmName !== 'string') continue;
    const { versions } = await readPackument(packument, { npmName, registry: npmName });
    if (versions.size > 0) entries.push([npmName, { provides: providesOf([...versions.values()].map(({ manifest }) => manifest)) }]);
  }
  return { catalogue: 1, components: Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

function providesOf(manifests: readonly Manifest[]): readonly string[] {
  return [...new Set(manifests.flatMap(({ provides }) => Object.keys(provides)))].sort();
}
