import { type Diagnostic, Failure } from '@moby/model';
import { compareDebianVersions } from './compare-versions.ts';
import { fetchPackages, fetchRelease, type IndexAccess } from './fetch-index.ts';
import type { DebianLocation } from './find-locations.ts';
import { type DebianPackage, type Dependency, findStanzas } from './packages-index.ts';
import { expiryFindings, parseRelease } from './release-file.ts';
import { readArchiveKeys, verifyRelease } from './verify-release.ts';

export interface SuiteOptions extends IndexAccess {
  /** The code name, as `trixie`. */
  readonly suite: string;
  readonly component: string;
  /** Debian's name of it, as `amd64`. */
  readonly architecture: string;
  readonly locations: readonly DebianLocation[];
  readonly now: Date;
  /** Armored public keys that are trusted in place of the repository's own. */
  readonly keys?: readonly string[] | undefined;
}

/** A suite with its updates and its security archive, verified, in memory (about 60 MB for trixie's main). */
export interface DebianSuite {
  readonly suite: string;
  /** Warnings: `index-expired`, `security-missing`. */
  readonly findings: readonly Diagnostic[];
  /** The newest version of a package over all three; undefined where there is none. */
  findPackage(name: string): DebianPackage | undefined;
  /** All versions, newest first. */
  findVersions(name: string): readonly DebianPackage[];
  /**
   * The newest package that a metapackage leads to: `linux-image-cloud-amd64` → `linux-image-6.12.117+deb13-cloud-amd64`.
   * Where it leads to several, directly or through one another, `like` tells which: the name of one of its earlier
   * versions, as `linux-modules-7.2.9+deb14-cloud-amd64`. Throws `not-found`.
   */
  followMetapackage(name: string, like?: string): DebianPackage;
}

interface OpenedIndex {
  readonly suite: string;
  readonly packages: Uint8Array;
  readonly findings: readonly Diagnostic[];
}

/**
 * Reads what the archive has now, by InRelease's signature, then the sum of Packages. Throws `bad-signature`, `bad-index`,
 * `no-mirror`, `network`, and `not-found` where no location has the suite itself (updates and security may be missing).
 */
export async function openSuite(options: SuiteOptions): Promise<DebianSuite> {
  const keys = options.keys ?? (await readArchiveKeys());
  const names = [options.suite, `${options.suite}-updates`, `${options.suite}-security`];
  const opened = await Promise.all(names.map((name) => openIndex(name, keys, options)));
  if (opened[0] === undefined) {
    throw new Failure({
      code: 'not-found',
      message: `no location has the suite \`${options.suite}\`: ${options.locations.map(({ url }) => `\`${url}\``).join(', ')}`,
      hints: ['suites are asked for by their code name, as trixie'],
    });
  }
  const indexes = opened.filter((index) => index !== undefined);
  const findVersions = (name: string): readonly DebianPackage[] =>
    indexes.flatMap((index) => findStanzas(index.packages, name, index.suite)).sort((a, b) => compareDebianVersions(b.version, a.version));
  const findPackage = (name: string): DebianPackage | undefined => findVersions(name)[0];
  return {
    suite: options.suite,
    findings: [...indexes.flatMap((index) => index.findings), ...missingFindings(options, opened[2] !== undefined)],
    findPackage,
    findVersions,
    followMetapackage: (name, like) => followMetapackage({ name, like, suite: options.suite, findPackage }),
  };
}

async function openIndex(name: string, keys: readonly string[], options: SuiteOptions): Promise<OpenedIndex | undefined> {
  // The security archive has the suites that are named for it, and only those.
  const isSecurity = name.endsWith('-security');
  const first = options.locations.filter(({ url }) => url.endsWith('security') === isSecurity);
  const rest = options.locations.filter((location) => !first.includes(location));
  const fetched = await fetchRelease(name, [...first, ...rest], options);
  if (fetched.kind === 'missing') return undefined;
  const text = await verifyRelease({ text: Buffer.from(fetched.bytes).toString('utf8'), keys, name: fetched.address });
  const release = parseRelease(text, name, fetched.address);
  const { component, architecture } = options;
  const packages = await fetchPackages({ release, location: fetched.location, component, architecture, access: options });
  return { suite: name, packages, findings: expiryFindings(release, options.now) };
}

/** Without the security archive, older versions than the newest would be taken for it. Sid and backports have none by design. */
function missingFindings(options: SuiteOptions, hasSecurity: boolean): readonly Diagnostic[] {
  if (hasSecurity || options.suite === 'sid' || options.suite.endsWith('-backports')) return [];
  const places = options.locations.map(({ url }) => `\`${url}\``).join(', ');
  return [
    {
      severity: 'warning',
      code: 'security-missing',
      message: `no location has \`${options.suite}-security\`, so security updates of \`${options.suite}\` are not seen: ${places}`,
      hints: ['name both archives: --debian-mirror http://HOST/debian,http://HOST/debian-security'],
    },
  ];
}

