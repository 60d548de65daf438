import type { Digest } from './digest.ts';
import type { Platform } from './platform.ts';

/** A kernel's own facts: what its modules, its configuration and its lists say. */
export interface KernelFacts {
  /** `uname -r`. */
  readonly release: string;
  /** One for all of its modules; empty where it has none. */
  readonly vermagic: string;
  /** Names with `-` written as `_`. */
  readonly modules: Readonly<Record<string, ModuleFacts>>;
  readonly builtin: readonly string[];
  /** Missing where the payload has no configuration. */
  readonly config?: KernelConfig;
  /** sha256 of kernel-symbols.json beside facts.json, where a source for facts only gave the exported symbols. */
  readonly symbols?: Digest;
}

export interface ModuleFacts {
  readonly path: string;
  readonly depends: readonly string[];
  /** `softdep=pre:` of .modinfo. */
  readonly before: readonly string[];
}

/**
 * A kernel's configuration; names without `CONFIG_`, sorted. An option that stands nowhere here does not exist in that
 * kernel, or could not be chosen, which is another fact than `n`.
 */
export interface KernelConfig {
  /** Built in. */
  readonly y: readonly string[];
  /** As a module. */
  readonly m: readonly string[];
  /** `is not set`. */
  readonly n: readonly string[];
  /** Numbers and texts, as they stand there (`"sha256"` with its quotes). */
  readonly values: Readonly<Record<string, string>>;
}

/** A module that is not its kernel's own: it came with another component, so it has to be proven that it fits. */
export interface AddedModule {
  readonly path: string;
  /** The folder below `/usr/lib/modules` that it lies in: the kernel that it is meant for. */
  readonly release: string;
  readonly vermagic: string;
  readonly depends: readonly string[];
  readonly before: readonly string[];
  /** MODULE_LICENSE. */
  readonly license: string;
  /** `import_ns=`: namespaces whose symbols it may use. */
  readonly namespaces: readonly string[];
  /** Firmware files that it may ask for, as `amdgpu/navi10_ce.bin`. */
  readonly firmware: readonly string[];
  /** Symbol → CRC (8 hex digits) that it was built against: `__versions`, or `__version_ext_crcs` and `__version_ext_names`. */
  readonly versions: Readonly<Record<string, string>>;
  /** Undefined symbols without such a CRC. */
  readonly unversioned: readonly string[];
  /** Undefined symbols that may be missing, with or without a CRC. */
  readonly weak: readonly string[];
  /** Symbol → CRC (empty where it carries none) that it exports to other modules. */
  readonly exports: Readonly<Record<string, string>>;
}

/** kernel-symbols.json: what kernels export, beside facts.json; read only where a module of another component meets the kernel. */
export interface KernelSymbolsFile {
  readonly symbols: 1;
  readonly platforms: Readonly<Partial<Record<Platform, KernelSymbols>>>;
}

export interface KernelSymbols {
  /** The kernel that exports them, from the folder that Module.symvers lies in. */
  readonly release: string;
  /** All exports have a CRC of 0: the kernel was built without MODVERSIONS and compares none. */
  readonly unversioned: boolean;
  readonly exports: ReadonlyMap<string, KernelExport>;
}

export interface KernelExport {
  /** 8 hex digits. */
  readonly crc: string;
  /** `vmlinux`, or the exporting module's path without `.ko`, as `arch/x86/kvm/kvm`. */
  readonly by: string;
  /** EXPORT_SYMBOL_GPL: for modules with a GPL-compatible license alone. */
  readonly gpl: boolean;
  /** Empty where the symbol is in none. */
  readonly namespace: string;
}
