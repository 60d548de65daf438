import type { Digest, Origin, Platform, RefreshedPin } from '@moby/model';

/** assembly.lock.json (schemas/lockfile.v1.schema.json). All keys and lists sorted. */
export interface Lockfile {
  readonly lockfile: 1;
  readonly assembly: string;
  readonly inputs: Digest;
  readonly compressor: { readonly name: 'zstd'; readonly version: string; readonly level: number };
  readonly platforms: readonly Platform[];
  readonly components: Readonly<Record<string, LockedComponent>>;
  /** `machine` and the entries' names. */
  readonly roots: Readonly<Record<string, Readonly<Record<string, LockedChoice>>>>;
  readonly dropped?: readonly string[];
  readonly identities: Readonly<Record<string, { readonly uid: number; readonly gid: number }>>;
}

export interface LockedComponent {
  readonly tree: Digest;
  readonly payload: Readonly<Partial<Record<Platform, { readonly digest: Digest; readonly size: number }>>>;
  readonly refreshed?: readonly RefreshedPin[];
  /** For one that came over npm's protocol: which package it was, from whichever address. */
  readonly origin?: Origin;
}

export interface LockedChoice {
  readonly version: string;
  /** `who: need range`, sorted; `who` is empty for the assembly itself. */
  readonly meets: readonly string[];
}