interface Following {
  readonly name: string;
  readonly like: string | undefined;
  readonly suite: string;
  readonly findPackage: (name: string) => DebianPackage | undefined;
}

/** From a metapackage to an image, and from that to its parts; and one more. */
const maxFollowedSteps = 3;

/** The package that is called like an earlier one; else the only one that the metapackage itself leads to. */
function followMetapackage(following: Following): DebianPackage {
  const { name, like, suite, findPackage } = following;
  const metapackage = findPackage(name);
  if (metapackage === undefined) throw notFound(`\`${suite}\` has no package \`${name}\``);
  if (like !== undefined) {
    const alike = findAlike(metapackage, stemOf(like), findPackage);
    if (alike !== undefined) return alike;
  }
  const single: readonly Dependency[] = metapackage.depends.filter((group) => group.length === 1).flat();
  const exact = exactDependencies(metapackage);
  const candidates = exact.length > 0 || metapackage.depends.length > 1 ? exact : single;
  const [next] = candidates;
  if (next === undefined || candidates.length > 1) {
    const whose = like === undefined ? '' : `, and on none that is called like \`${like}\``;
    throw notFound(
      `\`${name}\` ${metapackage.version} is no metapackage: it depends on ${metapackage.depends.length} packages, and not on one in an exact version${whose}`,
    );
  }
  const found = findPackage(next.package);
  if (found === undefined)
    throw notFound(`\`${name}\` ${metapackage.version} leads to \`${next.package}\`, which \`${suite}\` does not have`);
  return found;
}

/** Breadth first over dependencies with an exact version, as Debian's kernel packages have them. */
function findAlike(metapackage: DebianPackage, stem: string, findPackage: Following['findPackage']): DebianPackage | undefined {
  let level: readonly DebianPackage[] = [metapackage];
  for (let step = 0; step < maxFollowedSteps; step += 1) {
    const names = new Set(level.flatMap((found) => exactDependencies(found).map((dependency) => dependency.package)));
    level = [...names].map((name) => findPackage(name)).filter((found) => found !== undefined);
    // A metapackage is called like the stem itself.
    const alike = level.filter((found) => found.package !== stem && stemOf(found.package) === stem);
    if (alike.length === 1) return alike[0];
  }
  return undefined;
}

function exactDependencies({ depends }: DebianPackage): readonly Dependency[] {
  return depends
    .filter((group) => group.length === 1)
    .flat()
    .filter((dependency) => dependency.relation === '=');
}

/** A name without the parts that carry a version: `linux-image-6.1.0-56-cloud-amd64` → `linux-image-cloud-amd64`. */
function stemOf(name: string): string {
  return name
    .split('-')
    .filter((part) => !/^[0-9]/.test(part))
    .join('-');
}

function notFound(message: string): Failure {
  return new Failure({ code: 'not-found', message });
}
