import { Failure } from '@moby/model';
import type { SelectedPackage } from './selection.ts';

/** Few files are listed; a folder that is kept whole and has more than this is one pattern. */
const listedFiles = 6;
/** The schema's own bound. */
const maxPatterns = 500;

/** What a source's `keep` says: paths, `lib….so.N*` for a library with its links, `…/**` for a folder that is kept whole, `*` for the package's version in a name. */
export function keepPatterns({ opened, kept }: SelectedPackage): readonly string[] {
  const all = [...opened.entries.keys()];
  // These are always kept.
  const listed = [...kept].filter((path) => !path.startsWith(`usr/share/doc/${opened.pin.package}`));
  const patterns = new Set<string>();
  const covered = new Set<string>();
  for (const path of listed.toSorted()) {
    if (covered.has(path)) continue;
    const pattern =
      wholeFolder(path, { all, kept }) ??
      libraryPattern(path, { all, kept }) ??
      versionPattern(path, opened.pin.version, { all, kept }) ??
      path;
    patterns.add(pattern);
    for (const other of listed) if (pattern === other || isCovered(other, pattern)) covered.add(other);
  }
  if (patterns.size > maxPatterns)
    throw new Failure({
      code: 'limit',
      message: `\`keep\` of \`${opened.pin.package}\` would have ${patterns.size} entries; at most ${maxPatterns} fit into a manifest`,
      hints: ['write the component by hand, with patterns: docs/how-to/component-add.md'],
    });
  return [...patterns].sort();
}

interface Files {
  readonly all: readonly string[];
  readonly kept: ReadonlySet<string>;
}

/** The outermost folder of at least three names, as `etc/nginx` of two, that is kept whole. */
function wholeFolder(path: string, { all, kept }: Files): string | undefined {
  const segments = path.split('/');
  const least = path.startsWith('etc/') ? 2 : 3;
  for (let depth = least; depth < segments.length; depth += 1) {
    const folder = segments.slice(0, depth).join('/');
    if (/-linux-gnu\w*$/.test(folder)) continue;
    const below = all.filter((other) => other.startsWith(`${folder}/`));
    if (below.length > listedFiles && below.every((other) => kept.has(other))) return `${folder}/**`;
  }
  return undefined;
}

/** `libz.so.1` with `libz.so.1.3.1` → `libz.so.1*`, so that the next release's file is kept too. */
function libraryPattern(path: string, { all, kept }: Files): string | undefined {
  const stem = /^(.*\/[^/]+\.so\.[0-9]+)(?:\.[0-9.]+)?$/.exec(path)?.[1];
  if (stem === undefined || !kept.has(stem)) return undefined;
  const matching = all.filter((other) => isCovered(other, `${stem}*`));
  return matching.length > 1 && matching.every((other) => kept.has(other)) ? `${stem}*` : undefined;
}

/** `libdns-9.20.4-1-Debian.so` of 1:9.20.4-1 → `libdns-*-Debian.so`: the next release's file is called otherwise. */
function versionPattern(path: string, version: string, { all, kept }: Files): string | undefined {
  const pattern = path.replace(version.replace(/^[0-9]+:/, ''), '*');
  return pattern !== path && all.every((other) => kept.has(other) || !isCovered(other, pattern)) ? pattern : undefined;
}

function isCovered(path: string, pattern: string): boolean {
  if (pattern.endsWith('/**')) return path.startsWith(pattern.slice(0, -2));
  const [head = '', tail, ...more] = pattern.split('*');
  if (tail === undefined || more.length > 0 || path.length < head.length + tail.length) return false;
  return path.startsWith(head) && path.endsWith(tail) && !path.slice(head.length, path.length - tail.length).includes('/');
}
