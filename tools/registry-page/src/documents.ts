/** What the page reads: the shapes of its JSON documents. All texts are plain; what a manifest says may be anything. */
import type { ComponentKind, RequirementPlace } from '@moby/model';
import type { Evidence } from '@moby/abi';

/** `-/web/data/index.json`: what is searched. */
export interface IndexDocument {
  readonly page: 1;
  /** What the registry calls itself. */
  readonly registry: string;
  readonly folders: readonly string[];
  /** Sorted by name. */
  readonly components: readonly IndexEntry[];
}

export interface IndexEntry {
  readonly name: string;
  readonly description: string;
  readonly kind: ComponentKind;
  readonly category: string;
  /** Newest first; the first one's newest version is `version`. */
  readonly lines: readonly string[];
  readonly version: string;
  readonly lifecycle?: string;
  /** When the newest release came, as `2026-11-29`. */
  readonly published?: string;
  /** Capabilities of any of its lines. */
  readonly offers: readonly string[];
  /** Index of a folder in `folders`, then the names of files in it, separated by `/`, which no name has. */
  readonly files: readonly (readonly [folder: number, names: string])[];
  /** The lists are longer than what stands here. */
  readonly cut?: true;
}

/** `-/web/data/components/NAME.json`. */
export interface ComponentDocument {
  readonly page: 1;
  readonly name: string;
  readonly npmName: string;
  readonly description: string;
  readonly kind: ComponentKind;
  readonly category: string;
  readonly lifecycle?: string;
  /** What to use in its place. */
  readonly successor?: string;
  readonly maintainers: readonly Maintainer[];
  /** Newest first. */
  readonly lines: readonly LineDocument[];
  readonly dependents: Listed<Dependent>;
  /** Those that don't fit everywhere first, then by name. */
  readonly matrices: Listed<MatrixDocument>;
  /** Versions that the registry has and that can't be read. */
  readonly unreadable: readonly string[];
}

/** A list with a bound, and how many it leaves out. */
export interface Listed<Item> {
  readonly items: readonly Item[];
  readonly more: number;
}

export interface Maintainer {
  readonly name: string;
  readonly github?: string;
  readonly email?: string;
}

export interface LineDocument {
  readonly line: string;
  readonly version: string;
  /** npm's name and version, `@moby/redis@8.0.201`. */
  readonly npm: string;
  readonly published?: string;
  /** Why nobody should begin to use it, as `yanked: it loses data`; of its newest version. */
  readonly deprecated?: string;
  readonly tags: readonly string[];
  /** All of the line, newest first. */
  readonly versions: Listed<VersionDocument>;
  readonly upstream: { readonly version: string; readonly license: string; readonly homepage?: string };
  readonly platforms: readonly PlatformDocument[];
  readonly provides: Listed<Offer>;
  readonly requires: Listed<Need>;
  readonly recommends: Listed<Need>;
  readonly conflicts: Listed<{ readonly what: string; readonly range: string }>;
  readonly exclusive: readonly string[];
  /** What it may do, the most dangerous first. */
  readonly privileges: readonly Privilege[];
  readonly service?: ServiceDocument;
  readonly kernel?: KernelDocument;
  readonly programs: Listed<FileDocument>;
  readonly libraries: Listed<FileDocument>;
  readonly configurations: Listed<FileDocument>;
  /** Kernel modules in it. */
  readonly modules: number;
  /** Whether its bytes were read: without facts there are no files here. */
  readonly hasFacts: boolean;
}

export interface VersionDocument {
  readonly version: string;
  readonly tags: readonly string[];
  readonly published?: string;
  readonly deprecated?: string;
}

export interface PlatformDocument {
  readonly platform: string;
  readonly digest: string;
  /** The tar in normal form. */
  readonly sizeBytes: number;
  readonly sources: readonly string[];
  /** What is downloaded of packages to derive it. */
  readonly downloadBytes: number;
}

export interface Offer {
  readonly what: string;
  readonly version: string;
  /** Symbol versions of a library: `GLIBC 2.41.0`. */
  readonly nodes: readonly string[];
  readonly neededBy: Listed<string>;
}

export interface Need {
  readonly what: string;
  readonly range: string;
  /** Symbol versions of a library: `GLIBC >=2.38.0`. */
  readonly nodes: readonly string[];
  readonly in: RequirementPlace;
  /** Where not all of the component's platforms need it. */
  readonly platforms?: readonly string[];
  /** Who offers it, with the lines that do. */
  readonly by: readonly { readonly name: string; readonly lines: readonly string[] }[];
}

export interface Dependent {
  readonly name: string;
  readonly kind: ComponentKind;
  readonly lines: readonly string[];
  readonly how: 'requires' | 'recommends';
  /** What of the component they ask for. */
  readonly what: readonly string[];
}

/** How far somebody gets who takes a component's processes over: the machine, beyond its container, not out of it. */
export type Reach = 'machine' | 'beyond' | 'inside';

export interface Privilege {
  readonly reach: Reach;
  readonly what: string;
  readonly why: string;
}

export interface ServiceDocument {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: readonly string[];
  readonly user: string;
  readonly ports: readonly number[];
  readonly ready?: string;
  readonly restart: string;
  readonly after: readonly string[];
  readonly memoryBytes?: number;
  readonly processes?: number;
  /** Places that it may write and that are gone when it ends. */
  readonly scratch: readonly string[];
}

export interface KernelDocument {
  readonly version?: string;
  readonly modules: readonly string[];
  readonly needs: readonly KernelNeed[];
  readonly wants: readonly KernelNeed[];
}

export interface KernelNeed {
  readonly reason: string;
  /** `VETH and BRIDGE`; alternatives with `or`. */
  readonly options: string;
  /** The kernels that it is asked of. */
  readonly kernel?: string;
}

export interface FileDocument {
  readonly path: string;
  /** Of a link: where it leads. */
  readonly to?: string;
}

/** The lines of a component (rows) with those of a neighbour (columns). */
export interface MatrixDocument {
  readonly neighbour: string;
  /** Whether the component asks for the neighbour, the neighbour for it, or each for the other. */
  readonly asks: 'own' | 'other' | 'both';
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly cells: readonly (readonly CellDocument[])[];
}

/** `care`: it starts, but something is amiss. `none`: no rule finds anything that the two need of each other. */
export type Fit = 'fits' | 'care' | 'unknown' | 'misfit' | 'none';

export interface CellDocument {
  readonly fit: Fit;
  /** What it stands on; the weakest of what was looked at. */
  readonly evidence: Evidence;
  /** Needs between the two that were judged. */
  readonly judged: number;
  readonly reasons: readonly string[];
  /** Further reasons. */
  readonly more: number;
}
