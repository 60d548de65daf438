import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LibraryComponent } from '../../library/library-side.ts';

/**
 * What the components of a library say to others, by the oid of each component's folder: what was read once of a folder holds for every
 * tree that has it. Kept in one file between reviews.
 */
export interface LibraryIndex {
  find(oid: string): LibraryComponent | undefined;
  add(oid: string, component: LibraryComponent): void;
  /** Writes the file anew where something was added: what was asked for first, and then of the rest as much as there is room for. */
  keep(): void;
}

/** The number of the file's form: changed with what `LibraryComponent` says, and with how it is read of a manifest. */
const form = 1;
const maxEntries = 20_000;
const maxIndexBytes = 64 * 1024 ** 2;

/** `folder`: where it is kept; undefined for nowhere. A file that is damaged, too large or of another form counts as none. */
export function openLibraryIndex(folder: string | undefined): LibraryIndex {
  const file = folder === undefined ? undefined : join(folder, 'library-index.json');
  const kept = file === undefined ? new Map<string, LibraryComponent>() : readIndex(file);
  const used = new Map<string, LibraryComponent>();
  let grown = false;
  return {
    find: (oid) => {
      const found = kept.get(oid);
      if (found !== undefined) used.set(oid, found);
      return found;
    },
    add: (oid, component) => {
      kept.set(oid, component);
      used.set(oid, component);
      grown = true;
    },
    keep: () => {
      if (file === undefined || folder === undefined || !grown) return;
      const rest = [...kept].filter(([oid]) => !used.has(oid));
      writeIndex(folder, file, [...used, ...rest].slice(0, maxEntries));
      grown = false;
    },
  };
}

/** First a line that says the form and the digest of the second, which has it all. */
function readIndex(file: string): Map<string, LibraryComponent> {
  try {
    if (statSync(file).size > maxIndexBytes) return new Map();
    const text = readFileSync(file, 'utf8');
    const end = text.indexOf('\n');
    const body = text.slice(end + 1);
    if (text.slice(0, end) !== headOf(body)) return new Map();
    const entries: unknown = JSON.parse(body);
    return new Map<string, LibraryComponent>(isIndex(entries) ? entries : []);
  } catch {
    return new Map();
  }
}

function writeIndex(folder: string, file: string, entries: readonly (readonly [string, LibraryComponent])[]): void {
  const body = JSON.stringify(entries);
  const text = `${headOf(body)}\n${body}`;
  if (text.length > maxIndexBytes) return;
  // A review without a memory is slow, and right.
  try {
    mkdirSync(folder, { recursive: true });
  } catch {
    return;
  }
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text, { flush: true });
    renameSync(temporary, file);
  } catch {
    rmSync(temporary, { force: true });
  }
}

function headOf(body: string): string {
  return `moby-compose library index ${form} sha256:${createHash('sha256').update(body).digest('hex')}`;
}

/** Holds where the digest does, which is the proof; here for the compiler. */
function isIndex(value: unknown): value is readonly (readonly [string, LibraryComponent])[] {
  return Array.isArray(value);
}
