import { chmodSync, linkSync, lstatSync, mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Archive, openArchive, openPayloadReader, openPinFinder, refreshPins, storeFolder, type Surroundings } from '@moby/composer';
import { derivePayload, openContentStore, openRecipe, pinDigest, readDeb, SourceVanished } from '@moby/content';
import {
  type ContentStore,
  type DebSource,
  payloadSources,
  type PayloadEntry,
  type Platform,
  type PlatformPayload,
  type Registry,
  type RegistryComponent,
} from '@moby/model';
import { openOverlayRegistry, openWorkspaceRegistry } from '@moby/registry';
import { checkout } from '@moby/testkit';
import { countRefreshed, ownSurroundings } from '../boot/own-library.ts';

export const platform: Platform = 'linux/amd64';

/** What oracles are held against: the repository's components, with their real payloads. */
export interface OracleWorld {
  /** A scratch folder; whoever opened the world removes it. */
  readonly folder: string;
  readonly surroundings: Surroundings;
  /** All components of the library, by name, oldest line first. */
  all(): Promise<readonly RegistryComponent[]>;
  /** `redis`, `8.0`. */
  line(name: string, line: string): Promise<RegistryComponent>;
  /** Downloads what their payloads are made of, together. A pin that the archive has dropped is refreshed, and the refreshed component given back. */
  bring(components: readonly RegistryComponent[]): Promise<readonly RegistryComponent[]>;
  /** Of a component that was brought. */
  entries(component: RegistryComponent): Promise<readonly PayloadEntry[]>;
  /** The payload in a folder of its own, unpacked once. */
  unpacked(component: RegistryComponent): Promise<string>;
  /** A root of these components, made of hard links to their unpacked trees; the first one's files hide those of later ones. */
  root(name: string, components: readonly RegistryComponent[]): Promise<string>;
  /** A file of a package that the component is made of, whether the component keeps it or not; undefined where none has it. */
  packagedFile(component: RegistryComponent, path: string): Promise<Uint8Array | undefined>;
  /** The packages' own bytes, of components that are made of one. */
  packages(names: readonly string[]): Promise<readonly Uint8Array[]>;
  close(): void;
}

export function openOracleWorld(folder: string): OracleWorld {
  const surroundings = ownSurroundings();
  const store = openContentStore(storeFolder(process.env));
  const archive = openArchive({ surroundings, store, isOffline: false });
  const registry = openOverlayRegistry(
    [...surroundings.componentFolders, join(checkout, 'components')].map((each) => openWorkspaceRegistry({ folder: each, label: each })),
  );
  const trees = new Map<string, Promise<string>>();
  const kernels = new Map<string, Promise<readonly PayloadEntry[]>>();
  const entries = (component: RegistryComponent): Promise<readonly PayloadEntry[]> => {
    if (component.manifest.kind !== 'kernel') return entriesOf(component, store);
    // Two oracles ask for kernels, and a kernel takes seconds to unpack.
    const known = kernels.get(component.line) ?? entriesOf(component, store);
    kernels.set(component.line, known);
    return known;
  };
  const unpacked = (component: RegistryComponent): Promise<string> => {
    const key = payloadOf(component).digest.slice('sha256:'.length);
    const tree = join(folder, 'trees', key);
    const made = trees.get(key) ?? entries(component).then((all) => unpack(all, tree));
    trees.set(key, made);
    return made;
  };
  return {
    folder,
    surroundings,
    all: () => allComponents(registry),
    line: async (name, line) => {
      const found = (await allComponents(registry)).find(({ manifest, line: one }) => manifest.name === name && one === line);
      if (found === undefined) throw new Error(`the library has no ${name}/${line}`);
      return found;
    },
    bring: (components) => bring(components, { store, archive }),
    entries,
    unpacked,
    root: async (name, components) => {
      const root = join(folder, 'roots', name);
      makeBase(root);
      for (const [at, component] of components.entries()) {
        // One ahead, and no more: all of them at once would be gigabytes.
        const next = components[at + 1];
        if (next !== undefined) void unpacked(next).catch(() => undefined);
        linkTree(await unpacked(component), root);
      }
      return root;
    },
    packagedFile: (component, path) => packagedFile(component, path, store),
    packages: async (names) => {
      const named = (await allComponents(registry)).filter(({ manifest }) => names.some((name) => name === manifest.name));
      const pins = (await bring(named, { store, archive })).flatMap(debsOf);
      const found = await Promise.all(pins.map((pin) => store.read(pinDigest(pin))));
      return found.flatMap((bytes) => bytes ?? []);
    },
    close: () => archive.close(),
  };
}

