import type { PlatformPayload } from '@moby/model';
import { isPlatform } from '@moby/model';
import type { ReleaseSide } from './change-kind.ts';

/** Paths of a payload that the packager makes, without a leading slash: links, folders, joins, files of the component's own. */
export function madePaths(side: ReleaseSide, payload: PlatformPayload): readonly string[] {
  const { links, directories, joins = {}, sources } = payload;
  const own = sources.some(({ kind }) => kind === 'files') ? ownFiles(side) : [];
  return [...new Set([...Object.keys(links), ...Object.keys(directories), ...Object.keys(joins), ...own])].sort();
}

/** Whether a payload has a path, as far as its manifest and its facts tell. A pattern of what is kept may stand for any path that it begins like. */
export function pathsThere(side: ReleaseSide, platform: string, payload: PlatformPayload): (path: string) => boolean {
  const kept = payload.sources.flatMap((source) => (source.kind === 'deb' && source.factsOnly !== true ? source.keep : []));
  const beginnings = kept.filter((pattern) => pattern.includes('*')).map((pattern) => pattern.slice(0, pattern.indexOf('*')));
  const files = new Set([...madePaths(side, payload), ...kept, ...factsPaths(side, platform)]);
  const folders = new Set([...files].flatMap(foldersOf));
  return (path) => files.has(path) || folders.has(path) || beginnings.some((beginning) => path.startsWith(beginning));
}

function ownFiles({ digests = {} }: ReleaseSide): readonly string[] {
  return Object.keys(digests).flatMap((path) => (path.startsWith('files/') ? [path.slice('files/'.length)] : []));
}

function factsPaths({ contents: { facts } }: ReleaseSide, platform: string): readonly string[] {
  const own = isPlatform(platform) ? facts?.platforms[platform] : undefined;
  if (own === undefined) return [];
  return [...own.elf.map(({ path }) => path), ...own.programs, ...Object.keys(own.links)].map((path) => path.slice(1));
}

/** `a/b/c` → `a`, `a/b`. */
function foldersOf(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}
