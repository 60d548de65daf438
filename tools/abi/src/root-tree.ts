import type { ElfFacts, PlatformFacts } from '@moby/model';
import { compareText } from './order.ts';

/** A component of a root; `facts` is undefined where nothing was extracted for the platform. */
export interface RootComponent {
  readonly name: string;
  readonly version: string;
  readonly facts: PlatformFacts | undefined;
}

/** A file that facts know, where it really lies. */
export interface RootFile {
  readonly component: RootComponent;
  /** Canonical and absolute. */
  readonly path: string;
  readonly elf?: ElfFacts;
  readonly executable: boolean;
  /** `#!`'s word. */
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
}

const maxLinkHops = 40;
const mergedFolders: ReadonlySet<string> = new Set(['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32', 'libo32']);

/** `components` are in overlay order: the first one's files hide those of the later ones. */
export function buildRootTree(components: readonly RootComponent[]): RootTree {
  const files = new Map<string, RootFile>();
  const links = new Map<string, string>();
  const folders = new Set<string>();
  for (const component of components) {
    if (component.facts !== undefined) addLayer({ files, links, folders }, component, component.facts);
  }
  const resolved = new Map<string, string | undefined>();
  const resolve = (path: string): string | undefined => {
    if (!resolved.has(path)) resolved.set(path, followLinks(path, links));
    return resolved.get(path);
  };
  const find = (path: string): RootFile | undefined => {
    const real = resolve(path);
    return real === undefined ? undefined : files.get(real);
  };
  const visible = [...files.values()].filter((file) => resolve(file.path) === file.path).sort((a, b) => compareText(a.path, b.path));
  return { files: visible, find, resolve, isLink: (path) => links.has(path) };
}

interface Layers {
  readonly files: Map<string, RootFile>;
  readonly links: Map<string, string>;
  /** Folders that an upper layer certainly has, as something lies in them: they hide a link of a lower layer. */
  readonly folders: Set<string>;
}

function addLayer(layers: Layers, component: RootComponent, facts: PlatformFacts): void {
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

function followLinks(path: string, links: ReadonlyMap<string, string>): string | undefined {
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
    const target = links.get(next) ?? (place.length === 0 && mergedFolders.has(word) ? `usr/${word}` : undefined);
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
