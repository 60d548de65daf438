import type { AddedModule, ConfigNeed, Digest, KernelFacts, KernelSymbols, Version } from '@moby/model';
import type { Edge, EdgeEnd } from '../edge.ts';

/** The kernel's component, as the rules about kernels see it. */
export interface KernelEnd {
  readonly component: string;
  readonly version: Version;
  readonly payload?: Digest;
  /** Undefined where nothing was extracted. */
  readonly facts: KernelFacts | undefined;
  /** Of kernel-symbols.json; undefined where there is none. */
  readonly symbols: KernelSymbols | undefined;
}

/** A component that isn't the kernel and brings modules. */
export interface AddedModulesEnd {
  readonly component: string;
  readonly version: string;
  readonly payload?: Digest;
  /** By name. */
  readonly modules: Readonly<Record<string, AddedModule>>;
}

/** Modules of other components meet a kernel. */
export interface AddedModulesSubject {
  readonly kernel: KernelEnd;
  readonly added: readonly AddedModulesEnd[];
}

/** What a component's manifest asks of the kernel's configuration. */
export interface ConfigEnd {
  readonly component: string;
  readonly version: string;
  readonly needs: readonly ConfigNeed[];
  readonly wants: readonly ConfigNeed[];
}

export function kernelEnd(kernel: KernelEnd, fact: string): EdgeEnd {
  const { component, version, payload } = kernel;
  return { component, version, ...(payload === undefined ? {} : { payload }), fact };
}

export function moduleEnd(added: AddedModulesEnd, { path }: AddedModule, fact: string): EdgeEnd {
  const { component, version, payload } = added;
  return { component, version, path, ...(payload === undefined ? {} : { payload }), fact };
}

export function nameOf({ component, version }: { readonly component: string; readonly version: string }): string {
  return `${component} ${version}`;
}

/** `/usr/lib/modules/6.12/updates/zfs.ko.xz` → `zfs.ko`. */
export function fileOf({ path }: AddedModule): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.(?:xz|zst|gz)$/, '');
}

/** A kernel built with MODVERSIONS compares CRCs, and says so in its modules' vermagic. */
export function comparesCrcs(vermagic: string): boolean {
  return vermagic.split(' ').includes('modversions');
}

export function hasCrcs(module: AddedModule): boolean {
  return Object.keys(module.versions).length > 0;
}

/** The exported symbols, if they are of the kernel that the facts are of. */
export function symbolsOf({ facts, symbols }: KernelEnd): KernelSymbols | undefined {
  return facts !== undefined && symbols?.release === facts.release ? symbols : undefined;
}

/** What a rule about exported symbols says where nobody has read them; `what` is what the module needs, as `203 symbol versions`. */
export function unknownExports(kernel: KernelEnd, file: string, what: string): Pick<Edge, 'verdict' | 'evidence' | 'sentence' | 'hints'> {
  return {
    verdict: 'unknown',
    evidence: 'assumed',
    sentence: `nobody knows what ${nameOf(kernel)} exports, and ${file} needs ${what}`,
    hints: ['add the kernel’s headers package as a source for facts only'],
  };
}
