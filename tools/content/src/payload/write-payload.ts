import { createHash } from 'node:crypto';
import { type Digest, Failure, formatBytes, type PayloadEntry } from '@moby/model';
import { formatPaxRecord } from '../archive/pax-records.ts';
import { readTar } from '../archive/read-tar.ts';
import { digestOf } from '../store/write-blob.ts';
import { checkPayloadForm } from './check-payload-form.ts';

/** One file of a payload: what eleven octal digits hold would be 8 GiB, more than this program reads at once. */
export const maxPayloadBytes: number = 2 ** 31;

const blockBytes = 512;
/** The end of a tar: two blocks; and what fills a block up. */
const zeros = new Uint8Array(2 * blockBytes);
const nameBytes = 100;
const prefixBytes = 155;

export interface PayloadTar {
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
  /** The tar's bytes in order. It is never made as a whole: a kernel's would be a hundred megabytes beside its package. */
  pieces(): Iterable<Uint8Array>;
}

/** The tar of normal form 1 (docs/reference/payload-form-1.md, "The tar") of entries that are sorted and complete. */
export function writePayload(entries: readonly PayloadEntry[]): PayloadTar {
  const headers = entries.map(headersOf);
  let size = 2 * blockBytes;
  for (const [at, header] of headers.entries()) size += header.length + paddedSize(entries[at]);
  if (size > maxPayloadBytes)
    throw new Failure({ code: 'limit', message: `the payload has ${formatBytes(size)}; ${formatBytes(maxPayloadBytes)} are allowed` });
  const pieces = function* (): Generator<Uint8Array> {
    for (const [at, header] of headers.entries()) {
      yield header;
      const entry = entries[at];
      if (entry?.kind !== 'file') continue;
      yield entry.bytes;
      yield zeros.subarray(0, paddedSize(entry) - entry.bytes.length);
    }
    yield zeros;
  };
  const hash = createHash('sha256');
  for (const piece of pieces()) hash.update(piece);
  return { digest: digestOf(hash.digest('hex')), size, pieces };
}

/** The entries of a payload's tar; files' bytes are views into it. Throws `bad-archive`, also where they are not in normal form 1. */
export function readPayload(tar: Uint8Array): readonly PayloadEntry[] {
  const entries = readTar(tar, 'payload').map(({ path, kind, mode, target, bytes }): PayloadEntry => {
    switch (kind) {
      case 'file':
        return { kind, path, mode, bytes };
      case 'directory':
        return { kind, path, mode };
      case 'symlink':
        return { kind, path, mode, target };
      case 'hard-link':
      case 'device':
      case 'fifo':
        throw new Failure({ code: 'bad-archive', message: `\`payload\` has a ${kind} at \`${path}\`, which normal form 1 does not know` });
    }
  });
  checkPayloadForm(entries);
  return entries;
}

function paddedSize(entry: PayloadEntry | undefined): number {
  return entry?.kind === 'file' ? Math.ceil(entry.bytes.length / blockBytes) * blockBytes : 0;
}

/** The entry's header block, after a pax header where path or target don't fit. */
function headersOf(entry: PayloadEntry): Buffer {
  const path = Buffer.from(entry.path);
  const target = Buffer.from(entry.kind === 'symlink' ? entry.target : '');
  const split = splitPath(path);
  const records: Buffer[] = [];
  if (target.length > nameBytes) records.push(formatPaxRecord('linkpath', target.toString()));
  if (split === undefined) records.push(formatPaxRecord('path', entry.path));
  const header = block({
    name: split?.name ?? path.subarray(0, nameBytes),
    prefix: split?.prefix ?? Buffer.alloc(0),
    mode: entry.mode,
    size: entry.kind === 'file' ? entry.bytes.length : 0,
    type: { file: '0', symlink: '2', directory: '5' }[entry.kind],
    target: target.subarray(0, nameBytes),
  });
  if (records.length === 0) return header;
  const content = Buffer.concat(records);
  const pax = block({
    name: Buffer.from('././@PaxHeader'),
    prefix: Buffer.alloc(0),
    mode: 0o644,
    size: content.length,
    type: 'x',
    target: Buffer.alloc(0),
  });
  const padding = Buffer.alloc(Math.ceil(content.length / blockBytes) * blockBytes - content.length);
  return Buffer.concat([pax, content, padding, header]);
}

/** At the first slash that leaves a name that fits; undefined where there is none with a prefix that fits. */
function splitPath(path: Buffer): { readonly name: Buffer; readonly prefix: Buffer } | undefined {
  if (path.length <= nameBytes) return { name: path, prefix: Buffer.alloc(0) };
  const slash = path.indexOf(0x2f, path.length - nameBytes - 1);
  return slash < 0 || slash > prefixBytes ? undefined : { name: path.subarray(slash + 1), prefix: path.subarray(0, slash) };
}

function block(fields: {
  readonly name: Buffer;
  readonly prefix: Buffer;
  readonly mode: number;
  readonly size: number;
  readonly type: string;
  readonly target: Buffer;
}): Buffer {
  const header = Buffer.alloc(blockBytes);
  const octal = (value: number, at: number, digits: number): void => {
    header.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1');
  };
  header.set(fields.name, 0);
  octal(fields.mode, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(fields.size, 124, 11);
  octal(0, 136, 11);
  header.fill(0x20, 148, 156);
  header.write(fields.type, 156, 'latin1');
  header.set(fields.target, 157);
  header.write('ustar\x0000', 257, 'latin1');
  octal(0, 329, 7);
  octal(0, 337, 7);
  header.set(fields.prefix, 345);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
    'latin1',
  );
  return header;
}
