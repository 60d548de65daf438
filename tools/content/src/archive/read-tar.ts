import { formatBytes } from '@moby/model';
import { badArchive } from './bad-archive.ts';
import { readPaxRecords } from './pax-records.ts';

/** One entry as the archive has it: the path without a leading `./`, and for links the target as it is written. */
export interface TarEntry {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'hard-link' | 'device' | 'fifo';
  readonly mode: number;
  readonly target: string;
  /** A view into the archive; empty for all but files. */
  readonly bytes: Uint8Array;
}

/** Debian's largest packages have about 60,000 files. */
export const maxTarEntries = 200_000;
/** Linux: PATH_MAX without the end. */
export const maxPathBytes = 4095;
export const maxPathDepth = 64;
/** A pax header or GNU long name. */
export const maxHeaderBytes: number = 1 << 16;

const blockBytes = 512;
const utf8 = new TextDecoder('utf-8', { fatal: true });
const nothing = new Uint8Array(0);

interface Pending {
  path?: string;
  target?: string;
  size?: number;
}

/**
 * All entries of an uncompressed tar in file order: ustar, GNU long names and links, pax extended headers (POSIX.1-2017,
 * pax). Paths are checked to be relative and without `..`. `name` is for messages. Throws `bad-archive` and `limit`.
 */
export function readTar(bytes: Uint8Array, name: string): readonly TarEntry[] {
  const tar = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries: TarEntry[] = [];
  let pending: Pending = {};
  let at = 0;
  for (;;) {
    if (at + blockBytes > tar.length) throw badArchive(name, 'is truncated: the two zero blocks at the end are missing');
    const header = tar.subarray(at, at + blockBytes);
    if (isZero(header)) return entries;
    checkSum(header, at, name);
    const type = String.fromCharCode(header[156] ?? 0);
    const size = pending.size ?? numberAt(header, 124, 12, name);
    const begin = at + blockBytes;
    if (begin + size > tar.length) {
      throw badArchive(
        name,
        `is truncated: entry \`${textAt(header, 0, 100, name)}\` needs ${size} bytes, ${tar.length - begin} are there`,
      );
    }
    const content = tar.subarray(begin, begin + size);
    at = begin + Math.ceil(size / blockBytes) * blockBytes;
    if (isMeta(type)) {
      pending = { ...pending, ...readMeta(type, content, name) };
      continue;
    }
    if (entries.length === maxTarEntries) throw badArchive(name, `has more than ${maxTarEntries} entries`, 'limit');
    const entry = entryOf({ header, type, content, pending, name });
    if (entry !== undefined) entries.push(entry);
    pending = {};
  }
}

function isMeta(type: string): boolean {
  return type === 'x' || type === 'g' || type === 'L' || type === 'K';
}

function readMeta(type: string, content: Buffer, name: string): Pending {
  if (content.length > maxHeaderBytes)
    throw badArchive(name, `has a header of ${formatBytes(content.length)}; ${formatBytes(maxHeaderBytes)} are allowed`, 'limit');
  switch (type) {
    case 'L':
      return { path: decode(untilNul(content), name) };
    case 'K':
      return { target: decode(untilNul(content), name) };
    case 'x': {
      const records = readPaxRecords(content, name);
      const path = records.get('path');
      const target = records.get('linkpath');
      const size = records.get('size');
      if (size !== undefined && !/^[0-9]{1,12}$/.test(size)) throw badArchive(name, `has a pax size that is no number: \`${size}\``);
      return {
        ...(path === undefined ? {} : { path }),
        ...(target === undefined ? {} : { target }),
        ...(size === undefined ? {} : { size: Number(size) }),
      };
    }
    default:
      return {}; // Global pax headers carry comments only; a global path would make no sense.
  }
}

