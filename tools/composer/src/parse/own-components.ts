import { parseRange, type Manifest, type Registry } from '@moby/model';
import type { Assembly, RootWish } from './assembly.ts';

/** A component that lies in a folder of its own (`component: ./my-app`). */
export interface OwnComponent {
  readonly manifest: Manifest;
  readonly registry: Registry;
}

/** Each such folder is a registry of one component, and the entry wishes for exactly it. */
export async function withOwnComponents(
  assembly: Assembly,
  open: (folder: string) => Promise<OwnComponent>,
): Promise<{ readonly assembly: Assembly; readonly registries: readonly Registry[]; readonly manifests: readonly Manifest[] }> {
  const registries: Registry[] = [];
  const manifests: Manifest[] = [];
  const entries: Assembly['entries'][number][] = [];
  for (const entry of assembly.entries) {
    if (entry.ownFolder === undefined) {
      entries.push(entry);
      continue;
    }
    const { manifest, registry } = await open(entry.ownFolder);
    registries.push(registry);
    manifests.push(manifest);
    const wish = exactly(entry.wish, manifest);
    entries.push({ ...entry, name: entry.name === entry.wish.name ? manifest.name : entry.name, wish });
  }
  return { assembly: { ...assembly, entries }, registries, manifests };
}

/** The wish for the one component of an own folder. */
function exactly(wish: RootWish, manifest: Manifest): RootWish {
  const range = parseRange(manifest.version);
  return { ...wish, name: manifest.name, range: range ?? wish.range };
}
