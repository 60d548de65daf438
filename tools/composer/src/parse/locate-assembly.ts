import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { Failure, nearest, unreadable } from '@moby/model';
import type { AssemblyText, ParseSurroundings } from './parse-assembly.ts';

export interface AssemblyPlaces {
  readonly library: string | undefined;
  readonly currentFolder: string;
}

/** Of assembly.yaml. */
export const maxAssemblyBytes: number = 1024 * 1024;

/** An assembly's file and where its lock lies. */
export interface LocatedAssembly extends AssemblyText {
  /** As it was asked for. */
  readonly named: string;
  /** Absolute. */
  readonly path: string;
  readonly lockFile: string;
}

/** A name below assemblies/, a folder, or a file anywhere → its text. Throws `not-found` with the nearest known name. */
export async function locateAssembly(named: string, places: AssemblyPlaces): Promise<LocatedAssembly> {
  for (const path of candidates(named, places)) {
    const text = await readText(path, maxAssemblyBytes);
    if (text !== undefined)
      return { named, path, file: shown(path, places.currentFolder), folder: dirname(path), text, lockFile: lockFileOf(path) };
  }
  const known = await assemblyNames(places.library);
  const meant = nearest(named, known);
  throw new Failure({
    code: 'not-found',
    message: `there is no assembly \`${named}\`: neither a name below assemblies/, nor a folder with an assembly.yaml, nor a file`,
    hints:
      meant === undefined
        ? known.length === 0
          ? ['name its file, or go to the folder that holds `assemblies/`']
          : [`known here: ${known.join(', ')}`]
        : [`did you mean \`${meant}\`?`],
  });
}

/** `assembly.yaml` → `assembly.lock.json`, `web.yaml` → `web.lock.json`. */
function lockFileOf(path: string): string {
  return join(dirname(path), `${basename(path).replace(/\.ya?ml$/, '')}.lock.json`);
}

/** Where an assembly of this name is looked for, in order. */
export function candidates(named: string, { library, currentFolder }: AssemblyPlaces): readonly string[] {
  const own = resolve(currentFolder, named);
  const isName = /^[a-z][a-z0-9-]*$/.test(named);
  return [
    ...(isName && library !== undefined ? [join(library, 'assemblies', named, 'assembly.yaml')] : []),
    join(own, 'assembly.yaml'),
    own,
  ];
}

/** The names below assemblies/, sorted. */
export async function assemblyNames(library: string | undefined): Promise<readonly string[]> {
  if (library === undefined) return [];
  const names: string[] = [];
  for (const entry of await readdir(join(library, 'assemblies'), { withFileTypes: true }).catch(() => [])) {
    if (entry.isDirectory() && (await readText(join(library, 'assemblies', entry.name, 'assembly.yaml'), maxAssemblyBytes)) !== undefined)
      names.push(entry.name);
  }
  return names.sort();
}

/** What the parser may read: files beside an assembly, and assemblies that it extends. */
export function parseSurroundings(places: AssemblyPlaces, onRead: (path: string) => void = () => undefined): ParseSurroundings {
  return {
    readFile: async (path, maxBytes) => {
      onRead(path);
      const found = await stat(path).catch(() => undefined);
      return found?.isFile() === true && found.size <= maxBytes ? readFile(path) : undefined;
    },
    findBase: async (name) => {
      if (places.library === undefined) return undefined;
      const path = join(places.library, 'assemblies', name, 'assembly.yaml');
      onRead(path);
      const text = await readText(path, maxAssemblyBytes);
      return text === undefined ? undefined : { file: shown(path, places.currentFolder), folder: dirname(path), text };
    },
  };
}

/** Undefined where there is no such file. */
async function readText(path: string, maxBytes: number): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) return undefined;
  if (found.size > maxBytes)
    throw new Failure({ code: 'limit', message: `\`${path}\` has ${found.size} bytes; an assembly has at most ${maxBytes}` });
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
}

/** A path as a person here would write it. */
export function shown(path: string, currentFolder: string): string {
  const near = relative(currentFolder, path);
  return near.startsWith('..') || isAbsolute(near) ? path : near;
}
