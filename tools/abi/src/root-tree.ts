import type { ElfFacts, PlatformFacts } from '@moby/model';
import { compareText } from './order.ts';
import type { SymbolLookup } from './symbol-lookup.ts';

/** The facts of a tree; `payload` is missing where the tree is a folder that somebody unpacked. */
export type RootFacts = Omit<PlatformFacts, 'payload'> & Partial<Pick<PlatformFacts, 'payload'>>;

/** A component of a root; `facts` is undefined where nothing was extracted for the platform. */
export interface RootComponent {
  readonly name: string;
  readonly version: string;
  readonly facts: RootFacts | undefined;
  /** Missing where nobody has read them. */
  readonly symbols?: SymbolLookup;
}

/** A file that facts know, where it really lies. */
export interface RootFile {
  readonly component: RootComponent;
  /** Canonical and absolute. */
  readonly path: string;
  readonly elf?: ElfFacts;
  readonly executable: boolean;
  /** `#!`'s word; of env, with what env starts. */
  readonly script?: string;
}

/** A container's root, or the machine's: component trees on top of each other, as overlayfs shows them. */
export interface RootTree {
  /** The files that can be seen, sorted by path. */
  readonly files: readonly RootFile[];
  /** Follows links (40 at most, as Linux does), also usr-merge's. */
  find(path: string): RootFile | undefined;
  /** The path after all links, whether a file is known there or not; undefined for a loop. */
  resolve(path: string): string | undefined;
  isLink(path: string): boolean;
  /** Where ld.so.cache says that a library lies. */
  cached(library: string): readonly string[];
  /** `/lib` is not `/usr/lib` but a folder of its own. */
  readonly unmerged: boolean;
}

export interface RootOptions {
  /** `/lib` and its like are what the root's own links say, which in a component's tree nobody writes down. */
  readonly ownLinks?: boolean;
  /** Library → paths, as the root's /etc/ld.so.cache has them. An image that is assembled here has no cache. */
  readonly loaderCache?: ReadonlyMap<string, readonly string[]>;
}

const maxLinkHops = 40;
const noFolders: ReadonlySet<string> = new Set();
const mergedFolders: ReadonlySet<string> = new Set(['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32', 'libo32']);

/** `components` are in overlay order: the first one's files hide those of the later ones. */
export function buildRootTree(components: readonly RootComponent[], options: RootOptions = {}): RootTree {
  const files = new Map<string, RootFile>();
  const links = new Map<string, string>();
  const folders = new Set<string>();
  for (const component of components) {
    if (component.facts !== undefined) addLayer({ files, links, folders }, component, component.facts);
  }
  const resolved = new Map<string, string | undefined>();
  const resolve = (path: string): string | undefined => {
    if (!resolved.has(path)) resolved.set(path, followLinks(path, links, options.ownLinks === true ? noFolders : mergedFolders));
    return resolved.get(path);
  };
  const find = (path: string): RootFile | undefined => {
    const real = resolve(path);
    return real === undefined ? undefined : files.get(real);
  };
  const visible = [...files.values()].filter((file) => resolve(file.path) === file.path).sort((a, b) => compareText(a.path, b.path));
  return {
    files: visible,
    find,
    resolve,
    isLink: (path) => links.has(path),
    cached: (library) => options.loaderCache?.get(library) ?? [],
    unmerged: resolve('/lib') !== resolve('/usr/lib'),
  };
}

interface Layers {
  readonly files: Map<string, RootFile>;
  readonly links: Map<string, string>;
  /** Folders that an upper layer certainly has, as something lies in them: they hide a link of a lower layer. */
  readonly folders: Set<string>;
}

function addLayer(layers: Layers, component: RootComponent, facts: RootFacts): void {
  const elf = new Map(facts.elf.map((file) => [file.path, file]));
  const executables = new Set(facts.programs);
  const isFree = (path: string): boolean => !layers.files.has(path) && !layers.links.has(path) && !layers.folders.has(path);
  const links = Object.entries(facts.links).filter(([path]) => isFree(path));
  const paths = [...new Set([...elf.keys(), ...executables])].filter(isFree);
  for (const [path, target] of links) layers.links.set(path, target);
  for (const path of paths) {
    const known = elf.get(path);
    const script = facts.scripts?.[path];
    layers.files.set(path, {
      component,
      path,
      executable: executables.has(path),
      ...(known === undefined ? {} : { elf: known }),
      ...(script === undefined ? {} : { script }),
    });
  }
  for (const path of [...Object.keys(facts.links), ...elf.keys(), ...executables]) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) layers.folders.add(path.slice(0, slash));
  }
}

function followLinks(path: string, links: ReadonlyMap<string, string>, merged: ReadonlySet<string>): string | undefined {
  let pending = path.split('/').reverse();
  let place: string[] = [];
  let hops = 0;
  for (let word = pending.pop(); word !== undefined; word = pending.pop()) {
    if (word === '' || word === '.') continue;
    if (word === '..') {
      place.pop();
      continue;
    }
    const next = `/${[...place, word].join('/')}`;
    const target = links.get(next) ?? (place.length === 0 && merged.has(word) ? `usr/${word}` : undefined);
    if (target === undefined) {
      place.push(word);
      continue;
    }
    if (++hops > maxLinkHops) return undefined;
    if (target.startsWith('/')) place = [];
    pending = [...pending, ...target.split('/').reverse()];
  }
  return `/${place.join('/')}`;
}
