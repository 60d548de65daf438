import { join, resolve } from 'node:path';
import { openContentStore } from '@moby/content/store';
import { parseWish, platformFolder, type ContentStore, type Judged, type Registry } from '@moby/model';
import { openComponents, openOverlayRegistry, openRankedRegistry, openSingleRegistry, readManifest } from '@moby/registry';
import { applyVariation, isVaried, variationName } from './parse/apply-variation.ts';
import type { Assembly } from './parse/assembly.ts';
import {
  candidates,
  locateAssembly,
  parseSurroundings,
  shown,
  type AssemblyPlaces,
  type LocatedAssembly,
} from './parse/locate-assembly.ts';
import { withOwnComponents, type OwnComponent } from './parse/own-components.ts';
import { parseAssembly } from './parse/parse-assembly.ts';
import { componentPlaces } from './component-places.ts';
import type { ComposeRequest, Surroundings, Variation } from './request.ts';
import { storeFolder } from './store-folder.ts';

export interface ParsedAssembly {
  readonly located: LocatedAssembly;
  readonly assembly: Assembly;
  /** With the components of the assembly's own folders. */
  readonly registry: Registry;
}

/** What the stations work in: components, the store, and where things lie. */
export class World {
  readonly surroundings: Surroundings;
  readonly registry: Registry;
  readonly store: ContentStore;
  /** Every file that was read or looked for to parse an assembly. */
  readonly read: Set<string> = new Set<string>();
  /** A command and its line ask for the same assembly: it is read once. */
  readonly #parsed = new Map<string, Promise<Judged<ParsedAssembly>>>();

  private constructor(surroundings: Surroundings, registry: Registry) {
    this.surroundings = surroundings;
    this.store = openContentStore(storeFolder(surroundings.environment));
    this.registry = registry;
  }

  static async open(surroundings: Surroundings): Promise<World> {
    return new World(surroundings, await openComponents(componentPlaces(surroundings)));
  }

  async parse(assembly: string, variation: Variation): Promise<Judged<ParsedAssembly>> {
    const located = await locateAssembly(assembly, this.#places());
    const key = JSON.stringify([located.path, located.text, variation]);
    const parsed = this.#parsed.get(key) ?? this.#parseText(located, variation);
    this.#parsed.set(key, parsed);
    return parsed;
  }

  /** A path as a person here would write it. */
  shown(path: string): string {
    return shown(path, this.surroundings.currentFolder);
  }

  /** Where the artifact goes: `--out`, or below the library, or below the current folder for an assembly from elsewhere. */
  outFolder(request: ComposeRequest, assembly: Assembly): string {
    const { library, currentFolder } = this.surroundings;
    if (request.out !== undefined) return resolve(currentFolder, request.out);
    const base = library !== undefined && assembly.folder.startsWith(`${library}/`) ? library : currentFolder;
    return join(base, 'out', variationName(assembly.name, request.variation), platformFolder(request.platform));
  }

  async #parseText(located: LocatedAssembly, variation: Variation): Promise<Judged<ParsedAssembly>> {
    for (const path of candidates(located.named, this.#places())) {
      this.read.add(path);
      if (path === located.path) break;
    }
    const onRead = (path: string): void => void this.read.add(path);
    const parsed = await parseAssembly(located, parseSurroundings(this.#places(), onRead));
    if (!parsed.ok) return parsed;
    const own = await withOwnComponents(parsed.value, (folder) => this.#ownComponent(folder));
    const registry = this.#with(own.registries);
    if (!isVaried(variation)) return { ok: true, value: { located, assembly: own.assembly, registry }, findings: parsed.findings };
    const assembly = applyVariation(own.assembly, variation, await servicesAmong(variation.with, registry));
    return { ok: true, value: { located, assembly, registry }, findings: parsed.findings };
  }

  #with(own: readonly Registry[]): Registry {
    if (own.length === 0) return this.registry;
    // A folder's name is asked of no registry, as somebody else may have one of that name.
    if (this.surroundings.registries !== undefined) return openRankedRegistry([openOverlayRegistry(own), this.registry]);
    return openOverlayRegistry([...own, this.registry]);
  }

  async #ownComponent(folder: string): Promise<OwnComponent> {
    const label = this.shown(folder);
    return { manifest: await readManifest(folder, join(label, 'package.json')), registry: openSingleRegistry({ folder, label }) };
  }

  #places(): AssemblyPlaces {
    return { library: this.surroundings.library, currentFolder: this.surroundings.currentFolder };
  }
}

/** Which of the components that are added are services, by their newest versions. */
async function servicesAmong(added: readonly string[], registry: Registry): Promise<(name: string) => boolean> {
  const services = new Set<string>();
  for (const text of added) {
    const name = parseWish(text)?.name;
    const newest = name === undefined ? undefined : (await registry.versions(name)).at(-1);
    if (name !== undefined && newest !== undefined && (await registry.manifest(name, newest)).kind === 'service') services.add(name);
  }
  return (name) => services.has(name);
}
