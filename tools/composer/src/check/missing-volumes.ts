import type { Diagnostic } from '@moby/model';
import type { Assembly } from '../parse/assembly.ts';
import type { Resolution } from '../resolve/resolution.ts';
import { componentsOf } from './chosen-components.ts';

/** What offers `volume:NAME` finds a disk of the machine by that name: the assembly has to say that there is one. */
export function missingVolumes(assembly: Assembly, resolution: Resolution): readonly Diagnostic[] {
  const known = new Set(assembly.volumes.map(({ name }) => name));
  return assembly.entries.flatMap((entry) => {
    const root = resolution.roots.find(({ scope }) => scope === entry.name);
    const offered = (root === undefined ? [] : componentsOf(resolution, root)).flatMap(({ manifest }) => Object.keys(manifest.provides));
    const missing = offered.flatMap((capability) => {
      const name = /^volume:(.+)$/.exec(capability)?.[1];
      // An entry with arguments of its own may be for another disk.
      return name === undefined || known.has(name) || entry.args !== undefined ? [] : [name];
    });
    return missing.map((name): Diagnostic => {
      const message = `\`${entry.name}\` needs the volume \`${name}\`, and the assembly has none of this name`;
      return {
        severity: 'error',
        code: 'invalid-assembly',
        message,
        place: entry.place,
        hints: [`add \`volumes: [{ name: ${name}, size: 4GB }]\``],
      };
    });
  });
}
