import type { Digest } from './digest.ts';
import type { Platform } from './platform.ts';

/** `artifact.json`, beside the files that it describes: all that booting and judging needs to know. */
export interface Artifact {
  readonly artifact: 1;
  readonly name: string;
  readonly version: string;
  readonly platform: Platform;
  /** The kernel's `uname -r`. */
  readonly kernelRelease: string;
  readonly cmdline: string;
  readonly files: readonly ArtifactFile[];
  /** What the initrd is a concatenation of, in order. */
  readonly segments: readonly ArtifactSegment[];
  /** The sum of the files' sizes, disks too, and what the assembly allows, in bytes. */
  readonly sizeBytes: number;
  readonly budgetBytes?: number;
  /** The machine's memory: what `budget.memory` says or what was computed, and the least it boots with. */
  readonly memoryBytes: number;
  readonly leastMemoryBytes: number;
  /** Published ports: host → machine, with the service they lead to. */
  readonly ports: readonly PortMapping[];
  readonly services: readonly ArtifactService[];
  readonly expect: readonly Expectation[];
}

export interface ArtifactFile {
  /** Disks are images that the machine can only read. */
  readonly role: 'kernel' | 'initrd' | 'disk';
  readonly name: string;
  /** Of a disk: the serial number that the machine finds it by, at most 20 characters. */
  readonly serial?: string;
  readonly sizeBytes: number;
  readonly digest: Digest;
}

export interface ArtifactSegment {
  /** A component with its version, `modules`, `generated` or `sentinel`. */
  readonly label: string;
  /** Of the uncompressed cpio: its identity. */
  readonly digest: Digest;
  readonly unpackedBytes: number;
  readonly sizeBytes: number;
}

export interface PortMapping {
  readonly host: number;
  readonly machine: number;
  readonly service: string;
}

export interface ArtifactService {
  readonly name: string;
  /** A probe exists, so the console will say `ready`. */
  readonly hasProbe: boolean;
}

/** What must be seen from outside. `port` is the machine's; times in ms; `send` and `receive` are the bytes as text (latin1). */
export type Expectation =
  | { readonly kind: 'tcp'; readonly port: number; readonly send?: string; readonly receive: string; readonly withinMs: number }
  | {
      readonly kind: 'http';
      readonly port: number;
      readonly path: string;
      readonly status: number;
      readonly body?: string;
      readonly withinMs: number;
    }
  | { readonly kind: 'console'; readonly contains: string; readonly withinMs: number };
