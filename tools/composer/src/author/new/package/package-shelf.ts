import { extractFacts } from '@moby/abi';
import { pinDigest, pinPackage, readWholePackage, type DebianPackage, type DebianSuite, type WholePackage } from '@moby/content';
import {
  debianArchitecture,
  Failure,
  formatBytes,
  type ContentStore,
  type DebSource,
  type PayloadEntry,
  type Platform,
  type PlatformFacts,
} from '@moby/model';
import type { Download } from '../../../fetch/open-payload.ts';

/** A package with all of it read. */
export interface OpenedPackage {
  /** What the index says, as a source that keeps nothing yet. */
  readonly pin: DebSource;
  /** It is the same on all architectures. */
  readonly isForAll: boolean;
  /** Names of Pre-Depends and Depends, alternatives one after the other. */
  readonly depends: readonly string[];
  /** Canonical path without a leading slash → file or link. */
  readonly entries: ReadonlyMap<string, PayloadEntry>;
  readonly directories: readonly string[];
  /** Of the control archive. */
  readonly control: WholePackage['control'];
  /** Of all of its files but a kernel's. */
  readonly facts: PlatformFacts;
}

export interface ShelfOptions {
  readonly platform: Platform;
  /** Code name, perhaps with `-backports`, whose packages may need some of the suite itself. */
  readonly suite: string;
  readonly openSuite: (which: { readonly suite: string; readonly architecture: string }) => Promise<DebianSuite>;
  readonly download: Download;
  readonly store: ContentStore;
  readonly warn: (finding: DebianSuite['findings'][number]) => void;
  readonly onPackage?: (name: string) => void;
}

/** The packages of a suite on one platform, each read once. */
export interface PackageShelf {
  readonly platform: Platform;
  find(name: string): FoundPackage | undefined;
  /** Throws `network`, `bad-archive`, and `limit` where too many or too large ones were opened. */
  open(found: FoundPackage): Promise<OpenedPackage>;
}

export interface FoundPackage {
  readonly package: DebianPackage;
  /** The suite that a source names, without `-security` or `-updates`. */
  readonly suite: string;
}

const maxPackages = 300;
const maxBytes = 1_000_000_000;

/** Opens the suite's indexes of one platform. Throws `not-found` where the suite does not have the platform. */
export async function openShelf(options: ShelfOptions): Promise<PackageShelf> {
  const { platform, suite } = options;
  const architecture = debianArchitecture(platform);
  const names = suite.endsWith('-backports') ? [suite, suite.replace(/-backports$/, '')] : [suite];
  const suites: DebianSuite[] = [];
  for (const name of names) suites.push(await options.openSuite({ suite: name, architecture }));
  suites.flatMap(({ findings }) => findings).forEach(options.warn);
  const opened = new Map<string, Promise<OpenedPackage>>();
  let bytes = 0;
  return {
    platform,
    find: (name) => {
      for (const one of suites) {
        const found = one.findPackage(name);
        if (found !== undefined) return { package: found, suite: one.suite };
      }
      return undefined;
    },
    open: (found) => {
      const known = opened.get(found.package.package);
      if (known !== undefined) return known;
      bytes += found.package.size;
      if (opened.size >= maxPackages || bytes > maxBytes) throw tooMuch(found.package.package);
      options.onPackage?.(found.package.package);
      const reading = openPackage(found, options);
      opened.set(found.package.package, reading);
      return reading;
    },
  };
}

function tooMuch(name: string): Failure {
  return new Failure({
    code: 'limit',
    message: `more than ${maxPackages} packages or ${formatBytes(maxBytes)} would have to be read, \`${name}\` among them`,
    hints: ['create its libraries one by one: `--from` the package that has them'],
  });
}

async function openPackage(found: FoundPackage, { download, store }: ShelfOptions): Promise<OpenedPackage> {
  const pin = pinPackage(found.package, { suite: found.suite, keep: [] });
  if (!(await store.has(pinDigest(pin)))) await download([pin]);
  const { entries, directories, control } = await readWholePackage(pin, store);
  const facts = await extractFacts({ payload: pinDigest(pin), entries: entries.filter(({ path }) => !isKernels(path)) });
  return {
    pin,
    isForAll: found.package.architecture === 'all',
    depends: [...new Set(found.package.depends.flat().map((dependency) => dependency.package))],
    entries: new Map(entries.map((entry) => [entry.path, entry])),
    directories,
    control,
    facts,
  };
}

function isKernels(path: string): boolean {
  return /^(?:boot|usr\/lib\/modules|usr\/lib\/debug)\//.test(path);
}
