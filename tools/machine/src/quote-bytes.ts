const maxShownBytes = 120;

/** Bytes as text in double quotes, ASCII as it stands, the rest escaped as in YAML's double quotes; cut with the count. */
export function quoteBytes(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes.subarray(0, maxShownBytes)) text += escapes.get(byte) ?? plainOrHex(byte);
  return bytes.length > maxShownBytes ? `"${text}" … (${bytes.length} bytes)` : `"${text}"`;
}

const escapes: ReadonlyMap<number, string> = new Map([
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x22, '\\"'],
  [0x5c, '\\\\'],
]);

function plainOrHex(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
}
