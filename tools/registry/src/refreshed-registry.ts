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
 * A registry with refreshed components in place of those whose pins have vanished: each hides the version that its
 * line had (the workspace holds one a line), whether it kept that version or moved to a newer one.
 */
export function openRefreshedRegistry(base: Registry, refreshed: readonly Refreshed[]): Registry {
  return refreshed.length === 0 ? base : new RefreshedRegistry(base, refreshed);
}

export interface Refreshed {
  /** The version that it takes the place of. */
  readonly hides: Version;
  readonly component: RegistryComponent;
}

class RefreshedRegistry implements Registry {
  readonly label: string;
  readonly #base: Registry;
  readonly #refreshed: readonly Refreshed[];

  constructor(base: Registry, refreshed: readonly Refreshed[]) {
    this.label = base.label;
    this.#base = base;
    this.#refreshed = refreshed;
  }

  names(): Promise<readonly ComponentName[]> {
    return this.#base.names();
  }

  namesAtHand(): Promise<readonly ComponentName[]> {
    return this.#base.namesAtHand();
  }

  async providers(capability: string): Promise<readonly ComponentName[]> {
    const own = this.#refreshed.flatMap(({ component: { manifest } }) =>
      Object.hasOwn(manifest.provides, capability) ? [manifest.name] : [],
    );
    return [...new Set([...(await this.#base.providers(capability)), ...own])].sort();
  }

  async versions(name: ComponentName): Promise<readonly Version[]> {
    const own = this.#refreshed.filter(({ component }) => component.manifest.name === name);
    const kept = (await this.#base.versions(name)).filter((version) => !own.some(({ hides }) => hides === version));
    return [...new Set([...kept, ...own.map(({ component }) => component.manifest.version)])].sort(compareVersions);
  }

  /** Of a version that stands in for another too: its pins are another's, its upstream is not. */
  notices(name: ComponentName): Promise<ReadonlyMap<Version, Notice>> {
    return this.#base.notices(name);
  }

  async manifest(name: ComponentName, version: Version): Promise<Manifest> {
    return this.#find(name, version)?.manifest ?? (await this.#base.manifest(name, version));
  }

  async line(name: ComponentName, version: Version): Promise<string> {
    return this.#find(name, version)?.line ?? (await this.#base.line(name, version));
  }

  async component(name: ComponentName, version: Version): Promise<RegistryComponent> {
    return this.#find(name, version) ?? (await this.#base.component(name, version));
  }

  #find(name: ComponentName, version: Version): RegistryComponent | undefined {
    return this.#refreshed.find(({ component }) => component.manifest.name === name && component.manifest.version === version)?.component;
  }
}
