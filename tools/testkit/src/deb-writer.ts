import { gzipSync, zstdCompressSync } from 'node:zlib';

/** One entry of a tar, as freely as tests of readers need it: nothing is checked. */
export interface TarInput {
  readonly path: string;
  readonly kind?: 'file' | 'directory' | 'symlink' | 'hard-link' | 'device' | 'fifo';
  readonly mode?: number;
  readonly content?: string | Uint8Array;
  readonly target?: string;
  /** How a name that is too long for 100 bytes is written. */
  readonly longNames?: 'gnu' | 'pax';
}

export interface DebInput {
  readonly package: string;
  readonly version: string;
  readonly architecture?: string;
  readonly depends?: string;
  /** As in a control file: `redis` or `redis (5:8.0.2-3)`. */
  readonly source?: string;
  /** Parents are not added; paths get a leading `./`, unless they begin with a slash. */
  readonly files?: readonly TarInput[];
  /** Further fields of the control file, and other ones in place of the writer's own. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Further files of the control archive, as `postinst`. */
  readonly control?: Readonly<Record<string, string>>;
  readonly compression?: DebCompression;
}

export type DebCompression = 'xz' | 'zst' | 'gz' | 'none';

const typeFlags = { file: '0', 'hard-link': '1', symlink: '2', device: '3', directory: '5', fifo: '6' } as const;

/** A real .deb (deb(5)): ar with debian-binary, control.tar and data.tar. */
export async function writeDeb(input: DebInput): Promise<Buffer> {
  const compression = input.compression ?? 'xz';
  const scripts = Object.entries(input.control ?? {}).map(([path, content]): TarInput => ({ path, content, mode: 0o755 }));
  const control = writeTar([{ path: 'control', content: controlText(input) }, ...scripts]);
  const data = writeTar(input.files ?? defaultFiles(input));
  const ending = compression === 'none' ? '' : `.${compression}`;
  return writeAr([
    ['debian-binary', Buffer.from('2.0\n')],
    [`control.tar${ending}`, await compressed(control, compression)],
    [`data.tar${ending}`, await compressed(data, compression)],
  ]);
}

/** The control file's stanza, without the fields that a Packages index adds. */
export function controlText(input: DebInput): string {
  const fields = {
    Package: input.package,
    Source: input.source,
    Version: input.version,
    Architecture: input.architecture ?? 'amd64',
    Maintainer: 'Test Kit <testkit@example.org>',
    Depends: input.depends,
    Description: `test package ${input.package}\n made for tests`,
    ...input.fields,
  };
  return Object.entries(fields)
    .map(([key, value]) => (value === undefined ? '' : `${key}: ${value}\n`))
    .join('');
}

function defaultFiles(input: DebInput): readonly TarInput[] {
  const folder = `usr/share/doc/${input.package}`;
  const parents = ['usr', 'usr/share', 'usr/share/doc', folder];
  return [
    ...parents.map((path): TarInput => ({ path, kind: 'directory' })),
    { path: `${folder}/copyright`, content: `copyright of ${input.package}\n` },
  ];
}

export async function compressed(bytes: Buffer, compression: DebCompression): Promise<Buffer> {
  switch (compression) {
    case 'xz':
      return await (await import('@napi-rs/lzma/xz')).compress(bytes);
    case 'zst':
      return zstdCompressSync(bytes);
    case 'gz':
      return gzipSync(bytes);
    case 'none':
      return bytes;
  }
}

export function writeAr(members: readonly (readonly [string, Uint8Array])[]): Buffer {
  const parts: Uint8Array[] = [Buffer.from('!<arch>\n')];
  for (const [name, bytes] of members) {
    const fields = [name.padEnd(16), '0'.padEnd(12), '0'.padEnd(6), '0'.padEnd(6), '100644'.padEnd(8), String(bytes.length).padEnd(10)];
    parts.push(Buffer.from(`${fields.join('')}\`\n`, 'latin1'), bytes);
    if (bytes.length % 2 === 1) parts.push(Buffer.from('\n'));
  }
  return Buffer.concat(parts);
}

/** A tar with GNU's or pax's long names and padding to 10,240 bytes, as dpkg-deb's tars have it. */
export function writeTar(entries: readonly TarInput[]): Buffer {
  const parts: Buffer[] = [];
  for (const entry of entries) parts.push(...entryBlocks(entry));
  parts.push(Buffer.alloc(1024));
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  parts.push(Buffer.alloc(Math.ceil(size / 10_240) * 10_240 - size));
  return Buffer.concat(parts);
}

function entryBlocks(entry: TarInput): Buffer[] {
  const kind = entry.kind ?? 'file';
  const path = `${entry.path.startsWith('/') ? '' : './'}${entry.path}${kind === 'directory' ? '/' : ''}`;
  const linkPrefix = kind === 'hard-link' && !(entry.target ?? '').startsWith('/') ? './' : '';
  const target = entry.target === undefined ? '' : `${linkPrefix}${entry.target}`;
  const content = kind === 'file' ? Buffer.from(entry.content ?? '') : Buffer.alloc(0);
  const blocks: Buffer[] = [];
  const isLong = (text: string): boolean => Buffer.byteLength(text) > 100;
  if (entry.longNames === 'pax') {
    const records = [isLong(path) ? paxRecord('path', path) : '', isLong(target) ? paxRecord('linkpath', target) : ''].join('');
    if (records !== '') blocks.push(...withContent({ path: './pax', type: 'x', mode: 0o644, target: '' }, Buffer.from(records)));
  } else {
    if (isLong(path)) blocks.push(...withContent({ path: '././@LongLink', type: 'L', mode: 0, target: '' }, Buffer.from(`${path}\0`)));
    if (isLong(target)) blocks.push(...withContent({ path: '././@LongLink', type: 'K', mode: 0, target: '' }, Buffer.from(`${target}\0`)));
  }
  const mode = entry.mode ?? (kind === 'directory' ? 0o755 : 0o644);
  blocks.push(...withContent({ path, type: typeFlags[kind], mode, target }, content));
  return blocks;
}

function withContent(
  fields: { readonly path: string; readonly type: string; readonly mode: number; readonly target: string },
  content: Buffer,
): Buffer[] {
  const header = Buffer.alloc(512);
  header.set(Buffer.from(fields.path).subarray(0, 100), 0);
  header.write(`${fields.mode.toString(8).padStart(7, '0')}\0`, 100);
  header.write('0000000\0'.repeat(2), 108);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('14371573100\0', 136);
  header.write('        ', 148);
  header.write(fields.type, 156);
  header.set(Buffer.from(fields.target).subarray(0, 100), 157);
  header.write('ustar  \0', 257);
  header.write('root', 265);
  header.write('root', 297);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return [header, content, Buffer.alloc(Math.ceil(content.length / 512) * 512 - content.length)];
}

function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + 1;
  while (String(length).length + rest !== length) length = String(length).length + rest;
  return `${length} ${key}=${value}\n`;
}
