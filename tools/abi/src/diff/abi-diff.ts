import type { ElfSymbols, KernelSymbols, Manifest, Platform } from '@moby/model';
import type { RootFacts } from '../root-tree.ts';

/** What a difference asks of the new version, least first. */
export const bumps = ['none', 'patch', 'minor', 'major'] as const;

export type Bump = (typeof bumps)[number];

/** One of two things that are compared: a component, or files that belong together. */
export interface AbiSide {
  readonly platforms: Readonly<Partial<Record<Platform, AbiFacts>>>;
  /** What its manifest says by hand; missing for files. */
  readonly declared?: AbiDeclared;
  /** Equal for sides with the same bytes, as a digest. */
  readonly identity?: string;
}

export interface AbiFacts {
  readonly facts: RootFacts;
  /** By path, files without symbols left out; undefined where nobody has read them. */
  readonly symbols?: Readonly<Record<string, ElfSymbols>>;
  readonly kernelSymbols?: KernelSymbols;
}

export type AbiDeclared = Pick<Manifest, 'provides' | 'requires' | 'conflicts' | 'exec' | 'kernel'>;

/** Offers without a prefix, needs with `need-`. */
export const abiKinds = [
  'platform',
  'soname',
  'symbol-version',
  'symbol',
  'plugin',
  'program',
  'rpc-service',
  'shim-start',
  'capability',
  'kernel-release',
  'kernel-config',
  'kernel-module',
  'kernel-symbol',
  'need-library',
  'need-version',
  'need-loader',
  'need-isa',
  'need-program',
  'need-component',
  'need-kernel',
] as const;

export type AbiKind = (typeof abiKinds)[number];

/** One difference. */
export interface AbiChange {
  readonly kind: AbiKind;
  /** What it is about, as `libssl.so.3`, `GLIBC_2.38`, `ttrpc containerd.task.v2.Task`. */
  readonly name: string;
  /** Absolute in the tree: the old one's file for what is gone, else the new one's. */
  readonly file?: string;
  readonly before?: string;
  readonly after?: string;
  /** The names that it stands for, sorted. */
  readonly symbols?: readonly string[];
  readonly bump: Bump;
  /** One sentence, lowercase, without a full stop. */
  readonly sentence: string;
}

/** All lists in one order whatever the order of the facts. */
export interface AbiDiff {
  /** An offer is gone or narrower: whoever used it may fail. */
  readonly breaks: readonly AbiChange[];
  /** An offer is new or wider. */
  readonly adds: readonly AbiChange[];
  /** New and dropped needs, and what moved without hurting anybody. */
  readonly changes: readonly AbiChange[];
  /** What can't be compared, as one side's facts lack it: whoever decides on `bump` alone has to look at these too. */
  readonly unknown: readonly AbiChange[];
  readonly bump: Bump;
}

export interface AbiDiffOptions {
  /** What a new need costs: `patch` in a line that takes patches only (`N.M`), else `minor`, the default. */
  readonly newNeed?: 'minor' | 'patch';
}

/** A difference with the list that it belongs to. */
export interface Found extends AbiChange {
  readonly list: 'breaks' | 'adds' | 'changes' | 'unknown';
}

/** The same platform of both sides. */
export interface FactsPair {
  readonly before: AbiFacts;
  readonly after: AbiFacts;
  readonly newNeed: 'minor' | 'patch';
}

type Said = Omit<AbiChange, 'bump'>;

export function broken(change: Said): Found {
  return { ...change, list: 'breaks', bump: 'major' };
}

export function added(change: Said): Found {
  return { ...change, list: 'adds', bump: 'minor' };
}

export function changed(change: Said, bump: Bump = 'patch'): Found {
  return { ...change, list: 'changes', bump };
}

export function unknown(change: Said): Found {
  return { ...change, list: 'unknown', bump: 'none' };
}

/** More names than this are counted in a sentence; `symbols` has all. */
const maxNames = 3;

/** `a, b, c and 12 more`. */
export function namesInWords(names: readonly string[]): string {
  const shown = names.length <= maxNames + 1 ? names : names.slice(0, maxNames);
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(', ')} and ${more} more`;
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
