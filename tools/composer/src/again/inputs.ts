import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync, type BigIntStats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Something that a run has read, by absolute path. */
export interface Input {
  /** A file, also one that was looked for and is not there; a folder with all below it; the manifests of a folder of components. */
  readonly kind: 'file' | 'folder' | 'manifests';
  readonly path: string;
}

export interface SeenInput extends Input {
  readonly digest: string;
  /** sha256 over paths, sizes and times: while it is the same, the bytes need not be read again. */
  readonly stamp: string;
}

const maxFiles = 20_000;
/** The packages that what a run gives is made by. */
const tools = ['abi', 'composer', 'content', 'image', 'model', 'registry', 'resolver'];

/** What an input is now. All that is unreadable or missing counts as one value. Throws where there are over 20,000 files. */
export function seeInput(input: Input): SeenInput {
  const files = filesOf(input);
  // First: what is written in between has another stamp then.
  const stamp = stampOf(files);
  return { ...input, digest: hashFiles(files), stamp };
}

/** Whether any of its files was written since a time in ms: then what was read of it may be older than what it is now. */
export function isYounger(input: Input, sinceMs: number): boolean {
  return filesOf(input).some((path) => Number((statsOf(path)?.ctimeNs ?? 0n) / 1_000_000n) >= Math.floor(sinceMs));
}

function filesOf({ kind, path }: Input): readonly string[] {
  if (kind === 'file') return [path];
  return kind === 'folder' ? filesBelow(path, () => true) : manifestsOf(path);
}

/** By times and sizes, or else by bytes: in a fresh checkout every time is another. */
export function isUnchanged(input: SeenInput): boolean {
  const files = filesOf(input);
  return stampOf(files) === input.stamp || hashFiles(files) === input.digest;
}

/**
 * What names this program's own code: size and times of the files of its packages, so that a changed checkout never takes
 * a result of before for its own. Undefined where its packages do not lie beside each other.
 */
export function digestOfProgram(): string | undefined {
  const code = dirname(dirname(fileURLToPath(import.meta.url)));
  const packages = dirname(dirname(code));
  const hash = createHash('sha256').update(`${process.version} ${process.versions['zstd'] ?? ''}\n`);
  for (const tool of tools) {
    const files = filesBelow(join(packages, tool, basename(code)), (name) => /\.[jt]s$/.test(name) && !name.endsWith('.d.ts'));
    if (files.length === 0) return undefined;
    hash.update(stampOf([join(packages, tool, 'package.json'), ...files]));
  }
  return hash.digest('hex');
}

function manifestsOf(folder: string): readonly string[] {
  return namesIn(folder).flatMap((name) => namesIn(join(folder, name)).map((line) => join(folder, name, line, 'package.json')));
}

function filesBelow(folder: string, isWanted: (name: string) => boolean): readonly string[] {
  const files: string[] = [];
  const visit = (prefix: string): void => {
    for (const entry of readdirSync(prefix, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(prefix, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (isWanted(entry.name)) files.push(path);
      if (files.length > maxFiles) throw new RangeError(`${folder} has more than ${maxFiles} files`);
    }
  };
  try {
    visit(folder);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    return [];
  }
  return files;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** sha256 over path, size and times of each file; nobody can set the time of a file's last change (inode(7), st_ctim). */
function stampOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) {
    const stats = statsOf(path);
    hash.update(`${path}\0${stats?.ino} ${stats?.size} ${stats?.mtimeNs} ${stats?.ctimeNs}\0`);
  }
  return hash.digest('hex');
}

/** sha256 over paths and bytes. */
function hashFiles(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) {
    const bytes = bytesOf(path);
    hash.update(`${path}\0${bytes === undefined ? 'none' : bytes.length}\0`);
    if (bytes !== undefined) hash.update(bytes);
  }
  return hash.digest('hex');
}

function statsOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}

function bytesOf(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
