import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';

const frameMagic = 0xfd2fb528;
/** The next segment begins at a multiple of it: zeros may follow the last frame. */
const alignment = 4;

/**
 * What the frames of a segment unpack to. Node's own decoder stops after the first frame. Undefined where the bytes aren't
 * whole frames, or unpack to more than `mostBytes`.
 */
export async function unpackSegment(segment: Uint8Array, mostBytes: number): Promise<Uint8Array | undefined> {
  const bytes = Buffer.from(segment.buffer, segment.byteOffset, segment.length);
  const parts: Uint8Array[] = [];
  let left = mostBytes;
  for (let at = 0; at < bytes.length;) {
    if (bytes.length - at < alignment && bytes.subarray(at).every((byte) => byte === 0)) break;
    const length = frameLength(bytes.subarray(at));
    if (length === undefined) return undefined;
    try {
      const part = await promisify(zstdDecompress)(bytes.subarray(at, at + length), { maxOutputLength: Math.max(left, 1) });
      left -= part.length;
      parts.push(part);
    } catch {
      return undefined;
    }
    if (left < 0) return undefined;
    at += length;
  }
  return Buffer.concat(parts);
}

/** The bytes of the frame that begins here (RFC 8878, section 3.1.1); undefined where there is no whole one. */
function frameLength(bytes: Buffer): number | undefined {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== frameMagic) return undefined;
  const descriptor = bytes[4] ?? 0;
  const isSingle = (descriptor & 0x20) !== 0;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const checksumBytes = (descriptor & 4) === 0 ? 0 : 4;
  let at = 5 + (isSingle ? 0 : 1) + dictionaryBytes + sizeBytes;
  while (at + 3 <= bytes.length) {
    const header = bytes.readUIntLE(at, 3);
    const isRepeat = ((header >> 1) & 3) === 1;
    at += 3 + (isRepeat ? 1 : header >> 3);
    if ((header & 1) === 1) return at + checksumBytes <= bytes.length ? at + checksumBytes : undefined;
  }
  return undefined;
}
