/** ECMA-182, reflected, as xz uses it (xz file format 1.2, section 6). */
const polynomialLow = 0xd787_0f42;
const polynomialHigh = 0xc96c_5795;

/** `tables[k]` moves a byte over k more bytes of zeros: eight bytes take one step. Low and high halves, as JavaScript's integers have 32 bits. */
const lows = new Int32Array(8 * 256);
const highs = new Int32Array(8 * 256);
for (let byte = 0; byte < 256; byte += 1) {
  let low = byte;
  let high = 0;
  for (let bit = 0; bit < 8; bit += 1) {
    const carry = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (carry === 1) {
      low ^= polynomialLow;
      high ^= polynomialHigh;
    }
  }
  lows[byte] = low;
  highs[byte] = high;
}
for (let slot = 256; slot < 8 * 256; slot += 1) {
  const low = lows[slot - 256] ?? 0;
  const high = highs[slot - 256] ?? 0;
  const through = low & 0xff;
  lows[slot] = ((low >>> 8) | (high << 24)) ^ (lows[through] ?? 0);
  highs[slot] = (high >>> 8) ^ (highs[through] ?? 0);
}

/** The CRC-64 of some bytes, as the eight bytes that a file has for it: the low half first, each little-endian. */
export function crc64(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const whole = bytes.length - (bytes.length % 8);
  let low = -1;
  let high = -1;
  let at = 0;
  for (; at < whole; at += 8) {
    const a = low ^ view.getInt32(at, true);
    const b = high ^ view.getInt32(at + 4, true);
    low =
      (lows[1792 + (a & 0xff)] ?? 0) ^
      (lows[1536 + ((a >>> 8) & 0xff)] ?? 0) ^
      (lows[1280 + ((a >>> 16) & 0xff)] ?? 0) ^
      (lows[1024 + (a >>> 24)] ?? 0) ^
      (lows[768 + (b & 0xff)] ?? 0) ^
      (lows[512 + ((b >>> 8) & 0xff)] ?? 0) ^
      (lows[256 + ((b >>> 16) & 0xff)] ?? 0) ^
      (lows[b >>> 24] ?? 0);
    high =
      (highs[1792 + (a & 0xff)] ?? 0) ^
      (highs[1536 + ((a >>> 8) & 0xff)] ?? 0) ^
      (highs[1280 + ((a >>> 16) & 0xff)] ?? 0) ^
      (highs[1024 + (a >>> 24)] ?? 0) ^
      (highs[768 + (b & 0xff)] ?? 0) ^
      (highs[512 + ((b >>> 8) & 0xff)] ?? 0) ^
      (highs[256 + ((b >>> 16) & 0xff)] ?? 0) ^
      (highs[b >>> 24] ?? 0);
  }
  for (; at < bytes.length; at += 1) {
    const slot = (low ^ (bytes[at] ?? 0)) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ (lows[slot] ?? 0);
    high = (high >>> 8) ^ (highs[slot] ?? 0);
  }
  const sum = Buffer.alloc(8);
  sum.writeInt32LE(~low, 0);
  sum.writeInt32LE(~high, 4);
  return sum;
}
