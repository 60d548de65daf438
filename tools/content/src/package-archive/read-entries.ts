import type { ArchiveFault, ArchiveFaultKind } from './archive-fault.ts';
import { paxEntries } from './pax-entries.ts';

/** An entry as clients see it. */
export interface PackageEntry {
  /** The effective path: prefix and name together, or what a pax header calls it. */
  readonly path: string;
  /** The type flag: `0` a file, `5` a folder, `1` and `2` links, `3`, `4`, `6` devices and pipes. */
  readonly type: string;
  readonly mode: number;
  readonly sizeBytes: number;
  /** A view into the archive. */
  readonly bytes: Uint8Array;
}

export interface ReadEntries {
  readonly entries: readonly PackageEntry[];
  readonly faults: readonly ArchiveFault[];
}

const blockBytes = 512;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Owner, group, time, numbers of a device: nobody uses them here, but node-tar leaves out an entry where one can't be read. */
const otherNumbers = [
  [108, 8],
  [116, 8],
  [136, 12],
  [329, 8],
  [337, 8],
] as const;

/** Keys of pax that change nothing of what is unpacked where they say what the entry's header says, or nothing at all. */
const harmlessKeys = new Set(['mtime', 'atime', 'ctime', 'uid', 'gid', 'uname', 'gname', 'comment']);
const harmlessVendorKeys = /^(?:SCHILY\.(?:dev|ino|nlink)|LIBARCHIVE\.creationtime)$/;

/**
 * All entries of a tar, in its order, up to the first header that can't be read. Faults are whatever one reader takes for
 * something else than another: headers that are not POSIX's ustar, extensions that rename or resize, bytes behind the end.
 */
export function readEntries(tar: Buffer, maxEntries: number): ReadEntries {
  return new EntryReader(tar, maxEntries).read();
}

class EntryReader {
  readonly #entries: PackageEntry[] = [];
  readonly #faults: ArchiveFault[] = [];
  readonly #tar: Buffer;
  readonly #maxEntries: number;
  #headers = 0;
  #at = 0;
  /** The records of a pax header, for the entry behind it. */
  #pending: ReadonlyMap<string, string> | undefined;

  constructor(tar: Buffer, maxEntries: number) {
    this.#tar = tar;
    this.#maxEntries = maxEntries;
  }

