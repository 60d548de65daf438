import { type ElfFacts, type Platform, platforms } from '@moby/model';

/** What a file runs on: machine and class together. */
export type ElfKind = Pick<ElfFacts, 'machine' | 'class'>;

interface KnownKind extends ElfKind {
  /** Debian's multiarch triplet: the folder of its libraries. */
  readonly triplet: string;
}

const native: Readonly<Record<Platform, KnownKind>> = {
  'linux/amd64': { machine: 'x86-64', class: 64, triplet: 'x86_64-linux-gnu' },
  'linux/arm64': { machine: 'aarch64', class: 64, triplet: 'aarch64-linux-gnu' },
  'linux/riscv64': { machine: 'riscv', class: 64, triplet: 'riscv64-linux-gnu' },
  'linux/s390x': { machine: 's390', class: 64, triplet: 's390x-linux-gnu' },
};

/** What the platform's kernels run beside the native kind, where they are built for it. */
const compatible: Readonly<Partial<Record<Platform, KnownKind>>> = {
  'linux/amd64': { machine: 'em-3', class: 32, triplet: 'i386-linux-gnu' },
  'linux/arm64': { machine: 'em-40', class: 32, triplet: 'arm-linux-gnueabihf' },
};

/** Whether a machine of the platform runs such a file: always, where its kernel supports it, or never. */
export function fitOf(kind: ElfKind, platform: Platform): 'native' | 'compatible' | 'foreign' {
  if (isSameKind(kind, native[platform])) return 'native';
  const other = compatible[platform];
  return other !== undefined && isSameKind(kind, other) ? 'compatible' : 'foreign';
}

/** The platform that most of the files are for; undefined where none is for any. */
export function platformOf(kinds: readonly ElfKind[]): Platform | undefined {
  const counts = platforms.map((platform) => ({ platform, count: kinds.filter((kind) => fitOf(kind, platform) === 'native').length }));
  const best = counts.reduce((a, b) => (b.count > a.count ? b : a));
  return best.count === 0 ? undefined : best.platform;
}

export function isSameKind(a: ElfKind, b: ElfKind): boolean {
  return a.machine === b.machine && a.class === b.class;
}

export function formatKind(kind: ElfKind): string {
  return `${kind.machine} (${kind.class} bits)`;
}

/**
 * Where the loader looks last: glibc's system search path as Debian builds it, then lib64, where other builds of glibc look and
 * Debian has the loader alone. Paths are those below /usr: in a root that isn't merged, each stands for /lib before it.
 */
export function systemLibraryFolders(kind: ElfKind): readonly string[] {
  const triplet = [...Object.values(native), ...Object.values(compatible)].find((known) => isSameKind(known, kind))?.triplet;
  return [...(triplet === undefined ? [] : [`/usr/lib/${triplet}`]), '/usr/lib', ...(kind.class === 64 ? ['/usr/lib64'] : ['/usr/lib32'])];
}
