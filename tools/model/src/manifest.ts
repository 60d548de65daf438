import type { Digest } from './digest.ts';
import type { ComponentExpectation } from './expectation.ts';
import type { ComponentName } from './name.ts';
import type { Platform } from './platform.ts';
import type { Range, UpstreamMapping, Version } from './version.ts';

/**
 * A component's package.json, parsed: npm's own fields and the manifest under `component`.
 * `schemas/component.v1.schema.json` is the truth about the file.
 */
export interface Manifest {
  readonly name: ComponentName;
  /** npm's name with its scope, `@moby/redis`. */
  readonly npmName: string;
  readonly version: Version;
  readonly description: string;
  readonly kind: ComponentKind;
  readonly category: string;
  readonly upstream: { readonly version: string; readonly mapping: UpstreamMapping; readonly license: string; readonly homepage?: string };
  /** By hand and by the tool (`proven`), together. A provided value is an exact version or a window. */
  readonly provides: Readonly<Record<string, string>>;
  readonly requires: Readonly<Record<string, Requirement>>;
  readonly recommends: Readonly<Record<string, Requirement>>;
  readonly conflicts: Readonly<Record<string, Range>>;
  readonly exclusive: readonly string[];
  readonly kernel?: KernelNeeds;
  /** Programs that it expects on the PATH of its root. */
  readonly exec: readonly string[];
  /** Of them, those that are never started where the container has this argument: program → `--userland-proxy=false`. */
  readonly execUnless: Readonly<Record<string, string>>;
  readonly payload: Payload;
  readonly service?: ServiceDefaults;
  /** What `component test` judges. */
  readonly expect?: readonly ComponentExpectation[];
  /** For kind `runtime`: the OCI runtime's program in the machine's root. */
  readonly runtime?: { readonly program: string; readonly cgroup?: readonly CgroupMode[] };
  /** For kind `init`: the version of control groups that it mounts. */
  readonly init?: { readonly cgroup: CgroupMode };
}

/** What a component asks of the kernel. */
export interface KernelNeeds {
  /** Loaded when the machine starts. */
  readonly modules: readonly string[];
  readonly version?: Range;
  readonly config?: { readonly needs: readonly ConfigNeed[]; readonly wants: readonly ConfigNeed[] };
}

/** Options of the kernel's configuration that serve one purpose. */
export interface ConfigNeed {
  /** Alternatives, all options of one of which have to be on, built in or as a module; mostly there is one. */
  readonly anyOf: readonly (readonly ConfigOption[])[];
  /** What it is for, as a phrase: `published ports`. */
  readonly reason: string;
  /** The kernels that it is asked of; all where it is missing. */
  readonly kernel?: Range;
}

export interface ConfigOption {
  /** Without `CONFIG_`. */
  readonly option: string;
  /** The module that holds it where it is `=m`. */
  readonly module?: string;
}

/** Control groups: the unified hierarchy, one hierarchy a controller, or both. */
export type CgroupMode = 'v1' | 'v2' | 'hybrid';

export type ComponentKind = 'kernel' | 'init' | 'runtime' | 'library' | 'service' | 'task' | 'tool' | 'config';

export type RequirementPlace = 'root' | 'machine' | 'peer';

export interface Requirement {
  readonly range: Range;
  readonly in: RequirementPlace;
  /** The manifest says the place itself; else it follows from what is required. */
  readonly stated: boolean;
  /** The platforms that require it, where not all of the component's do. */
  readonly platforms?: readonly Platform[];
}

export interface Payload {
  /** The payload normal form (docs/reference/payload-form-1.md). */
  readonly form: 1;
  readonly platforms: Readonly<Partial<Record<Platform, PlatformPayload>>>;
}

export interface PlatformPayload {
  readonly sources: readonly Source[];
  /** Symbolic links that the component adds: path → target. Paths have no leading slash. */
  readonly links: Readonly<Record<string, string>>;
  /** Directories that the component adds: path → mode in octal, as `1777`. */
  readonly directories: Readonly<Record<string, string>>;
  /** Files made of kept files, which they take the place of: path → pattern. */
  readonly joins?: Readonly<Record<string, string>>;
  /** sha256 and size in bytes of the tar in normal form. */
  readonly digest: Digest;
  readonly size: number;
}

