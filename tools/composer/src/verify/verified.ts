import type { Digest } from '@moby/model';

/** One thing that was looked at, and what was found. */
export interface Verified {
  /** `initrd.img`, `payload of redis 8.0.6+r3 for linux/amd64`. */
  readonly what: string;
  /** What isn't here to be compared is `absent`, and never counts as fine. */
  readonly verdict: 'ok' | 'wrong' | 'absent';
  /** What it should have; undefined where nothing says so. */
  readonly digest?: Digest;
  /** For `wrong` and `absent`: a phrase. */
  readonly why?: string;
}
