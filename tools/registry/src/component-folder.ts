import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { parseFacts, parseKernelSymbols, parseSymbols } from '@moby/abi';
import {
  Failure,
  isInLine,
  parseDigest,
  parseManifest,
  type Digest,
  type Facts,
  type KernelSymbolsFile,
  type Manifest,
  type RegistryComponent,
  type Symbols,
  type Version,
  unreadable,
} from '@moby/model';

/** Of what the tool writes beside a manifest. */
export const componentFileLimits: Readonly<Record<'manifest' | 'facts' | 'kernelSymbols', number>> = {
  manifest: 1024 * 1024,
  facts: 8 * 1024 * 1024,
  kernelSymbols: 16 * 1024 * 1024,
};
/** Of a component's tree. */
export const treeLimits: Readonly<Record<'files' | 'bytes', number>> = { files: 2000, bytes: 64 * 1024 * 1024 };

/*
 * A library is hundreds of small files: read in turn on this thread, they are there sooner than a thread pool has
 * answered for the first few.
 */

/** A component's folder → its manifest; `label` is what messages call the file. */
export async function readManifest(folder: string, label: string): Promise<Manifest> {
  const text = readBounded(join(folder, 'package.json'), componentFileLimits.manifest, label);
  if (text === undefined)
    throw new Failure({
      code: 'not-found',
      message: `there is no component in \`${label.replace(/\/package\.json$/, '')}\`: it has no package.json`,
    });
  const parsed = await parseManifest({ file: label, text });
  if (!parsed.ok)
    throw new Failure({ code: 'invalid-input', message: `\`${label}\` is not a component's manifest`, findings: parsed.findings });
  return parsed.value;
}

/** Everything that the line needs of a component beside its payload. */
export function readComponent(folder: string, label: string, manifest: Manifest): RegistryComponent {
  const facts = readFacts(folder, label);
  const has = (file: string): boolean => existsSync(join(folder, file));
  return {
    manifest,
    facts,
    ...(has('symbols.json') ? { symbols: () => readSymbols(folder, label) } : {}),
    ...(has('kernel-symbols.json') ? { kernelSymbols: () => readKernelSymbols({ folder, label, facts }) } : {}),
    tree: treeDigest(folder),
    line: lineOf(folder, manifest.version),
    folder,
  };
}

/** The line that a folder is named for; empty where the version is in none of that name. */
export function lineOf(folder: string, version: Version): string {
  const line = basename(folder);
  return isInLine(version, line) ? line : '';
}

function readFacts(folder: string, label: string): Facts | undefined {
  const text = readBounded(join(folder, 'facts.json'), componentFileLimits.facts, label.replace(/package\.json$/, 'facts.json'));
  return text === undefined ? undefined : parseFacts(text, label.replace(/package\.json$/, 'facts.json'));
}

function readSymbols(folder: string, label: string): Symbols {
  const file = label.replace(/package\.json$/, 'symbols.json');
  const text = readBounded(join(folder, 'symbols.json'), componentFileLimits.facts, file);
  return text === undefined ? { symbols: 1, platforms: {} } : parseSymbols(text, file);
}

/** The component's digest covers the file only by the digest that its facts name, so that has to be true before a word of it counts. */
function readKernelSymbols(place: {
  readonly folder: string;
  readonly label: string;
  readonly facts: Facts | undefined;
}): KernelSymbolsFile {
  const file = place.label.replace(/package\.json$/, 'kernel-symbols.json');
  const text = readBounded(join(place.folder, 'kernel-symbols.json'), componentFileLimits.kernelSymbols, file);
  return text === undefined ? { symbols: 1, platforms: {} } : parseNamedKernelSymbols({ text, file, facts: place.facts });
}

/** Throws `wrong-facts` where the text isn't that whose digest the facts name. */
export function parseNamedKernelSymbols({
  text,
  file,
  facts,
}: {
  readonly text: string;
  readonly file: string;
  readonly facts: Facts | undefined;
}): KernelSymbolsFile {
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  const named = Object.values(facts?.platforms ?? {}).flatMap(({ kernel }) => kernel?.symbols ?? []);
  if (named.length === 0 || named.some((symbols) => symbols !== digest))
    throw new Failure({
      code: 'wrong-facts',
      message: `\`${file}\` is ${digest}, and the facts beside it name ${named.find((symbols) => symbols !== digest) ?? 'no such file'}`,
      hints: ['write both anew: moby-compose component build'],
    });
  return parseKernelSymbols(text, file);
}

/** The digest of a component's canonical tree, as it lies in a folder (`digestOfTree`). Throws `limit`. */
export function treeDigest(folder: string): Digest {
  const files: TreeFile[] = [];
  let total = 0;
  const add = (path: string): void => {
    const full = join(folder, path);
    const stat = lstatSync(full, { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (stat.isDirectory()) {
      for (const name of readdirSync(full)) add(`${path}/${name}`);
      return;
    }
    total += stat.size;
    if (files.length >= treeLimits.files || total > treeLimits.bytes) throw treeTooLarge(relative(process.cwd(), folder));
    const isLink = stat.isSymbolicLink();
    files.push({ path, isLink, sha256: sha256(isLink ? Buffer.from(readlinkSync(full)) : readFileSync(full)) });
  };
  for (const path of treeTops) add(path);
  return digestOfTree(files);
}

/** What of a component's folder its tree is: nothing else is published, so nothing else counts. */
const treeTops = ['facts.json', 'files', 'package.json', 'symbols.json'];

/** Whether a file, by its path in the component's folder, is of the component's tree. */
export function isOfTree(path: string): boolean {
  return path.startsWith('files/') || (path !== 'files' && treeTops.includes(path));
}

export interface TreeFile {
  /** From the component's folder. */
  readonly path: string;
  /** A symbolic link counts by its target. */
  readonly isLink: boolean;
  /** Of its bytes, in hex. */
  readonly sha256: string;
}

/** sha256 over one line a file, `<octal mode> <sha256> <path>\n`, sorted by the names of the path. */
export function digestOfTree(files: readonly TreeFile[]): Digest {
  const sorted = files.map((file) => ({ ...file, names: file.path.split('/') })).sort((a, b) => compareNames(a.names, b.names));
  const lines = sorted.map((file) => `${file.isLink ? '120000' : '100644'} ${file.sha256} ${file.path}\n`);
  const digest = parseDigest(`sha256:${sha256(lines.join(''))}`);
  if (digest === undefined) throw new TypeError('sha256 gave no digest');
  return digest;
}

/** By code units, folder by folder. */
function compareNames(a: readonly string[], b: readonly string[]): number {
  for (const [index, name] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (name !== other) return name < other ? -1 : 1;
  }
  return a.length - b.length;
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function treeTooLarge(label: string): Failure {
  return new Failure({ code: 'limit', message: `\`${label}\` has more than ${treeLimits.files} files or ${treeLimits.bytes} bytes` });
}

/** Undefined where the file is missing. Throws `limit` and `io`. */
function readBounded(path: string, maxBytes: number, label: string): string | undefined {
  try {
    const { size } = lstatSync(path);
    if (size > maxBytes) throw new Failure({ code: 'limit', message: `\`${label}\` has ${size} bytes; at most ${maxBytes} are read` });
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    if (isMissing(cause)) return undefined;
    throw unreadable(label, cause);
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
