import {
  compareVersions,
  type ComponentName,
  type Manifest,
  type Notice,
  type Registry,
  type RegistryComponent,
  type Version,
} from '@moby/model';

/**
 * Several registries on top of each other: a version that an upper one has hides the same version below, as a folder of
 * one’s own may hold a patched component of the library.
 */
export function openOverlayRegistry(layers: readonly Registry[]): Registry {
  return new OverlayRegistry(layers);
}

class OverlayRegistry implements Registry {
  readonly label: string;
  readonly #layers: readonly Registry[];

  constructor(layers: readonly Registry[]) {
    this.label = layers.map((layer) => layer.label).join(', ');
    this.#layers = layers;
  }

  names(): Promise<readonly ComponentName[]> {
    return this.#all((layer) => layer.names());
  }

  namesAtHand(): Promise<readonly ComponentName[]> {
    return this.#all((layer) => layer.namesAtHand());
  }

  providers(capability: string): Promise<readonly ComponentName[]> {
    return this.#all((layer) => layer.providers(capability));
  }

  async versions(name: ComponentName): Promise<readonly Version[]> {
    const versions = new Set<Version>();
    for (const layer of this.#layers) for (const version of await layer.versions(name)) versions.add(version);
    return [...versions].sort(compareVersions);
  }

  async notices(name: ComponentName): Promise<ReadonlyMap<Version, Notice>> {
    const notices = new Map<Version, Notice>();
    const seen = new Set<Version>();
    for (const layer of this.#layers) {
      for (const [version, notice] of await layer.notices(name)) if (!seen.has(version)) notices.set(version, notice);
      for (const version of await layer.versions(name)) seen.add(version);
    }
    return notices;
  }

  async manifest(name: ComponentName, version: Version): Promise<Manifest> {
    return (await this.#layerOf(name, version)).manifest(name, version);
  }

  async line(name: ComponentName, version: Version): Promise<string> {
    return (await this.#layerOf(name, version)).line(name, version);
  }

  async component(name: ComponentName, version: Version): Promise<RegistryComponent> {
    return (await this.#layerOf(name, version)).component(name, version);
  }

  async #all(namesOf: (layer: Registry) => Promise<readonly ComponentName[]>): Promise<readonly ComponentName[]> {
    const names = new Set<ComponentName>();
    for (const layer of this.#layers) for (const name of await namesOf(layer)) names.add(name);
    return [...names].sort();
  }

  async #layerOf(name: ComponentName, version: Version): Promise<Registry> {
    for (const layer of this.#layers.slice(0, -1)) {
      if ((await layer.versions(name)).includes(version)) return layer;
    }
    const last = this.#layers.at(-1);
    if (last === undefined) throw new TypeError('an overlay has at least one layer');
    return last;
  }
}
