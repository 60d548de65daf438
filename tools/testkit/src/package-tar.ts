/** An entry of a package's tar, as freely as tests of readers need it: nothing is checked. */
export interface PackageTarEntry {
  /** As it is written into the header's name. */
  readonly path: string | Uint8Array;
  readonly prefix?: string;
  readonly content?: string | Uint8Array;
  /** The type flag: `0` a file. */
  readonly type?: string;
  readonly mode?: number;
  /** A link's target. */
  readonly target?: string;
  /** What the header says instead of the content's length. */
  readonly size?: string;
  /** Magic and version. */
  readonly magic?: string;
  /** Added to the right checksum. */
  readonly wrongBy?: number;
}

const blockBytes = 512;

/** A tar of POSIX's ustar, as npm writes the archive of a package. */
export function packageTar(entries: readonly PackageTarEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(blocksOf), Buffer.alloc(2 * blockBytes)]);
}

/** The entries of a real package: its files below `package/`, sorted. */
export function packageTarEntries(files: ReadonlyMap<string, string | Uint8Array>): readonly PackageTarEntry[] {
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, content]) => ({ path: `package/${path}`, content }));
}

/** An extended header of pax (type `x`, or `g` for all that follows) with these records in their order. */
export function paxHeader(records: readonly (readonly [string, string])[], type: 'x' | 'g' = 'x'): PackageTarEntry {
  return { path: 'PaxHeader/package', type, content: records.map(([key, value]) => record(key, value)).join('') };
}

function blocksOf(entry: PackageTarEntry): readonly Buffer[] {
  const content = Buffer.from(entry.content ?? '');
  const header = Buffer.alloc(blockBytes);
  header.set(Buffer.from(entry.path).subarray(0, 100), 0);
  header.write(`${(entry.mode ?? (entry.type === '5' ? 0o755 : 0o644)).toString(8).padStart(7, '0')}\0`, 100);
  header.write('0000000\0'.repeat(2), 108);
  header.write(entry.size ?? `${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('03412504400\0', 136);
  header.write('        ', 148);
  header.write(entry.type ?? '0', 156);
  header.write(entry.target ?? '', 157);
  header.write(entry.magic ?? 'ustar\u000000', 257, 'latin1');
  header.write(entry.prefix ?? '', 345);
  const sum = header.reduce((total, byte) => total + byte, entry.wrongBy ?? 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return [header, content, Buffer.alloc(-content.length & (blockBytes - 1))];
}

function record(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + 1;
  while (String(length).length + rest !== length) length = String(length).length + rest;
  return `${length} ${key}=${value}\n`;
}
