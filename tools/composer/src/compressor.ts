import type { Compressor } from './lock/make-lock.ts';

/** zstd of this Node, at a level. */
export function compressorOf(level: number): Compressor {
  return { name: 'zstd', version: process.versions['zstd'] ?? 'unknown', level };
}
