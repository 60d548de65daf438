/** The world outside, as the engine sees it: small interfaces, implemented at the rim. */
import type { Digest } from './digest.ts';
import type { Facts } from './facts.ts';
import type { KernelSymbolsFile } from './kernel-facts.ts';
import type { Symbols } from './symbols.ts';
import type { Manifest } from './manifest.ts';
import type { ComponentName } from './name.ts';
import type { Version } from './version.ts';

/** Where components come from. Reads manifests and facts; never payloads. */
export interface Registry {
  /** For messages: `components/`, or an overlay's address. */
  readonly label: string;
  /** All component names, sorted. */
  names(): Promise<readonly ComponentName[]>;
  /** Those of which manifests and facts are read without asking anybody, sorted. */
  namesAtHand(): Promise<readonly ComponentName[]>;
  /** Who may offer a capability in some version, sorted: nobody who does is missing. */
  providers(capability: string): Promise<readonly ComponentName[]>;
  /** All versions of a component, oldest first; empty where the name is unknown. */
  versions(name: ComponentName): Promise<readonly Version[]>;
  /** What is said against versions of a component; of most nothing is. */
  notices(name: ComponentName): Promise<ReadonlyMap<Version, Notice>>;
  /** Throws `Failure` `not-found` where the version is unknown. */
  manifest(name: ComponentName, version: Version): Promise<Manifest>;
  /** The version's line, as `8.0`; empty where it is in none. */
  line(name: ComponentName, version: Version): Promise<string>;
  /** The same with facts and tree digest: read only for what was chosen. */
  component(name: ComponentName, version: Version): Promise<RegistryComponent>;
}

/** A yanked version is chosen only where a lock has it; a deprecated one last. */
export interface Notice {
  readonly kind: 'yanked' | 'deprecated';
  readonly reason: string;
}

export interface RegistryComponent {
  readonly manifest: Manifest;
  /** Missing where nothing was extracted: counted as unknown, never as a pass. */
  readonly facts: Facts | undefined;
  /** Reads symbols.json when it is called; missing where there is none. Throws `invalid-input`, `limit`, `io`. */
  readonly symbols?: () => Symbols;
  /**
   * Reads kernel-symbols.json when it is called; missing where there is none. Throws `wrong-facts` where it isn't the file
   * whose digest the facts name, `invalid-input`, `limit`, `io`.
   */
  readonly kernelSymbols?: () => KernelSymbolsFile;
  /** The digest of the component's canonical tree (package.json, facts.json and files/). */
  readonly tree: Digest;
  /** The component's line, as `8.0`. */
  readonly line: string;
  /** Where its `files/` lie. */
  readonly folder: string;
  /** For one that came over npm's protocol. */
  readonly origin?: Origin;
  /** Pins that differ from the published component, written by a refresh. */
  readonly refreshed?: readonly RefreshedPin[];
}

/** The package that a component came in, whichever address it had. */
export interface Origin {
  /** As npm names it: `@moby/redis@8.0.201`. */
  readonly package: string;
  /** The sha512 of its tarball, as npm writes it. */
  readonly integrity: string;
}

export interface RefreshedPin {
  readonly package: string;
  readonly from: string;
  readonly to: string;
  readonly sha256: string;
}

/**
 * Bytes by their sha256, and small results by a key. Safe under concurrent runs and kill -9: a file is written to a
 * temporary name, synced and renamed.
 */
export interface ContentStore {
  readonly folder: string;
  has(digest: Digest): Promise<boolean>;
  /** The path of a stored blob, for reading and copying; undefined where it is missing. */
  pathOf(digest: Digest): Promise<string | undefined>;
  /** The whole blob, its digest verified; undefined where it is missing. Throws `store-corrupt`. */
  read(digest: Digest): Promise<Uint8Array | undefined>;
  /** The path of a blob whose bytes have the digest (a file that did not change since is not read again). Throws `store-corrupt`. */
  verifiedPath(digest: Digest): Promise<string | undefined>;
  /** Copies a verified blob to a path, replacing what is there; false where the blob is missing. Throws `store-corrupt`. */
  copyTo(digest: Digest, path: string): Promise<boolean>;
  /** Stores bytes under the digest that they have. Throws `wrong-digest` (nothing is stored then) and `no-space`. */
  write(bytes: Uint8Array | AsyncIterable<Uint8Array>, options?: WriteOptions): Promise<StoredBlob>;
  /** A small JSON value kept under a namespace and key (for example which segment was made of which payload). */
  recall(namespace: string, key: string): Promise<unknown>;
  remember(namespace: string, key: string, value: unknown): Promise<void>;
  /** Reads every blob and compares; removes nothing. */
  verify(onBlob?: (blob: StoredBlob) => void): Promise<StoreVerdict>;
}

export interface WriteOptions {
  /** The digest that the bytes must have. */
  readonly expected?: Digest;
  /** The digest that the caller has computed of these very bytes: it is not computed again. */
  readonly computed?: Digest;
  /** Where it is known beforehand: for the message when the disk is full. */
  readonly sizeBytes?: number;
}

export interface StoredBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

export interface StoreVerdict {
  readonly blobs: number;
  readonly sizeBytes: number;
  /** Paths whose bytes do not have the digest that they are named by. */
  readonly corrupt: readonly string[];
  /** Left temporary files of killed processes. */
  readonly leftovers: readonly string[];
}

/** What a long step tells while it runs; the CLI's reporter draws it. */
export interface Progress {
  /** A step of the line begins or goes on; `done` and `total` in the unit. */
  step(update: {
    readonly step: string;
    readonly done?: number;
    readonly total?: number;
    readonly unit?: 'bytes' | 'items';
    readonly note?: string;
  }): void;
}