async function allComponents(registry: Registry): Promise<readonly RegistryComponent[]> {
  const found: RegistryComponent[] = [];
  for (const name of await registry.names())
    for (const version of await registry.versions(name)) found.push(await registry.component(name, version));
  return found;
}

interface Source {
  readonly store: ContentStore;
  readonly archive: Archive;
}

async function bring(components: readonly RegistryComponent[], source: Source): Promise<readonly RegistryComponent[]> {
  const pins = new Map<string, DebSource>();
  for (const component of components)
    for (const pin of debsOf(component)) if (!(await source.store.has(pinDigest(pin)))) pins.set(pin.sha256, pin);
  try {
    if (pins.size > 0) await source.archive.download([...pins.values()]);
    return components;
  } catch (error) {
    if (!(error instanceof SourceVanished)) throw error;
    const refreshed: RegistryComponent[] = [];
    for (const component of components) refreshed.push(await refresh(component, error.pins, source));
    return bring(refreshed, source);
  }
}

async function refresh(component: RegistryComponent, vanished: readonly DebSource[], source: Source): Promise<RegistryComponent> {
  const lost = debsOf(component).filter((pin) => vanished.some(({ sha256 }) => sha256 === pin.sha256));
  if (lost.length === 0) return component;
  const finder = openPinFinder({ open: source.archive.openSuite, warn: () => undefined });
  const payloads = openPayloadReader({ store: source.store, download: source.archive.download, warn: () => undefined });
  const { component: found } = await refreshPins({ component, vanished: lost, finder, payloads });
  await countRefreshed([found]);
  return found;
}

function payloadOf({ manifest }: RegistryComponent): PlatformPayload {
  const payload = manifest.payload.platforms[platform];
  if (payload === undefined) throw new Error(`${manifest.name} has no payload for ${platform}`);
  return payload;
}

function debsOf(component: RegistryComponent): readonly DebSource[] {
  return payloadSources(payloadOf(component)).filter((source) => source.kind === 'deb');
}

async function entriesOf(component: RegistryComponent, store: ContentStore): Promise<readonly PayloadEntry[]> {
  const payload = payloadOf(component);
  const derived = await derivePayload(openRecipe({ payload, filesFolder: join(component.folder, 'files'), store }));
  if (derived.digest !== payload.digest)
    throw new Error(
      `the payload of ${component.manifest.name}/${component.line} is ${derived.digest}, its manifest says ${payload.digest}`,
    );
  return derived.entries;
}

async function packagedFile(component: RegistryComponent, path: string, store: ContentStore): Promise<Uint8Array | undefined> {
  for (const pin of debsOf(component)) {
    const deb = await store.read(pinDigest(pin));
    const entry = deb === undefined ? undefined : (await readDeb(deb, pin.package)).find((one) => one.path === path && one.kind === 'file');
    if (entry !== undefined) return entry.bytes;
  }
  return undefined;
}

function unpack(entries: readonly PayloadEntry[], folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const entry of entries) {
    const path = join(folder, entry.path);
    mkdirSync(entry.kind === 'directory' ? path : dirname(path), { recursive: true });
    if (entry.kind === 'symlink') symlinkSync(entry.target, path);
    else if (entry.kind === 'file') writeFileSync(path, entry.bytes);
    if (entry.kind !== 'symlink') chmodSync(path, entry.mode);
  }
  return folder;
}

/** What an assembly's generated tree gives every root. */
function makeBase(root: string): void {
  for (const folder of ['usr/bin', 'usr/sbin', 'usr/lib', 'usr/lib64', 'proc', 'sys', 'dev', 'run', 'tmp', 'etc', 'var'])
    mkdirSync(join(root, folder), { recursive: true });
  for (const folder of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${folder}`, join(root, folder));
}

function linkTree(from: string, to: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    const known = lstatSync(target, { throwIfNoEntry: false });
    if (entry.isDirectory() && (known === undefined || known.isDirectory() || known.isSymbolicLink())) {
      if (known === undefined) mkdirSync(target);
      linkTree(source, target);
    } else if (known === undefined) {
      if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
      else linkSync(source, target);
    }
  }
}
