import type { Diagnostic } from '@moby/model';
import type { Assembly } from '../parse/assembly.ts';
import type { Resolution } from '../resolve/resolution.ts';
import { componentsOf } from './chosen-components.ts';

/** Who mounts a disk of the machine says in its manifest which argument names it: the assembly has to have a volume of that name. */
export function missingVolumes(assembly: Assembly, resolution: Resolution): readonly Diagnostic[] {
  const known = new Set(assembly.volumes.map(({ name }) => name));
  return assembly.entries.flatMap((entry): readonly Diagnostic[] => {
    const root = resolution.roots.find(({ scope }) => scope === entry.name);
    const components = root === undefined ? [] : componentsOf(resolution, root);
    const service = components.find(({ manifest }) => manifest.name === entry.wish.name)?.manifest.service;
    if (service?.diskArgument === undefined) return [];
    const name = entry.args?.[service.diskArgument] ?? service.args[service.diskArgument];
    if (name === undefined || known.has(name)) return [];
    return [
      {
        severity: 'error',
        code: 'invalid-assembly',
        message: `\`${entry.name}\` needs the volume \`${name}\`, and the assembly has none of this name`,
        place: entry.place,
        hints: [`add \`volumes: [{ name: ${name}, size: 4GB }]\``],
      },
    ];
  });
}
