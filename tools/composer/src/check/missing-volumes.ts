import type { Diagnostic } from '@moby/model';
import type { Assembly } from '../parse/assembly.ts';
import type { Resolution } from '../resolve/resolution.ts';
import { componentsOf } from './chosen-components.ts';
import type { MissingPart } from './missing-part.ts';

/** Who mounts a disk of the machine says in its manifest which argument names it: the assembly has to have a volume of that name. */
export function missingVolumes(assembly: Assembly, resolution: Resolution): readonly MissingPart[] {
  const known = new Set(assembly.volumes.map(({ name }) => name));
  return assembly.entries.flatMap((entry): readonly MissingPart[] => {
    const root = resolution.roots.find(({ scope }) => scope === entry.name);
    const components = root === undefined ? [] : componentsOf(resolution, root);
    const service = components.find(({ manifest }) => manifest.name === entry.wish.name)?.manifest.service;
    if (service?.diskArgument === undefined) return [];
    const volume = entry.args?.[service.diskArgument] ?? service.args[service.diskArgument];
    if (volume === undefined || known.has(volume)) return [];
    const finding: Diagnostic = {
      severity: 'error',
      code: 'invalid-assembly',
      message: `\`${entry.name}\` needs the volume \`${volume}\`, and the assembly has none of this name`,
      place: entry.place,
      hints: [`add \`volumes: [{ name: ${volume}, size: 4GB }]\``],
    };
    return [{ finding, volume }];
  });
}
