import type { ComponentName, Manifest, Notice, Registry, RegistryComponent, Version } from '@moby/model';

/** A registry of which each component is looked at before anybody gets it: `check` throws for one that nobody should. */
export function openCheckedRegistry(base: Registry, check: (component: RegistryComponent) => void): Registry {
  return new CheckedRegistry(base, check);
}

class CheckedRegistry implements Registry {
  readonly label: string;
  readonly #base: Registry;
  readonly #check: (component: RegistryComponent) => void;

  constructor(base: Registry, check: (component: RegistryComponent) => void) {
    this.label = base.label;
    this.#base = base;
    this.#check = check;
  }

  names(): Promise<readonly ComponentName[]> {
    return this.#base.names();
  }

  namesAtHand(): Promise<readonly ComponentName[]> {
    return this.#base.namesAtHand();
  }

  providers(capability: string): Promise<readonly ComponentName[]> {
    return this.#base.providers(capability);
  }

  versions(name: ComponentName): Promise<readonly Version[]> {
    return this.#base.versions(name);
  }

  notices(name: ComponentName): Promise<ReadonlyMap<Version, Notice>> {
    return this.#base.notices(name);
  }

  manifest(name: ComponentName, version: Version): Promise<Manifest> {
    return this.#base.manifest(name, version);
  }

  line(name: ComponentName, version: Version): Promise<string> {
    return this.#base.line(name, version);
  }

  async component(name: ComponentName, version: Version): Promise<RegistryComponent> {
    const component = await this.#base.component(name, version);
    this.#check(component);
    return component;
  }
}
