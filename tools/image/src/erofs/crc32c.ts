/** Castagnoli's polynomial, reflected. */
const polynomial = 0x82f6_3b78;

/**
 * CRC-32C as Linux's `crc32c(~0, …)` gives it, without the inversion at the end that iSCSI has: what erofs keeps of its first
 * block. A few thousand bytes, so bit by bit is fast enough.
 */
export function crc32c(bytes: Uint8Array): number {
  let sum = 0xffff_ffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum & 1) === 1 ? (sum >>> 1) ^ polynomial : sum >>> 1;
  }
  return sum >>> 0;
}