  read(): ReadEntries {
    while (this.#next());
    return { entries: this.#entries, faults: this.#faults };
  }

  #fault(kind: ArchiveFaultKind, message: string): false {
    this.#faults.push({ kind, message });
    return false;
  }

  /** Whether there is more. */
  #next(): boolean {
    const header = this.#tar.subarray(this.#at, this.#at + blockBytes);
    if (header.length < blockBytes) return this.#fault('truncated', 'is cut off: the two zero blocks at the end of its tar are missing');
    if (isZero(header)) return this.#end();
    this.#headers += 1;
    if (this.#headers > this.#maxEntries) return this.#fault('too-many-entries', `has more than ${this.#maxEntries} entries`);
    const where = `at byte ${this.#at} of its tar`;
    if (!hasGoodSum(header)) return this.#fault('checksum', `has a damaged header ${where}: its checksum is wrong`);
    const [mode, sizeBytes] = [octal(header, 100, 8), octal(header, 124, 12)];
    if (mode === undefined || sizeBytes === undefined || !otherNumbers.every(([at, length]) => isOctalOrEmpty(header, at, length)))
      return this.#fault('header', `has a header ${where} with a number that is not plainly octal`);
    const begin = this.#at + blockBytes;
    const bytes = this.#tar.subarray(begin, begin + sizeBytes);
    if (bytes.length < sizeBytes)
      return this.#fault('truncated', `is cut off: an entry ${where} needs ${sizeBytes} bytes, ${bytes.length} are there`);
    this.#at = begin + Math.ceil(sizeBytes / blockBytes) * blockBytes;
    const type = String.fromCharCode(header[156] ?? 0).replace('\0', '0');
    if ('xgLKNX'.includes(type)) this.#extension(type, bytes, where);
    else this.#entry(header, { type, mode, sizeBytes, bytes }, where);
    return true;
  }

  #end(): false {
    const rest = this.#tar.subarray(this.#at);
    if (rest.length < 2 * blockBytes) this.#fault('truncated', 'is cut off: one of the two zero blocks at the end of its tar is missing');
    else if (!isZero(rest)) this.#fault('behind-end', `has bytes behind the end of its tar, which is at byte ${this.#at}`);
    if (this.#pending !== undefined) this.#fault('extension', 'has a pax header that belongs to no entry');
    return false;
  }

  #extension(type: string, bytes: Buffer, where: string): void {
    if (type !== 'x') {
      this.#fault(
        'extension',
        `has ${type === 'g' ? 'a global header' : `a header of type \`${type}\``} ${where}: not every reader follows it`,
      );
      return;
    }
    if (this.#pending !== undefined) this.#fault('extension', `has two pax headers for one entry ${where}`);
    const records = paxEntries(bytes);
    if (records === undefined) this.#fault('extension', `has a damaged pax header ${where}`);
    this.#pending = new Map(records);
    if (this.#pending.size < (records ?? []).length) this.#fault('extension', `has a pax header with one key twice ${where}`);
  }

  #entry(header: Buffer, own: Omit<PackageEntry, 'path'>, where: string): void {
    const records = this.#pending ?? new Map<string, string>();
    this.#pending = undefined;
    const path = pathIn(header);
    if (path === undefined) {
      this.#fault('header', `has a header ${where} that is not of POSIX's ustar, or whose name is not UTF-8`);
      return;
    }
    if (own.type === '0' && !isZero(header.subarray(157, 257))) this.#fault('header', `has a file with a link's target, \`${path}\``);
    for (const [key, value] of records) {
      const says =
        key === 'path'
          ? path
          : key === 'size'
            ? String(own.sizeBytes)
            : harmlessKeys.has(key) || harmlessVendorKeys.test(key)
              ? value
              : undefined;
      if (says !== value)
        this.#fault('extension', `has a pax header that gives \`${path}\` the ${key} \`${value}\`: not every reader follows it`);
    }
    this.#entries.push({ path: records.get('path') ?? path, ...own });
  }
}

/** The path of a header of POSIX.1-1988 (`ustar`, version 00), which all readers take alike; undefined for others. */
function pathIn(header: Buffer): string | undefined {
  if (header.toString('latin1', 257, 265) !== 'ustar\u000000') return undefined;
  const [name, prefix] = [textIn(header.subarray(0, 100)), textIn(header.subarray(345, 500))];
  if (name === undefined || prefix === undefined) return undefined;
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Text up to the first zero byte, behind which are zero bytes only: one reader goes on at the next line, others stop. */
function textIn(field: Buffer): string | undefined {
  const end = field.indexOf(0);
  if (end >= 0 && !isZero(field.subarray(end))) return undefined;
  try {
    return utf8.decode(end < 0 ? field : field.subarray(0, end));
  } catch {
    return undefined;
  }
}

/** Octal digits, then blanks or zero bytes. GNU's base 256 is for sizes that no package has. */
function octal(header: Buffer, at: number, length: number): number | undefined {
  const digits = /^([0-7]+)[ \0]*$/.exec(header.toString('latin1', at, at + length))?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

function isOctalOrEmpty(header: Buffer, at: number, length: number): boolean {
  return octal(header, at, length) !== undefined || /^[ \0]*$/.test(header.toString('latin1', at, at + length));
}

function hasGoodSum(header: Buffer): boolean {
  let sum = 8 * 0x20;
  for (let index = 0; index < blockBytes; index += 1) if (index < 148 || index >= 156) sum += header[index] ?? 0;
  const said = /^ *([0-7]+)[ \0]*$/.exec(header.toString('latin1', 148, 156))?.[1];
  return said !== undefined && Number.parseInt(said, 8) === sum;
}

function isZero(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte !== 0) return false;
  return true;
}
