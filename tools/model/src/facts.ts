import type { Digest } from './digest.ts';
import type { GoFacts } from './go-facts.ts';
import type { AddedModule, KernelFacts } from './kernel-facts.ts';
import type { Platform } from './platform.ts';

/** facts.json: what was read from a component's payload, a platform at a time; never written by hand. */
export interface Facts {
  readonly facts: 1;
  readonly platforms: Readonly<Partial<Record<Platform, PlatformFacts>>>;
}

/** All lists sorted by path (code units); paths are absolute in the component's tree, canonical (`/usr/lib/...`). */
export interface PlatformFacts {
  /** The payload that was read. */
  readonly payload: Digest;
  /** The uncompressed size of all regular files, in bytes. */
  readonly unpackedBytes: number;
  readonly elf: readonly ElfFacts[];
  /** Regular files with an execute bit: what can stand on a PATH. */
  readonly programs: readonly string[];
  /** Programs that begin with `#!`, path → interpreter as it stands there. */
  readonly scripts?: Readonly<Record<string, string>>;
  /** Symbolic links, path → target as it stands in the tree. */
  readonly links: Readonly<Record<string, string>>;
  readonly kernel?: KernelFacts;
  /** Kernel modules of a component that isn't the kernel, by name with `-` written as `_`. */
  readonly modules?: Readonly<Record<string, AddedModule>>;
  /** Configuration files with a version of their own, by path. */
  readonly configs?: Readonly<Record<string, ConfigFacts>>;
}

/** What a configuration file says of its version; `versions` is empty where it can't be read. */
export type ConfigFacts =
  /** containerd's config.toml: one whole number. */
  | { readonly format: 'containerd'; readonly versions: readonly string[] }
  /** A network configuration of CNI: its `cniVersion`, with `cniVersions` where it has several; the types of its plugins in their order. */
  | { readonly format: 'cni'; readonly versions: readonly string[]; readonly plugins: readonly string[] };

/** One ELF file (gABI chapters 4 and 5; LSB 5.0 core, symbol versioning). */
export interface ElfFacts {
  readonly path: string;
  readonly class: 32 | 64;
  /** `x86-64`, `aarch64`, `riscv`, `s390`, or `em-<number>`. */
  readonly machine: string;
  /** PT_INTERP. */
  readonly interpreter?: string;
  readonly soname?: string;
  /** DT_NEEDED, in the file's order. */
  readonly needed: readonly string[];
  /** DT_RUNPATH, or DT_RPATH where there is none; split at colons. */
  readonly runpath?: readonly string[];
  /** `runpath` is DT_RPATH: it is also searched for what its libraries need. */
  readonly rpath?: true;
  /** Verneed: which symbol versions it needs of which library, in the file's order. */
  readonly needs: readonly ElfVersionNeed[];
  /** Verdef without the file's own name: the symbol versions it offers, in the file's order. */
  readonly offers: readonly string[];
  /** x86 ISA level that the GNU property note says is needed: 1 to 4. */
  readonly isaLevel?: number;
  /** What it may load while it runs, as its notes say; in the file's order. */
  readonly dlopen?: readonly ElfDlopen[];
  /** What a program of Go's toolchain says besides. */
  readonly go?: GoFacts;
}

export const dlopenPriorities = ['required', 'recommended', 'suggested'] as const;

/** An entry of an FDO note 0x407c0c0a (systemd's "ELF dlopen metadata"). */
export interface ElfDlopen {
  /** Any one of them will do. */
  readonly sonames: readonly string[];
  readonly priority: (typeof dlopenPriorities)[number];
  readonly feature?: string;
}

export interface ElfVersionNeed {
  readonly library: string;
  readonly versions: readonly string[];
  /** The versions flagged weak: their absence is a warning. */
  readonly weak?: readonly string[];
}
