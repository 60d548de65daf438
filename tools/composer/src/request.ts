import type { Artifact, Diagnostic, Digest, Layout, Platform, Progress } from '@moby/model';
import type { RegistryPlaces } from '@moby/registry';
import type { ArtifactTexts } from './build/write-artifact.ts';
import type { Assembly } from './parse/assembly.ts';
import type { Lockfile } from './lock/lockfile.ts';
import type { Resolution } from './resolve/resolution.ts';
import type { Verdict } from './check/verdict.ts';

/** How far the lock and the network may be touched, as in cargo. */
export interface LockPolicy {
  /** The lock may not change. */
  readonly locked: boolean;
  /** No network. */
  readonly offline: boolean;
}

/** What somebody asks for on the command line, beside the assembly itself. */
export interface Variation {
  readonly with: readonly string[];
  readonly without: readonly string[];
  /** `A=B`. */
  readonly replace: readonly string[];
  /** In place of the assembly's. */
  readonly layout?: Layout;
}

/** The world that the line works in; the CLI makes it. */
export interface Surroundings {
  /** The folder that holds `assemblies/`, and `components/` where no registry stands in for them; undefined outside of a library. */
  readonly library: string | undefined;
  /** Further component folders (`--components`), nearest first. */
  readonly componentFolders: readonly string[];
  /** In place of the library's components (`--registry`). */
  readonly registries: RegistryPlaces | undefined;
  readonly currentFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `--debian-mirror`. */
  readonly debianMirror: string | undefined;
  /** `--blob-mirror` and `--plain-http`. */
  readonly blobMirrors: { readonly addresses: readonly string[]; readonly plainHttp: boolean };
  /** The clock, for the validity of signed indexes alone; nothing of it reaches an output. */
  readonly now: () => Date;
  readonly progress: Progress;
  /** Warnings as they come up (a refreshed pin, an expired index). */
  readonly warn: (finding: Diagnostic) => void;
  readonly signal: AbortSignal;
}

export interface ComposeRequest {
  /** A name below assemblies/, a folder, or a file. */
  readonly assembly: string;
  readonly platform: Platform;
  readonly variation: Variation;
  readonly policy: LockPolicy;
  /** Where the artifact goes; by default `out/<name>/<platform>` under the library or the current folder. */
  readonly out: string | undefined;
  readonly level: number;
}

/** What each station of the line gave. */
export interface Composed {
  readonly assembly: Assembly;
  readonly resolution: Resolution;
  readonly verdict: Verdict;
  readonly lock: Lockfile;
  readonly lockFile: string;
  /** `written`, `unchanged`, or `left alone` (a variation). */
  readonly lockState: 'written' | 'unchanged' | 'left alone';
  readonly artifact: Artifact;
  readonly folder: string;
  readonly unchanged: boolean;
  readonly made: Made;
}

/** What the artifact was made of, and what was read for it. */
export interface Made {
  readonly kernel: Digest;
  /** The blobs that the initrd is the concatenation of. */
  readonly initrd: readonly Digest[];
  /** The blobs that the disk of trees is the concatenation of; none where there is no such disk. */
  readonly disk: readonly Digest[];
  readonly texts: ArtifactTexts;
  /** Debian packages of the chosen components. */
  readonly packages: number;
  /** What the step `check` has said. */
  readonly checked: string;
  /** Every file that was read or looked for to parse the assembly. */
  readonly read: readonly string[];
}
