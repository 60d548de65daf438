// The least that a cold build can cost: each package's data decompressed once, what is shipped compressed once. DEBS RAW OUT
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { decompress } from '@napi-rs/lzma/xz';

const [debs, raw, out] = process.argv.slice(2);
for (const name of readdirSync(debs).sort()) await decompress(dataOf(readFileSync(join(debs, name))));
writeFileSync(out, zstdCompressSync(readFileSync(raw), { params: { [constants.ZSTD_c_compressionLevel]: 3 } }));

/** The member data.tar.xz of a .deb, which is an ar archive (deb(5)). */
function dataOf(bytes) {
  for (let at = 8; at + 60 <= bytes.length;) {
    const name = String(bytes.subarray(at, at + 16));
    const size = Number(String(bytes.subarray(at + 48, at + 58)));
    if (name.indexOf('data.tar.xz') === 0) return bytes.subarray(at + 60, at + 60 + size);
    at += 60 + size + (size % 2);
  }
  throw new Error('no data.tar.xz');
}
