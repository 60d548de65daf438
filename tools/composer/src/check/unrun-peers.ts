import type { Manifest } from '@moby/model';
import type { Assembly } from '../parse/assembly.ts';
import type { ResolvedEdge, Resolution } from '../resolve/resolution.ts';
import type { MissingPart } from './missing-part.ts';

/**
 * A service that a container asks for as a peer was chosen for the machine's root, where nobody runs it: resolving knows where
 * components stand, and which of them are run is what the assembly's entries say. What a container holds besides may never be
 * started, as a containerd whose parts alone are used.
 */
export function unrunPeers(assembly: Assembly, resolution: Resolution): readonly MissingPart[] {
  const asked = new Set<string>();
  return resolution.edges.flatMap((edge): readonly MissingPart[] => {
    const [who, peer] = [manifestAt(resolution, edge.from), manifestAt(resolution, edge.by)];
    if (!isRun(assembly, edge.from) || edge.by.includes('/') || edge.recommended || who?.requires[edge.need]?.in !== 'peer') return [];
    if (peer?.service === undefined || asked.has(peer.name)) return [];
    asked.add(peer.name);
    return [toPart(assembly, edge, peer, who)];
  });
}

function toPart(assembly: Assembly, edge: ResolvedEdge, peer: Manifest, who: Manifest): MissingPart {
  const section = peer.kind === 'task' ? 'onboot' : 'services';
  const { args, diskArgument } = peer.service ?? { args: [] };
  const disk = diskArgument === undefined ? undefined : args[diskArgument];
  const volume = assembly.volumes.some(({ name }) => name === disk) ? undefined : disk;
  const entry = assembly.entries.find(({ name }) => name === edge.from.split('/')[0]);
  const lines = [
    `${section}: [{ component: ${peer.name} }]`,
    ...(volume === undefined ? [] : [`volumes: [{ name: ${volume}, size: 4GB }]`]),
  ];
  return {
    finding: {
      severity: 'error',
      code: 'invalid-assembly',
      message: `\`${who.name}\` needs \`${edge.need}\`, which \`${peer.name}\` offers where it is run, and no entry runs it`,
      ...(entry === undefined ? {} : { place: entry.place }),
      hints: [`add ${lines.map((line) => `\`${line}\``).join(' and ')}`],
    },
    run: { name: peer.name, section },
    ...(volume === undefined ? {} : { volume }),
  };
}

/** Of `scope/name`: what the entry is for, or what it puts beside that. */
function isRun(assembly: Assembly, key: string): boolean {
  const [scope, name] = key.split('/', 2);
  const entry = assembly.entries.find((one) => one.name === scope);
  return name !== undefined && entry !== undefined && [entry.wish, ...entry.with].some((wish) => wish.name === name);
}

/** Of `name` or `scope/name`. */
function manifestAt({ roots, components }: Resolution, key: string): Manifest | undefined {
  const [scope, name] = key.includes('/') ? key.split('/', 2) : ['', key];
  const chosen = roots.find((root) => root.scope === scope)?.components.find((one) => one.name === name);
  return chosen === undefined ? undefined : components.get(`${chosen.name}@${chosen.version}`)?.manifest;
}
