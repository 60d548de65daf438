import { type Diagnostic, Failure, type PayloadEntry } from '@moby/model';
import { readDeb } from '../archive/read-deb.ts';
import { canonicalPath, canonicalTarget, checkPath } from './canonical-path.ts';
import { copyrightFindings } from './copyright-files.ts';
import { keepFiles, type KeptFiles, normalMode } from './keep-files.ts';
import { joinFiles } from './join-files.ts';
import { parseKeepPattern } from './keep-pattern.ts';
import { completeEntries, type PayloadTree, putEntry } from './payload-tree.ts';
import { type PayloadTar, writePayload } from './write-payload.ts';

export type PayloadSource = DebPayloadSource | FilesPayloadSource;

export interface DebPayloadSource {
  readonly kind: 'deb';
  readonly package: string;
  readonly keep: readonly string[];
  /** The verified bytes of the .deb; called once, when it is its turn, so that few are in memory at a time. */
  read(): Promise<Uint8Array>;
}

export interface FilesPayloadSource {
  readonly kind: 'files';
  readonly executable: readonly string[];
  read(): Promise<readonly SourceFile[]>;
}

export interface SourceFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface PayloadRecipe {
  readonly sources: readonly PayloadSource[];
  readonly links: Readonly<Record<string, string>>;
  readonly directories: Readonly<Record<string, string>>;
  readonly joins?: Readonly<Record<string, string>>;
}

export interface DerivedPayload extends PayloadTar {
  /** Files' bytes are views into what the sources were unpacked to. */
  readonly entries: readonly PayloadEntry[];
  /** Warnings: `privilege-dropped`, `copyright-elsewhere`. */
  readonly findings: readonly Diagnostic[];
}

/**
 * A payload in normal form 1 (docs/reference/payload-form-1.md) of ordered sources. Throws `bad-archive`, `limit`, and
 * `invalid-input` where the recipe does not fit the sources.
 */
export async function derivePayload(recipe: PayloadRecipe): Promise<DerivedPayload> {
  const tree: PayloadTree = new Map();
  const findings: Diagnostic[] = [];
  // One after the other: a large package is unpacked by all processors, and two of them at a time would only take memory.
  for (const source of recipe.sources) {
    const kept = await readSource(source);
    for (const entry of kept.entries) putEntry(tree, entry, originOf(source));
    findings.push(...kept.findings);
  }
  joinFiles(tree, recipe.joins ?? {});
  addLinks(tree, recipe.links);
  addDirectories(tree, recipe.directories);
  const entries = completeEntries(tree);
  const written = writePayload(entries);
  const packages = recipe.sources.flatMap((source) => (source.kind === 'deb' ? [source.package] : []));
  return { ...written, entries, findings: [...findings, ...copyrightFindings(entries, packages)] };
}

function originOf(source: PayloadSource): string {
  return source.kind === 'deb' ? `\`${source.package}\`` : '`files/`';
}

async function readSource(source: PayloadSource): Promise<KeptFiles> {
  if (source.kind === 'files') return { entries: filesEntries(await source.read(), source.executable), findings: [] };
  const archive = await readDeb(await source.read(), source.package);
  const kept = keepFiles(archive, source.package, source.keep);
  return { ...kept, entries: detached(kept.entries) };
}

/**
 * Copies the kept files out of the unpacked archive, so that it can be freed, where they are the smaller part of it;
 * where they are most of it, a copy would only be held beside it.
 */
function detached(entries: readonly PayloadEntry[]): readonly PayloadEntry[] {
  let size = 0;
  let whole = 0;
  for (const entry of entries) {
    if (entry.kind !== 'file') continue;
    size += entry.bytes.length;
    whole = entry.bytes.buffer.byteLength;
  }
  if (size > whole / 2) return entries;
  const arena = new Uint8Array(size);
  let at = 0;
  return entries.map((entry): PayloadEntry => {
    if (entry.kind !== 'file') return entry;
    const bytes = arena.subarray(at, at + entry.bytes.length);
    bytes.set(entry.bytes);
    at += bytes.length;
    return { ...entry, bytes };
  });
}

function filesEntries(files: readonly SourceFile[], executable: readonly string[]): readonly PayloadEntry[] {
  const patterns = executable.map(parseKeepPattern);
  const used = new Set<string>();
  const entries = files.map(({ path, bytes }): PayloadEntry => {
    checkPath(path, 'files/');
    const canonical = canonicalPath(path, false);
    const matching = patterns.filter((pattern) => pattern.matches(canonical));
    for (const pattern of matching) used.add(pattern.text);
    return { kind: 'file', path: canonical, mode: normalMode(matching.length > 0 ? 0o755 : 0o644), bytes };
  });
  for (const { text } of patterns) {
    if (!used.has(text))
      throw new Failure({ code: 'invalid-input', message: `\`executable\` pattern \`${text}\` matches no file of \`files/\`` });
  }
  return entries;
}

function addLinks(tree: PayloadTree, links: Readonly<Record<string, string>>): void {
  for (const [link, target] of Object.entries(links)) {
    checkPath(link, 'links');
    const path = canonicalPath(link, true);
    putEntry(tree, { kind: 'symlink', path, mode: 0o777, target: canonicalTarget({ link, target, name: 'links' }) }, '`links`');
  }
}

function addDirectories(tree: PayloadTree, directories: Readonly<Record<string, string>>): void {
  for (const [directory, modeText] of Object.entries(directories)) {
    checkPath(directory, 'directories');
    if (!/^[01]?[0-7]{3}$/.test(modeText)) {
      throw new Failure({
        code: 'invalid-input',
        message: `\`directories\`: \`${directory}\` has the mode \`${modeText}\`; octal from 000 to 1777 is allowed`,
      });
    }
    const path = canonicalPath(directory, false);
    putEntry(tree, { kind: 'directory', path, mode: Number.parseInt(modeText, 8) }, '`directories`');
  }
}
