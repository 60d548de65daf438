import type { ComponentName, Manifest, Notice, Registry, RegistryComponent, Version } from '@moby/model';

/**
 * Registries of which the first that knows a name has it alone: the others are not even asked of it, so that nobody can offer a newer
 * version of what comes from elsewhere.
 */
export function openRankedRegistry(ranks: readonly Registry[]): Registry {
  return new RankedRegistry(ranks);
}

class RankedRegistry implements Registry {
  readonly label: string;
  readonly #ranks: readonly Registry[];
  readonly #owners = new Map<ComponentName, Promise<Registry>>();

  constructor(ranks: readonly Registry[]) {
    this.label = ranks.map((rank) => rank.label).join(', ');
    this.#ranks = ranks;
  }

  async names(): Promise<readonly ComponentName[]> {
    return merged(await Promise.all(this.#ranks.map((rank) => rank.names())));
  }

  async namesAtHand(): Promise<readonly ComponentName[]> {
    return merged(await Promise.all(this.#ranks.map((rank) => rank.namesAtHand())));
  }

  async providers(capability: string): Promise<readonly ComponentName[]> {
    return merged(await Promise.all(this.#ranks.map((rank) => rank.providers(capability))));
  }

  async versions(name: ComponentName): Promise<readonly Version[]> {
    return (await this.#ownerOf(name)).versions(name);
  }

  async notices(name: ComponentName): Promise<ReadonlyMap<Version, Notice>> {
    return (await this.#ownerOf(name)).notices(name);
  }

  async manifest(name: ComponentName, version: Version): Promise<Manifest> {
    return (await this.#ownerOf(name)).manifest(name, version);
  }

  async line(name: ComponentName, version: Version): Promise<string> {
    return (await this.#ownerOf(name)).line(name, version);
  }

  async component(name: ComponentName, version: Version): Promise<RegistryComponent> {
    return (await this.#ownerOf(name)).component(name, version);
  }

  #ownerOf(name: ComponentName): Promise<Registry> {
    const owner = this.#owners.get(name) ?? this.#findOwner(name);
    this.#owners.set(name, owner);
    return owner;
  }

  async #findOwner(name: ComponentName): Promise<Registry> {
    for (const rank of this.#ranks.slice(0, -1)) if ((await rank.versions(name)).length > 0) return rank;
    const last = this.#ranks.at(-1);
    if (last === undefined) throw new TypeError('there is at least one rank');
    return last;
  }
}

function merged(lists: readonly (readonly ComponentName[])[]): readonly ComponentName[] {
  return [...new Set(lists.flat())].sort();
}
