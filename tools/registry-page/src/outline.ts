import { toNpmVersion, type ComponentKind, type ComponentName, type Manifest, type Version } from '@moby/model';
import type { IndexEntry, Maintainer } from './documents.ts';
import { filesOf } from './file-lists.ts';
import { bounded, pageLimits } from './limits.ts';
import type { ReadLine } from './read-lines.ts';
import type { ComponentRecord } from './records.ts';

/** What of a component the pages of others need to know, and the index: held for each, so without its facts. */
export interface Outline {
  readonly name: ComponentName;
  /** npm's name, and its version of `entry.version`. */
  readonly npmName: string;
  readonly npmVersion: string;
  readonly kind: ComponentKind;
  readonly maintainers: readonly Maintainer[];
  /** Newest first. */
  readonly lines: readonly OutlineLine[];
  readonly entry: Omit<IndexEntry, 'offers' | 'files'>;
  /** Sorted; symbol versions of libraries are left out. */
  readonly offers: readonly string[];
  /** Absolute paths of programs, libraries and configurations of all lines, sorted. */
  readonly paths: readonly string[];
}

export interface OutlineLine {
  readonly line: string;
  readonly version: Version;
  readonly manifest: Manifest;
}

/** Undefined where no line of it can be read. */
export function outlineOf(name: ComponentName, lines: readonly ReadLine[], record: ComponentRecord): Outline | undefined {
  const [newest] = lines;
  if (newest === undefined) return undefined;
  const { manifest } = newest.component;
  const dates = lines.flatMap(({ versions }) => versions.flatMap((version) => record.published?.[version] ?? [])).sort();
  const published = dates.at(-1)?.slice(0, 10);
  return {
    name,
    npmName: manifest.npmName,
    npmVersion: toNpmVersion(manifest.version),
    kind: manifest.kind,
    maintainers: (record.maintainers ?? []).slice(0, pageLimits.versions),
    lines: lines.map(({ line, component }) => ({ line, version: component.manifest.version, manifest: component.manifest })),
    entry: {
      name,
      description: bounded(manifest.description, pageLimits.indexText),
      kind: manifest.kind,
      category: manifest.category,
      lines: lines.map(({ line }) => line),
      version: manifest.version,
      ...(record.lifecycle === undefined ? {} : { lifecycle: record.lifecycle }),
      ...(published === undefined ? {} : { published }),
    },
    offers: sortedOnce(lines.flatMap(({ component }) => Object.keys(component.manifest.provides).filter((what) => !isNode(what)))),
    paths: sortedOnce(
      lines.flatMap(({ component }) => {
        const { programs, libraries, configurations } = filesOf(component);
        return [...programs, ...libraries, ...configurations].map(({ path }) => path);
      }),
    ),
  };
}

/** `soname:libc.so.6/GLIBC`: the symbol versions of a library. */
export function isNode(what: string): boolean {
  return what.startsWith('soname:') && what.includes('/');
}

export function sortedOnce(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
