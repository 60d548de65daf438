import type { Digest } from './digest.ts';
import type { Platform } from './platform.ts';

/** symbols.json: the dynamic symbols of a component's ELF files, a platform at a time; read only where a rule asks for it. */
export interface Symbols {
  readonly symbols: 1;
  readonly platforms: Readonly<Partial<Record<Platform, PlatformSymbols>>>;
}

export interface PlatformSymbols {
  /** The payload that was read. */
  readonly payload: Digest;
  /** By path; files without symbols aren't there. */
  readonly files: Readonly<Record<string, ElfSymbols>>;
}

/** Lists of names are texts with a blank between two names, sorted by code units: they are many, and few are looked at. */
export interface ElfSymbols {
  /**
   * What must be found where it is loaded, by what it is bound to: `libm.so.6(GLIBC_2.43)`, or nothing where it has no
   * version. Weak ones are left out: their absence is no error.
   */
  readonly imports: Readonly<Record<string, string>>;
  /** What it offers, by version as nm(1) writes it: `@@V` the default, `@V` an older one, or nothing. */
  readonly exports: Readonly<Record<string, string>>;
  /** A program that offers more than 256: for plugins of its own, and too many to keep. */
  readonly manyExports?: true;
}
