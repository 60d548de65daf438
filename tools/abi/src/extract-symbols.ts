import type { Digest, ElfSymbols, PlatformSymbols } from '@moby/model';
import { extractElfSymbols } from './elf-symbols.ts';
import type { FactsEntry } from './extract.ts';
import { sortedRecord } from './order.ts';

/** The dynamic symbols of a payload's ELF files. Throws `Failure` `bad-archive` for a broken one. */
export function extractSymbols(options: { readonly payload: Digest; readonly entries: Iterable<FactsEntry> }): PlatformSymbols {
  const files: (readonly [string, ElfSymbols])[] = [];
  for (const entry of options.entries) {
    if (entry.kind !== 'file') continue;
    const path = `/${entry.path}`;
    const found = extractElfSymbols(entry.bytes, path);
    if (found !== undefined) files.push([path, found]);
  }
  return { payload: options.payload, files: sortedRecord(files) };
}
