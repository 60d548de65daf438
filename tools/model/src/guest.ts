/**
 * What the composer leaves in an image for an init, whatever its kind (schemas/guest.v1.schema.json): one file a field
 * below `/etc/moby`, readable by a shell. See docs/reference/guest-records.md for the folder layout.
 */
import type { ReadyProbe } from './manifest.ts';

export interface GuestRecord {
  /** `name version` of the assembly. */
  readonly assembly: string;
  /** The OCI runtime's program, absolute. */
  readonly runtime: string;
  /** Kernel modules in load order, absolute paths. */
  readonly modules: readonly string[];
  /** The memory that the machine should have, in MiB (2^20 bytes): the init warns where there is much less. */
  readonly memoryMegabytes?: number;
  /** The disk that holds trees: mounted before the first task. */
  readonly trees?: GuestTrees;
  readonly onboot: readonly GuestContainer[];
  readonly services: readonly GuestService[];
  readonly onshutdown: readonly GuestContainer[];
}

/** A read-only erofs image on a disk. */
export interface GuestTrees {
  /** The disk's serial number: disks are found by it, never by their order. */
  readonly serial: string;
  /** Where it is mounted, absolute; the trees of `lower` that lie below it are on the disk. */
  readonly folder: string;
}

export interface GuestContainer {
  readonly name: string;
  /** The OCI bundle's folder, with `config.json` and the empty mount point `rootfs`. */
  readonly bundle: string;
  /** Trees of the overlay root, leftmost on top, absolute; at least two, at most 64, at most 3,800 bytes joined by colons. */
  readonly lower: readonly string[];
  /** A layer in memory lies on top, for a root that must be writable. */
  readonly writable?: boolean;
}

export interface GuestService extends GuestContainer {
  readonly after: readonly string[];
  readonly restart: 'always' | 'on-failure' | 'no';
  readonly ready?: ReadyProbe;
}
