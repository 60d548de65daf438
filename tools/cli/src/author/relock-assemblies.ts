import { assemblyNames, type Line } from '@moby/composer';
import type { ComponentName, Diagnostic } from '@moby/model';

export interface Relocking {
  readonly line: Line;
  /** The folder that holds `assemblies/`. */
  readonly library: string | undefined;
  /** What has changed. */
  readonly components: readonly ComponentName[];
  /** Takes what is said of assemblies that don't resolve any more; those are left alone. */
  readonly unlocked: (findings: readonly Diagnostic[]) => void;
}

/** The names of the assemblies whose lock has changed, and which use one of the components. */
export async function relockAssemblies({ line, library, components, unlocked }: Relocking): Promise<readonly string[]> {
  const relocked: string[] = [];
  for (const assembly of await assemblyNames(library)) {
    const variation = { with: [], without: [], replace: [] };
    const parsed = await line.parse(assembly, variation);
    const platform = parsed.ok ? parsed.value.platforms[0] : undefined;
    if (platform === undefined) continue;
    const done = await line.relock({ assembly, platform, variation, policy: { locked: false, offline: false }, out: undefined, level: 3 });
    if (!done.ok) unlocked(done.findings);
    else if (
      done.value.written &&
      [...done.value.resolution.components.values()].some(({ manifest }) => components.includes(manifest.name))
    )
      relocked.push(assembly);
  }
  return relocked;
}
