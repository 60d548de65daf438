import type { CheckSummary, Edge } from '@moby/abi';
import type { Manifest, Platform } from '@moby/model';
import type { Lockfile } from '../lock/lockfile.ts';
import type { Assembly } from '../parse/assembly.ts';

/** One state of an assembly: its lock, and what is known round it. */
export interface Snapshot {
  /** `redis-os 1.0.0, as locked`. */
  readonly title: string;
  readonly platform: Platform;
  readonly lock: Lockfile;
  /** `name@version` → its manifest; undefined where the library has another tree of it, or none. */
  readonly manifests: ReadonlyMap<string, Manifest | undefined>;
  /** Missing where nobody knows which assembly the lock is of. */
  readonly assembly?: Assembly;
  /** The assembly is another than the lock was written for: what it gave by itself then isn't known. */
  readonly assemblyDiffers: boolean;
  /** Missing where a component or the assembly isn't known. */
  readonly verdict?: SnapshotVerdict;
  /** What an artifact of just these components has, in bytes. */
  readonly artifactBytes?: number;
}

export interface SnapshotVerdict {
  readonly counts: CheckSummary['counts'];
  /** All but `ok` and `info`. */
  readonly edges: readonly Edge[];
}
