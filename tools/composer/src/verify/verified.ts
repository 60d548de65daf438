import type { Digest } from '@moby/model';

/** One thing that was looked at, and what was found. */
export interface Verified {
  /** `initrd.img`, `payload of redis 8.0.6+r3 for linux/amd64`, `registry signature of @moby/redis@8.0.603`. */
  readonly what: string;
  /** What isn't here to be compared is `absent`, and what nobody vouches for `unsigned`: neither counts as fine. */
  readonly verdict: 'ok' | 'wrong' | 'absent' | 'unsigned';
  /** What it should have; undefined where nothing says so. */
  readonly digest?: Digest;
  /** Who vouches for it, by the keyid. */
  readonly key?: string;
  /** A phrase; for a signature that holds, where its key is known from. */
  readonly why?: string;
}