function entryOf(options: {
  readonly header: Buffer;
  readonly type: string;
  readonly content: Buffer;
  readonly pending: Pending;
  readonly name: string;
}): TarEntry | undefined {
  const { header, type, content, pending, name } = options;
  const raw = pending.path ?? ustarPath(header, name);
  const path = checkedPath(raw, name);
  if (path === '') return undefined; // The archive's own root.
  const mode = numberAt(header, 100, 8, name) & 0o7777;
  const target = pending.target ?? textAt(header, 157, 100, name);
  const base = { path, mode, target, bytes: nothing };
  switch (type) {
    case '0':
    case '\0':
    case '7':
      return raw.endsWith('/') ? { ...base, kind: 'directory' } : { ...base, kind: 'file', bytes: content };
    case '1':
      return { ...base, kind: 'hard-link', target: checkedPath(target, name) };
    case '2':
      return { ...base, kind: 'symlink' };
    case '3':
    case '4':
      return { ...base, kind: 'device' };
    case '5':
      return { ...base, kind: 'directory' };
    case '6':
      return { ...base, kind: 'fifo' };
    default:
      throw badArchive(name, `has entry \`${path}\` of unknown type \`${JSON.stringify(type).slice(1, -1)}\``);
  }
}

function ustarPath(header: Buffer, name: string): string {
  const path = textAt(header, 0, 100, name);
  // GNU's own magic (`ustar  `) has other things where POSIX has the prefix.
  const prefix = header.toString('latin1', 257, 263) === 'ustar\0' ? textAt(header, 345, 155, name) : '';
  return prefix === '' ? path : `${prefix}/${path}`;
}

/** Without leading `./` and trailing `/`; refuses what could leave the folder that it is unpacked to. */
function checkedPath(raw: string, name: string): string {
  if (raw.startsWith('/')) throw badArchive(name, `has the absolute path \`${raw}\``);
  if (Buffer.byteLength(raw) > maxPathBytes)
    throw badArchive(name, `has a path of more than ${maxPathBytes} bytes: \`${raw.slice(0, 80)}…\``, 'limit');
  if (raw.includes('\0')) throw badArchive(name, `has a path with a zero byte: \`${raw.replaceAll('\0', '\\0')}\``);
  const segments = raw.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..')) throw badArchive(name, `has a path with \`..\`: \`${raw}\``);
  if (segments.length > maxPathDepth)
    throw badArchive(name, `has a path of more than ${maxPathDepth} segments: \`${raw.slice(0, 80)}…\``, 'limit');
  return segments.join('/');
}

function checkSum(header: Buffer, at: number, name: string): void {
  let sum = 8 * 0x20;
  for (let i = 0; i < blockBytes; i += 1) if (i < 148 || i >= 156) sum += header[i] ?? 0;
  if (numberAt(header, 148, 8, name) !== sum)
    throw badArchive(name, `has a damaged header at byte ${at} of its tar: the checksum is wrong`);
}

/** Octal text, or GNU's base 256 where the first bit is set. */
function numberAt(header: Buffer, at: number, length: number, name: string): number {
  if (((header[at] ?? 0) & 0x80) !== 0) {
    let value = (header[at] ?? 0) & 0x7f;
    for (let i = at + 1; i < at + length; i += 1) value = value * 256 + (header[i] ?? 0);
    if (Number.isSafeInteger(value)) return value;
    throw badArchive(name, 'has a number that is too large in a header');
  }
  const text = header
    .toString('latin1', at, at + length)
    .replace(/[\0 ]+$/, '')
    .trimStart();
  if (!/^[0-7]{0,12}$/.test(text))
    throw badArchive(name, `has a header with \`${text.replace(/[^ -~]/g, '?')}\` where an octal number belongs`);
  return text === '' ? 0 : Number.parseInt(text, 8);
}

function textAt(header: Buffer, at: number, length: number, name: string): string {
  return decode(untilNul(header.subarray(at, at + length)), name);
}

function untilNul(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

function decode(bytes: Buffer, name: string): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw badArchive(name, `has a name that is not UTF-8: \`${bytes.toString('latin1').replace(/[^ -~]/g, '?')}\``);
  }
}

function isZero(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}
