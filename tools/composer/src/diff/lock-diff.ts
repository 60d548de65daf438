import type { Verdict } from '@moby/abi';
import type { Diagnostic, Platform } from '@moby/model';

/** What is different between two states of an assembly. All lists sorted. */
export interface LockDiff {
  readonly old: string;
  readonly new: string;
  readonly platform: Platform;
  readonly components: readonly ComponentChange[];
  readonly size: SizeChange;
  readonly privileges: Granted;
  readonly ports: Granted;
  readonly verdicts: {
    /** Missing where a component of that side is not in the library, or its assembly is not known. */
    readonly before?: Counts;
    readonly after?: Counts;
    /** Of what doesn't fit now and did, or was not there: verdict, rule, sentence, root. */
    readonly worse: readonly string[];
    readonly better: readonly string[];
  };
  /** `name@version` of either side that isn't in the library as it was locked: of these only versions and sizes are told. */
  readonly unknown: readonly string[];
  /** A lock was written for another state of its assembly: which ports and capabilities that gave is not known, and not compared. */
  readonly assemblyDiffers: boolean;
  readonly differs: boolean;
}

/** With why the new state is refused; empty where it isn't. */
export interface JudgedDiff extends LockDiff {
  readonly refusals: readonly Diagnostic[];
}

type Counts = Readonly<Record<Verdict, number>>;

export interface ComponentChange {
  readonly name: string;
  /** `changed` has the same version in another tree; `moved` stands in other roots. */
  readonly change: 'upgrade' | 'downgrade' | 'new' | 'gone' | 'changed' | 'moved';
  /** Several where roots have different ones, oldest first. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** The roots that it stands in now, or stood in. */
  readonly roots: readonly string[];
  readonly payloadBytes: { readonly before: number; readonly after: number };
  /** What it offers by hand and offers in another version now, itself or in the place of what is gone. */
  readonly capabilities: readonly { readonly name: string; readonly before?: string; readonly after?: string }[];
}

export interface SizeChange {
  /** All payloads of the platform, unpacked: in bytes. */
  readonly payload: { readonly before: number; readonly after: number };
  /** Kernel and initrd as compressed; known once an artifact of these very components was made. */
  readonly artifact: { readonly before?: number; readonly after?: number };
  readonly budgetBytes?: number;
}

/** What a container may do, or is reached by: `redis: CAP_NET_ADMIN`, `redis: 6379 → 6379`. */
export interface Granted {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}
