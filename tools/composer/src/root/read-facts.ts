import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { extractFacts, extractSymbols, platformOf, type FactsEntry } from '@moby/abi';
import { decompress, readDeb, type TarEntry } from '@moby/content';
import { Failure, formatBytes, parseDigest, type Digest, type ElfSymbols, type Platform, type PlatformFacts } from '@moby/model';
import { walkFolder } from './walk-folder.ts';

/** A file that is read whole. */
const maxFileBytes = 2 ** 31 - 1;
/** All files of a folder together. */
const maxFolderBytes = 2 ** 32;
const nothing = new Uint8Array(0);
const arMagic = '!<arch>\n';

export interface ReadFacts {
  readonly kind: 'file' | 'folder' | 'package';
  /** Of a file or a package. */
  readonly sha256?: Digest;
  readonly platform: Platform;
  readonly facts: Omit<PlatformFacts, 'payload'>;
  readonly symbols: Readonly<Record<string, ElfSymbols>>;
}

/**
 * The facts of one file, of a folder as if it were a payload, or of a Debian package. Links aren't followed below `path`. Throws
 * `Failure` `not-found`, `bad-archive`, `limit`, `io`.
 */
export async function readFacts(path: string): Promise<ReadFacts> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new Failure({ code: 'not-found', message: `there is no file \`${path}\`` });
  if (stat.isDirectory()) return factsOfEntries('folder', [...entriesOf(path)]);
  if (!stat.isFile()) throw new Failure({ code: 'invalid-input', message: `\`${path}\` is neither a file nor a folder` });
  const bytes = readWhole(path, stat.size);
  const sha256 = parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  const isPackage = bytes.subarray(0, arMagic.length).equals(Buffer.from(arMagic)) && path.endsWith('.deb');
  const read = isPackage
    ? await factsOfEntries('package', packageEntries(await readDeb(bytes, basename(path))))
    : await factsOfEntries('file', [{ kind: 'file', path: basename(path), mode: stat.mode, bytes }]);
  return { ...read, ...(sha256 === undefined ? {} : { sha256 }) };
}

async function factsOfEntries(kind: ReadFacts['kind'], entries: readonly FactsEntry[]): Promise<ReadFacts> {
  const payload = nowhere();
  const read = await extractFacts({ payload, entries, decompressModule: (bytes, path) => decompress(bytes, path, path) });
  const { payload: _payload, ...facts } = read;
  const { files } = extractSymbols({ payload, entries });
  return { kind, platform: platformOf(facts.elf) ?? 'linux/amd64', facts, symbols: files };
}

/** Facts are read of a payload; these belong to none. */
function nowhere(): Digest {
  const digest = parseDigest(`sha256:${'0'.repeat(64)}`);
  if (digest === undefined) throw new TypeError('64 zeros are no digest');
  return digest;
}

function* entriesOf(folder: string): Generator<FactsEntry> {
  let total = 0;
  for (const entry of walkFolder(folder)) {
    const path = canonical(entry.path.slice(1));
    if (entry.kind === 'symlink') {
      yield { kind: 'symlink', path, mode: 0o777, target: entry.target };
      continue;
    }
    const { size, mode } = statSync(join(folder, entry.path));
    total += size;
    if (total > maxFolderBytes)
      throw new Failure({ code: 'limit', message: `the files of \`${folder}\` have more than ${formatBytes(maxFolderBytes)}` });
    yield { kind: 'file', path, mode, bytes: readWhole(join(folder, entry.path), size) };
  }
}

function packageEntries(entries: readonly TarEntry[]): readonly FactsEntry[] {
  const bytes = new Map(entries.filter(({ kind }) => kind === 'file').map((entry) => [entry.path, entry.bytes]));
  return entries.flatMap((entry): readonly FactsEntry[] => {
    const path = canonical(entry.path);
    if (entry.kind === 'symlink') return [{ kind: 'symlink', path, mode: entry.mode, target: entry.target }];
    if (entry.kind !== 'file' && entry.kind !== 'hard-link') return [];
    // A hard link's target may be a hard link: all of them name one file before them in the archive.
    const content = entry.kind === 'file' ? entry.bytes : (bytes.get(entry.target) ?? nothing);
    bytes.set(entry.path, content);
    return [{ kind: 'file', path, mode: entry.mode, bytes: content }];
  });
}

/** Facts have usr-merged paths. */
function canonical(path: string): string {
  return path.replace(/^(?:bin|sbin|lib|lib32|lib64|libx32)\//, (folder) => `usr/${folder}`);
}

function readWhole(path: string, size: number): Buffer {
  if (size > maxFileBytes)
    throw new Failure({ code: 'limit', message: `\`${path}\` has ${formatBytes(size)}, more than ${formatBytes(maxFileBytes)}` });
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new Failure({ code: 'io', message: `\`${path}\` can't be read`, cause });
  }
}
