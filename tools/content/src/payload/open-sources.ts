import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ContentStore,
  type DebSource,
  type Digest,
  Failure,
  formatBytes,
  type PayloadEntry,
  payloadSources,
  type PlatformPayload,
} from '@moby/model';
import { digestOf } from '../store/write-blob.ts';
import { errorCode } from '../store/write-failure.ts';
import { readDeb, readDebControl } from '../archive/read-deb.ts';
import { canonicalPath } from './canonical-path.ts';
import { keepFiles } from './keep-files.ts';
import type { PayloadRecipe, SourceFile } from './derive-payload.ts';

export const maxSourceFiles = 10_000;
export const maxSourceFileBytes = 64_000_000;

/** The digest by which the store knows a pinned package's file. */
export function pinDigest(pin: DebSource): Digest {
  return digestOf(pin.sha256);
}

/** A manifest's payload with its bytes: packages from the store (fetched before), files from the component's `files/`. */
export function openRecipe(options: {
  readonly payload: PlatformPayload;
  /** The folder `files/` of the component. */
  readonly filesFolder: string;
  readonly store: ContentStore;
}): PayloadRecipe {
  const { payload, filesFolder, store } = options;
  return {
    links: payload.links,
    directories: payload.directories,
    ...(payload.joins === undefined ? {} : { joins: payload.joins }),
    sources: payloadSources(payload).map((source) =>
      source.kind === 'files'
        ? { kind: 'files', executable: source.executable, read: () => readSourceFiles(filesFolder) }
        : { kind: 'deb', package: source.package, keep: source.keep, read: () => readPin(source, store) },
    ),
  };
}

/** What a package keeps, of one whose bytes are read for facts alone; it is in the store. */
export async function readKeptFiles(source: DebSource, store: ContentStore): Promise<readonly PayloadEntry[]> {
  const archive = await readDeb(await readPin(source, store), source.package);
  return keepFiles(archive, source.package, source.keep).entries;
}

/** A package as its author of a component looks at it: all files and links in normal form, and what its control archive says. */
export interface WholePackage {
  readonly entries: readonly PayloadEntry[];
  /** Canonical paths of its directories, empty ones too. */
  readonly directories: readonly string[];
  readonly control: ReadonlyMap<string, string>;
}

/** Reads all of a package that is in the store. Throws `bad-archive`, `limit`, `not-found`. */
export async function readWholePackage(pin: DebSource, store: ContentStore): Promise<WholePackage> {
  const bytes = await readPin(pin, store);
  const archive = await readDeb(bytes, pin.package);
  const isEmpty = archive.every(({ kind }) => kind === 'directory');
  return {
    entries: isEmpty ? [] : keepFiles(archive, pin.package, ['**']).entries,
    directories: archive.filter(({ kind }) => kind === 'directory').map(({ path }) => canonicalPath(path, false)),
    control: await readDebControl(bytes, pin.package),
  };
}

/** All files below a folder, sorted by path. Throws `invalid-input` for links and special files, `limit`, `not-found`. */
export async function readSourceFiles(folder: string): Promise<readonly SourceFile[]> {
  const files: SourceFile[] = [];
  const visit = async (prefix: string): Promise<void> => {
    const found = await readdir(join(folder, prefix), { withFileTypes: true });
    for (const entry of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
      if (entry.isDirectory()) await visit(path);
      else if (entry.isFile()) files.push({ path, bytes: await readBounded(join(folder, path)) });
      else
        throw new Failure({
          code: 'invalid-input',
          message: `\`${join(folder, path)}\` is no regular file`,
          hints: ['links are written under `links` of the payload'],
        });
      if (files.length > maxSourceFiles)
        throw new Failure({ code: 'limit', message: `\`${folder}\` has more than ${maxSourceFiles} files` });
    }
  };
  try {
    await visit('');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    throw new Failure({ code: 'not-found', message: `the component has a source \`files\`, and \`${folder}\` is missing`, cause: error });
  }
  return files;
}

async function readBounded(path: string): Promise<Uint8Array> {
  const { size } = await stat(path);
  if (size > maxSourceFileBytes)
    throw new Failure({ code: 'limit', message: `\`${path}\` has ${formatBytes(size)}; ${formatBytes(maxSourceFileBytes)} are allowed` });
  return await readFile(path);
}

async function readPin(pin: DebSource, store: ContentStore): Promise<Uint8Array> {
  const bytes = await store.read(pinDigest(pin));
  if (bytes !== undefined) return bytes;
  throw new Failure({
    code: 'not-found',
    message: `the package \`${pin.package}\` ${pin.version} is not in the store`,
    hints: ['fetch it first'],
  });
}
