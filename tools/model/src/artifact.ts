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
  /** Disks of the machine's own, which keep what is written to them. */
  readonly volumes?: readonly Volume[];
  readonly expect: readonly Expectation[];
  /** What a test adds to the machine; a run without a test has nothing of it. */
  readonly test?: TestSettings;
}

/** A disk that the machine can write, with the virtio serial `moby-NAME`. */
export interface Volume {
  /** At most 15 characters: a serial has 20. */
  readonly name: string;
  readonly sizeBytes: number;
}

export interface TestSettings {
  /** Appended to the kernel's command line. */
  readonly cmdline: string;
  /** Forwarded too; a host port of 0 takes a free one. */
  readonly ports: readonly { readonly host: number; readonly machine: number }[];
}

export interface ArtifactFile {
  /** Disks are images that the machine can only read. Files of tests are none of the machine's. */
  readonly role: 'kernel' | 'initrd' | 'disk' | 'test';
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

/** Judged in order; a reboot divides them. */
export type Expectation = SeenExpectation | ScriptExpectation | RebootExpectation;

/** What must be seen from outside. `port` is the machine's; times in ms; `send` and `receive` are the bytes as text (latin1). */
export type SeenExpectation =
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

/** A program for Node that prints TAP (node:test does), and passes when all of its points do. */
export interface ScriptExpectation {
  readonly kind: 'script';
  /** As the assembly names it. */
  readonly script: string;
  /** The artifact's file. */
  readonly file: string;
  /** Payloads of components as tars, which the script gets the paths of. */
  readonly payloads: readonly { readonly component: string; readonly file: string }[];
  /** From its start; it is ended then. */
  readonly withinMs: number;
}

/** The power button, then the same machine with the same volumes again. */
export interface RebootExpectation {
  readonly kind: 'reboot';
  /** Until all services are ready again, from the press of the button. */
  readonly withinMs: number;
}
