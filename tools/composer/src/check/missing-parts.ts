import type { Assembly } from '../parse/assembly.ts';
import type { Resolution } from '../resolve/resolution.ts';
import type { MissingPart } from './missing-part.ts';
import { missingVolumes } from './missing-volumes.ts';
import { unrunPeers } from './unrun-peers.ts';

/** What no component can give: disks of the machine, and entries that run what others ask for. */
export function missingParts(assembly: Assembly, resolution: Resolution): readonly MissingPart[] {
  return [...missingVolumes(assembly, resolution), ...unrunPeers(assembly, resolution)];
}
