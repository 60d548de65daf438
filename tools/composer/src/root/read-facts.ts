import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { extractAddedModule, extractFacts, extractSymbols, platformOf, type FactsEntry } from '@moby/abi/readers';
import { decompress, readDeb, readTar, type TarEntry } from '@moby/content/archive';
import {
  Failure,
  formatBytes,
  parseDigest,
  unreadable,
  type Digest,
  type ElfSymbols,
  type Platform,
  type PlatformFacts,
} from '@moby/model';
import { lookAt } from './look-at.ts';
import { walkFolder } from './walk-folder.ts';

/** A file that is read whole. */
const maxFileBytes = 2 ** 31 - 1;
/** All files of a folder together. */
const maxFolderBytes = 2 ** 32;
const nothing = new Uint8Array(0);
/** POSIX.1 ustar: where the magic stands in the first header. */
const ustarMagic = 'ustar';
const ustarOffset = 257;
/** Those that a person may take for a package. */
const otherArchive = /\.(?:rpm|apk|zip|cpio|tgz|txz|tar\.\w+)$/;
const moduleName = /\.ko(?:\.(?:xz|zst|gz))?$/;

export interface ReadFacts {
  readonly kind: 'file' | 'folder' | 'package' | 'payload';
  /** Of all but a folder. */
  readonly sha256?: Digest;
  readonly platform: Platform;
  readonly facts: Omit<PlatformFacts, 'payload'>;
  readonly symbols: Readonly<Record<string, ElfSymbols>>;
}

/**
 * The facts of one file, of a folder as if it were a payload, of a Debian package, or of a tar. A kernel's module that is
 * given alone counts as lying in the folder of the kernel that it was built for. Links aren't followed below `path`. Throws
 * `Failure` `not-found`, `bad-archive`, `limit`, `io`.
 */
export async function readFacts(path: string): Promise<ReadFacts> {
  const stat = lookAt(path);
  if (stat === undefined)
    throw new Failure({
      code: 'not-found',
      message: `there is no file \`${path}\``,
      hints: ['name a file, a folder, a .deb or a .tar; a path counts from the current folder'],
    });
  if (stat.isDirectory()) return factsOfFolder(path).catch(saying(inFolder));
  if (!stat.isFile())
    throw new Failure({
      code: 'invalid-input',
      message: `\`${path}\` is neither a file nor a folder`,
      hints: ['name a regular file, a folder, a .deb or a .tar'],
    });
  const bytes = readWhole(path, stat.size);
  const [read, sha256] = await Promise.all([readKind(bytes, { path, mode: stat.mode }).catch(saying(wholeFile(path))), digestOf(bytes)]);
  return { ...read, ...(sha256 === undefined ? {} : { sha256 }) };
}

const inFolder = 'facts are read of all files at once: leave out the one that is named, or name the one that is asked about';

function wholeFile(path: string): string {
  return `see whether \`${path}\` is whole and is what its name says; if it was cut short or damaged on its way, get it again`;
}

/**
 * What is given by hand was neither pinned nor chosen by a component, of which the hints of the readers speak; and nobody has looked
 * at the names of its files: one with a line break must not look like a line of ours.
 */
function saying(hint: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof Failure)) throw error;
    const { code, message, hints, cause } = error;
    const told =
      code === 'bad-archive' ? [hint] : code === 'limit' && hints.length > 0 ? ['unpack it, and name what is asked about'] : hints;
    throw new Failure({ code, message: onOneLine(message), hints: told.map(onOneLine), cause });
  };
}

function onOneLine(text: string): string {
  return text.replaceAll('\n', String.raw`\n`);
}

/** In the thread pool, as what is unpacked. */
async function digestOf(bytes: Buffer<ArrayBuffer>): Promise<Digest | undefined> {
  const sum = await webcrypto.subtle.digest('SHA-256', bytes);
  return parseDigest(`sha256:${Buffer.from(sum).toString('hex')}`);
}

async function readKind(bytes: Buffer, file: { readonly path: string; readonly mode: number }): Promise<ReadFacts> {
  const name = basename(file.path);
  if (name.endsWith('.deb')) return await factsOfEntries('package', archiveEntries(await readDeb(bytes, name)));
  if (name.endsWith('.tar') || beginsWith(bytes, ustarMagic, ustarOffset))
    return await factsOfEntries('payload', archiveEntries(readTar(bytes, name)));
  if (otherArchive.test(name))
    throw new Failure({
      code: 'invalid-input',
      message: `\`${file.path}\` is an archive of a kind that isn't read`,
      hints: ['unpack it and name the folder; .deb and .tar are read as they are'],
    });
  return await factsOfEntries('file', [{ kind: 'file', path: await placeOf(bytes, name), mode: file.mode, bytes }]);
}

function beginsWith(bytes: Buffer, magic: string, offset: number): boolean {
  return bytes.subarray(offset, offset + magic.length).equals(Buffer.from(magic));
}

/** `usr/lib/modules/6.12.1/zfs.ko` for a module, else its name. */
async function placeOf(bytes: Buffer, name: string): Promise<string> {
  if (!moduleName.test(name)) return name;
  const module = name.endsWith('.ko') ? bytes : await decompress(bytes, name, name);
  const [release = ''] = extractAddedModule(module, `/${name}`).module.vermagic.split(' ');
  return release === '' ? name : `usr/lib/modules/${release}/${name}`;
}

async function factsOfEntries(kind: ReadFacts['kind'], entries: readonly FactsEntry[]): Promise<ReadFacts> {
  const payload = nowhere();
  const read = await extractFacts({ payload, entries, decompressModule: (bytes, path) => decompress(bytes, path, path) });
  const { payload: _payload, ...facts } = read;
  const { files } = extractSymbols({ payload, entries });
  return { kind, platform: platformOf(facts.elf) ?? 'linux/amd64', facts, symbols: files };
}

async function factsOfFolder(folder: string): Promise<ReadFacts> {
  return await factsOfEntries('folder', [...entriesOf(folder)]);
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
    const stat = lookAt(join(folder, entry.path));
    // It has gone since its folder was read.
    if (stat === undefined) continue;
    const { size, mode } = stat;
    total += size;
    if (total > maxFolderBytes)
      throw new Failure({ code: 'limit', message: `the files of \`${folder}\` have more than ${formatBytes(maxFolderBytes)}` });
    yield { kind: 'file', path, mode, bytes: readWhole(join(folder, entry.path), size) };
  }
}

function archiveEntries(entries: readonly TarEntry[]): readonly FactsEntry[] {
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

function readWhole(path: string, size: number): Buffer<ArrayBuffer> {
  if (size > maxFileBytes)
    throw new Failure({ code: 'limit', message: `\`${path}\` has ${formatBytes(size)}, more than ${formatBytes(maxFileBytes)}` });
  try {
    return readFileSync(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}
