/**
 * The first `count` strings of RFC 4251, section 5: each its length in four bytes, and so many bytes. Undefined where the bytes end
 * before that.
 */
export function readStrings(bytes: Buffer, count: number): { readonly strings: readonly Buffer[]; readonly rest: Buffer } | undefined {
  const strings: Buffer[] = [];
  let at = 0;
  while (strings.length < count) {
    if (at + 4 > bytes.length) return undefined;
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) return undefined;
    strings.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return { strings, rest: bytes.subarray(at) };
}

export function writeString(bytes: Uint8Array | string): Buffer {
  const content = Buffer.from(bytes);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

/** A number of RFC 4251 without the zeros before it; undefined where it is negative. */
export function positive(mpint: Buffer): Buffer | undefined {
  if (((mpint[0] ?? 0) & 0x80) !== 0) return undefined;
  const start = mpint.findIndex((byte) => byte !== 0);
  return start < 0 ? Buffer.alloc(0) : mpint.subarray(start);
}

/** With zeros before it, up to `size` bytes; undefined where it has more. */
export function padded(number: Buffer, size: number): Buffer | undefined {
  return number.length > size ? undefined : Buffer.concat([Buffer.alloc(size - number.length), number]);
}

/** Base64 without anything that isn't; undefined otherwise. */
export function strictBase64(text: string): Buffer | undefined {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}
