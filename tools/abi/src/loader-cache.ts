const magic = 'glibc-ld.so.cache1.1';
const headerBytes = 48;
const entryBytes = 24;
const maxEntries = 100_000;
const maxPathBytes = 4096;

/**
 * /etc/ld.so.cache, as ld.so reads it (glibc sysdeps/generic/dl-cache.h, the format since 2.2): library → paths, in the cache's
 * order. Entries for special processors (`hwcap`) are left out. Empty for anything else, since the loader ignores it too.
 */
export function parseLoaderCache(bytes: Uint8Array): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const decoder = new TextDecoder('latin1');
  if (bytes.length < headerBytes || decoder.decode(bytes.subarray(0, magic.length)) !== magic) return found;
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // Its byte order is the machine's; a count in the wrong order is far over the bound.
  const littleEndian = data.getUint32(magic.length, true) <= maxEntries;
  const count = data.getUint32(magic.length, littleEndian);
  if (count > maxEntries || headerBytes + count * entryBytes > bytes.length) return found;
  const text = (offset: number): string | undefined => {
    if (offset >= bytes.length) return undefined;
    const window = bytes.subarray(offset, offset + maxPathBytes);
    const end = window.indexOf(0);
    return end < 0 ? undefined : decoder.decode(window.subarray(0, end));
  };
  for (let index = 0; index < count; index++) {
    const at = headerBytes + index * entryBytes;
    const [name, path] = [text(data.getUint32(at + 4, littleEndian)), text(data.getUint32(at + 8, littleEndian))];
    const isPlain = data.getUint32(at + 16, littleEndian) === 0 && data.getUint32(at + 20, littleEndian) === 0;
    if (name === undefined || path === undefined || !isPlain || !path.startsWith('/')) continue;
    const paths = found.get(name);
    if (paths === undefined) found.set(name, [path]);
    else paths.push(path);
  }
  return found;
}
