import { editDistance } from '@moby/model';

/** Whether at most `limit` edits lead from one text to the other. Left-out letters, doubled ones, swaps and flipped bits are one edit each. */
export function isWithinEdits(a: string, b: string, limit: number): boolean {
  return Math.abs(a.length - b.length) <= limit && editDistance(a, b) <= limit;
}
