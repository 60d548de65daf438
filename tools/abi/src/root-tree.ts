import { Failure, type ElfFacts, type PlatformFacts } from '@moby/model';
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
  /** Counts what a walk over the tree costs beside its own paths. Throws `limit` where all of it is over the bound. */
  spend(steps: number): void;
}

export interface RootOptions {
  /** `/lib` and its like are what the root's own links say, which in a component's tree nobody writes down. */
  readonly ownLinks?: boolean;
  /** Library → paths, as the root's /etc/ld.so.cache has them. An image that is assembled here has no cache. */
  readonly loaderCache?: ReadonlyMap<string, readonly string[]>;
  /** `maxRootSteps` by default. */
  readonly maxSteps?: number;
}

/**
 * What may be spent on the tree of one component, and of a root of many: a few short facts can ask for folders and links without end.
 * A step is a character of a path, and each look-up costs `stepsEach` besides. The largest component of the library takes less
 * than a hundredth of it.
 */
const maxComponentSteps = 64 << 20;
const maxRootSteps = 512 << 20;
const stepsEach = 64;
const maxLinkHops = 40;
const maxNamed = 3;
const noFolders: ReadonlySet<string> = new Set();
const mergedFolders: ReadonlySet<string> = new Set(['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32', 'libo32']);

/** The tree of a component by itself. */
export function buildComponentTree(facts: RootFacts): RootTree {
  return buildRootTree([{ name: '', version: '', facts }], { maxSteps: maxComponentSteps });
}

/** `components` are in overlay order: the first one's files hide those of the later ones. */
export function buildRootTree(components: readonly RootComponent[], options: RootOptions = {}): RootTree {
  const files = new Map<string, RootFile>();
  const links = new Map<string, string>();
  const folders = new Set<string>();
  const { maxSteps = maxRootSteps } = options;
  let steps = 0;
  const spend = (more: number): void => {
    steps += stepsEach + more;
    if (steps > maxSteps) throw overLimit(components, maxSteps);
  };
  const last = components.findLastIndex(({ facts }) => facts !== undefined);
  for (const [index, component] of components.entries()) {
    if (component.facts === undefined) continue;
    addLayer({ files, links, folders }, component, component.facts);
    // Nothing lies below the last one that its folders could hide.
    if (index < last) addFolders(folders, component.facts, spend);
  }
  const walk: Walk = { links, merged: options.ownLinks === true ? noFolders : mergedFolders, spend };
  const resolved = new Map<string, string | undefined>();
  const resolve = (path: string): string | undefined => {
    spend(path.length);
    if (!resolved.has(path)) resolved.set(path, followLinks(path, walk));
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
    spend,
  };
}

function overLimit(components: readonly RootComponent[], maxSteps: number): Failure {
  const names = components.map(({ name, version }) => `\`${name} ${version}\``).filter((name) => name !== '` `');
  return new Failure({
    code: 'limit',
    message: `the links and libraries${names.length === 0 ? '' : ` of ${names.slice(0, maxNamed).join(', ')}`} take more than ${maxSteps} steps to follow`,
    hints: ['make its paths shorter, its links more direct, or its programs fewer'],
  });
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
}

function addFolders(folders: Set<string>, facts: RootFacts, spend: (steps: number) => void): void {
  for (const path of [...Object.keys(facts.links), ...facts.elf.map((file) => file.path), ...facts.programs]) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      spend(slash);
      folders.add(path.slice(0, slash));
    }
  }
}

interface Walk {
  readonly links: ReadonlyMap<string, string>;
  readonly merged: ReadonlySet<string>;
  readonly spend: (steps: number) => void;
}

function followLinks(path: string, { links, merged, spend }: Walk): string | undefined {
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
    spend(next.length);
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