export type Source = DebSource | FilesSource;

/** A Debian package, pinned. */
export interface DebSource {
  readonly kind: 'deb';
  /** The binary package's name, as `linux-image-6.12.117+deb13-cloud-amd64`. */
  readonly package: string;
  /** Where the name carries a version: the metapackage whose dependency names it. */
  readonly follows?: string;
  /** The suite by its code name, as `trixie`; its updates and security archive belong to it. */
  readonly suite: string;
  /** Debian's version, with epoch and revision. */
  readonly version: string;
  readonly sha256: string;
  readonly size: number;
  /** The pool path, as `pool/main/r/redis/redis-tools_8.0.2-3_amd64.deb`. */
  readonly path: string;
  /** Debian's source package and version: what the notices list. */
  readonly source: string;
  readonly sourceVersion: string;
  /** What is kept: paths and patterns (`*` within a segment, `**` across), without a leading slash. */
  readonly keep: readonly string[];
  /** Its bytes are read for facts (a kernel's Module.symvers) and never are part of the payload, nor fetched for an image. */
  readonly factsOnly?: true;
}

/** The sources that a payload is made of. */
export function payloadSources(payload: PlatformPayload): readonly Source[] {
  return payload.sources.filter((source) => source.kind === 'files' || source.factsOnly !== true);
}

/** The packages that are read for facts alone. */
export function factsSources(payload: PlatformPayload): readonly DebSource[] {
  return payload.sources.flatMap((source) => (source.kind === 'deb' && source.factsOnly === true ? [source] : []));
}

/** Files of the component itself: all of `files/`, as they lie there. */
export interface FilesSource {
  readonly kind: 'files';
  /** Paths (patterns) that are executable in the payload; git keeps only one bit, a tarball of npm none. */
  readonly executable: readonly string[];
}

/** An OCI bundle's defaults, and how the service is run. */
export interface ServiceDefaults {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Numeric ids in the container; `name` is what passwd calls them. */
  readonly user: { readonly uid: number; readonly gid: number; readonly name: string };
  /** Linux capabilities with `CAP_`, none by default. */
  readonly capabilities: readonly string[];
  /** `machine` shares the machine's network namespace (the default), `none` has an empty one. */
  readonly network: 'machine' | 'none';
  readonly readonlyRoot: boolean;
  readonly noNewPrivileges: boolean;
  /** Confined by namespaces alone: an engine that makes containers of its own. It has no `capabilities`, `syscalls` to add. */
  readonly privileged: boolean;
  /** Writable places: a tmpfs each. */
  readonly tmpfs: readonly TmpfsMount[];
  /** Places of the machine that it sees. */
  readonly binds: readonly BindMount[];
  /** System calls allowed beyond the default allow-list. */
  readonly syscalls: readonly string[];
  readonly memoryBytes?: number;
  readonly pids?: number;
  /** TCP ports that it listens on. */
  readonly ports: readonly number[];
  readonly ready?: ReadyProbe;
  /** Which of `args`, counted from 0, names the disk that it mounts; missing where it mounts none. */
  readonly diskArgument?: number;
  readonly restart: 'always' | 'on-failure' | 'no';
  /** Service names that must be ready before this one starts. */
  readonly after: readonly string[];
}

export interface TmpfsMount {
  readonly path: string;
  readonly sizeBytes: number;
  /** Octal, as `0700`. */
  readonly mode: string;
}

export interface BindMount {
  readonly source: string;
  readonly path: string;
  readonly readonly: boolean;
  /** Whether mounts made below it later are seen here (`rslave`), or on both sides (`rshared`). */
  readonly propagation: Propagation;
}

/** mount_namespaces(7); the two that pass mounts on also bind what is mounted below already. */
export type Propagation = 'private' | 'rslave' | 'rshared';

/** How the init finds out that a service answers. Times in ms. */
export type ReadyProbe =
  | { readonly kind: 'tcp'; readonly port: number }
  | { readonly kind: 'http'; readonly port: number; readonly path: string }
  | { readonly kind: 'exec'; readonly args: readonly string[] }
  | { readonly kind: 'file'; readonly path: string };
