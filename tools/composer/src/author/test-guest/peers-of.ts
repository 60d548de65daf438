import { isCapability, parseComponentName, type ComponentName, type Manifest, type Registry } from '@moby/model';

/** More than a machine has in services. */
const maxPeers = 32;

/**
 * The services and tasks that components talk to, and those that these talk to in turn: who asks for a peer needs it to be run. Of several
 * that offer a capability one that is tested is taken, else the first by name. Nobody is left out who can be found; checking says who can't.
 */
export async function peersOf(tested: readonly Manifest[], registry: Registry): Promise<readonly Manifest[]> {
  const peers = new Map<ComponentName, Manifest>();
  const waiting = [...tested];
  for (let next = waiting.shift(); next !== undefined && peers.size < maxPeers; next = waiting.shift()) {
    for (const [need, requirement] of Object.entries(next.requires)) {
      if (requirement.in !== 'peer' || [...tested, ...peers.values()].some((known) => offers(known, need))) continue;
      const peer = await firstOf(need, registry);
      if (peer === undefined) continue;
      peers.set(peer.name, peer);
      waiting.push(peer);
    }
  }
  return [...peers.values()];
}

function offers({ name, provides, service }: Manifest, need: string): boolean {
  return service !== undefined && (name === need || provides[need] !== undefined);
}

async function firstOf(need: string, registry: Registry): Promise<Manifest | undefined> {
  const named = parseComponentName(need);
  const names = isCapability(need) ? await registry.providers(need) : named === undefined ? [] : [named];
  for (const name of names) {
    const version = (await registry.versions(name)).at(-1);
    const manifest = version === undefined ? undefined : await registry.manifest(name, version);
    if (manifest !== undefined && offers(manifest, need)) return manifest;
  }
  return undefined;
}
