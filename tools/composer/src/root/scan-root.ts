import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import {
  asksGoFacts,
  extractElfFacts,
  extractElfSymbols,
  extractGoFacts,
  interpreterOf,
  openFileSymbols,
  parseLoaderCache,
  platformOf,
} from '@moby/abi';
import type { FileSymbols, RootFacts, SymbolLookup } from '@moby/abi';
import { Failure, type ElfFacts, type Platform } from '@moby/model';
import { walkFolder, withFile, type OpenFile } from './walk-folder.ts';

const executeBits = 0o111;
const maxScriptLineBytes = 256;
const maxCacheBytes = 8 << 20;
/** The largest containerd has 60 MB. */
const maxGoBytes = 512 << 20;

/** What an unpacked root holds, as far as a loader, a kernel and a shell look at it. */
export interface ScannedRoot {
  readonly facts: RootFacts;
  /** Read from the files where they are asked for. */
  readonly symbols: SymbolLookup;
  readonly loaderCache: ReadonlyMap<string, readonly string[]>;
  /** The one that most of its ELF files are for. */
  readonly platform: Platform | undefined;
  /** Programs and libraries that can't be read, or not as what they begin like, with the reason. */
  readonly unreadable: readonly { readonly path: string; readonly why: string }[];
}

/**
 * Reads headers and tables of the files below a folder, at their places; links are never followed. What Go's programs say besides
 * is read of those that a rule asks about, or of all. Throws `limit` and `io`.
 */
export function scanRoot(folder: string, options: { readonly allGo: boolean }): ScannedRoot {
  const elf: ElfFacts[] = [];
  const programs: string[] = [];
  const scripts: Record<string, string> = {};
  const links: Record<string, string> = {};
  const unreadable: { path: string; why: string }[] = [];
  for (const entry of walkFolder(folder)) {
    if (entry.kind === 'symlink') {
      links[entry.path] = entry.target;
      continue;
    }
    const path = join(folder, entry.path);
    const isRead = withFile(path, ({ mode, source }) => {
      const isExecutable = (mode & executeBits) !== 0;
      if (isExecutable) programs.push(entry.path);
      const begin = source.read(0, Math.min(isExecutable ? maxScriptLineBytes : 4, source.length));
      const interpreter = isExecutable ? interpreterOf(begin) : undefined;
      if (interpreter !== undefined) scripts[entry.path] = interpreter;
      if (begin[0] !== 0x7f) return true;
      const found = readable(() => readElf(source, entry.path, options.allGo));
      if (typeof found === 'string') unreadable.push({ path: entry.path, why: found });
      else if (found !== undefined) elf.push(found);
      return true;
    });
    if (isRead === undefined && isLoaded(path)) unreadable.push({ path: entry.path, why: `\`${entry.path}\` may not be read by who asks` });
  }
  const facts = { unpackedBytes: 0, elf, programs, scripts, links };
  const loaderCache = withFile(join(folder, 'etc/ld.so.cache'), readCache) ?? new Map<string, readonly string[]>();
  return { facts, symbols: symbolsIn(folder), loaderCache, platform: platformOf(elf), unreadable };
}

/** Whether it is there, and a program, or a library by its name: of anything else it doesn't matter what it holds. */
function isLoaded(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true && ((stat.mode & executeBits) !== 0 || /\.so(?:\.|$)/.test(path));
}

function readElf(source: OpenFile['source'], path: string, allGo: boolean): ElfFacts | undefined {
  const elf = extractElfFacts(source, path);
  if (elf === undefined || (!allGo && !asksGoFacts(path)) || source.length > maxGoBytes) return elf;
  const go = extractGoFacts(source.read(0, source.length), path);
  return go === undefined ? elf : { ...elf, go };
}

/** The value, or why the file can't be read. */
function readable<Value>(read: () => Value): Value | string {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.message;
  }
}

function readCache({ source }: OpenFile): ReadonlyMap<string, readonly string[]> {
  return source.length > maxCacheBytes ? new Map() : parseLoaderCache(source.read(0, source.length));
}

function symbolsIn(folder: string): SymbolLookup {
  const known = new Map<string, FileSymbols | undefined>();
  return {
    of(path) {
      if (!known.has(path)) {
        const found = withFile(join(folder, path), ({ source }) => readable(() => ({ symbols: extractElfSymbols(source, path) })));
        known.set(path, found === undefined || typeof found === 'string' ? undefined : openFileSymbols(found.symbols));
      }
      return known.get(path);
    },
  };
}
