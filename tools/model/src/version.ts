import SemVer from 'semver/classes/semver.js';
import SemverRange from 'semver/classes/range.js';
import compare from 'semver/functions/compare.js';
import parse from 'semver/functions/parse.js';
import prerelease from 'semver/functions/prerelease.js';
import semverSatisfies from 'semver/functions/satisfies.js';
import semverIntersects from 'semver/ranges/intersects.js';
import semverSubset from 'semver/ranges/subset.js';
import validRange from 'semver/ranges/valid.js';
import type { Brand } from './brand.ts';

/**
 * A component's version as people see it: upstream's semver version and our packaging revision, `8.0.2+r3`.
 * In a universe file the revision may be missing, which counts as 0.
 */
export type Version = Brand<string, 'Version'>;

/** A range as npm's `semver` reads it, tested against upstream; `8.0.2+r3` admits that one revision only. */
export type Range = Brand<string, 'Range'>;

const revisionPattern = /\+r([1-9][0-9]?)$/;
const maxTextLength = 256;

export function parseVersion(text: string): Version | undefined {
  return isVersion(text) ? text : undefined;
}

function isVersion(text: string): text is Version {
  if (text.length > maxTextLength) return false;
  const parsed = parse(text);
  if (parsed === null) return false;
  return text === parsed.version || (revisionOf(text) > 0 && text === `${parsed.version}+r${revisionOf(text)}`);
}

/** `8.0.2+r3` → `8.0.2`. */
export function upstreamOf(version: string): string {
  const plus = version.indexOf('+');
  return plus < 0 ? version : version.slice(0, plus);
}

/** `8.0.2+r3` → 3; without a revision 0. */
export function revisionOf(version: string): number {
  const match = revisionPattern.exec(version);
  return match === null ? 0 : Number(match[1]);
}

export function makeVersion(upstream: string, revision: number): Version {
  const version = parseVersion(revision === 0 ? upstream : `${upstream}+r${revision}`);
  if (version === undefined) throw new TypeError(`not a version: ${upstream} revision ${revision}`);
  return version;
}

/** Oldest first: by upstream, then by revision. */
export function compareVersions(a: Version, b: Version): number {
  return compare(a, b) || revisionOf(a) - revisionOf(b);
}

export function isPrerelease(version: Version): boolean {
  return prerelease(version) !== null;
}

export function parseRange(text: string): Range | undefined {
  return isRange(text) ? text : undefined;
}

function isRange(text: string): text is Range {
  return text.length <= maxTextLength && validRange(text) !== null;
}

/** Whether a range admits a version: semver on upstream; a comparator with a revision admits only that revision. */
export function satisfies(version: Version, range: Range): boolean {
  if (!semverSatisfies(version, range)) return false;
  const pinned = pinnedRevision(range);
  return pinned === undefined || pinned === revisionOf(version);
}

/** The revision that a range of one exact version names, as `8.0.2+r3` does. */
function pinnedRevision(range: Range): number | undefined {
  const pin = /^=?\s*\d[^\s|<>~^]*\+r([1-9][0-9]?)$/.exec(range.trim());
  return pin === null ? undefined : Number(pin[1]);
}

/** Versions of one package, newest first, parsed once: for testing many ranges against many versions. */
export class VersionList {
  readonly versions: readonly Version[];
  readonly #parsed: readonly SemVer[];

  constructor(versions: readonly Version[]) {
    const both = versions.map((version) => ({ version, parsed: new SemVer(version) }));
    both.sort((a, b) => compare(b.parsed, a.parsed) || revisionOf(b.version) - revisionOf(a.version));
    this.versions = both.map(({ version }) => version);
    this.#parsed = both.map(({ parsed }) => parsed);
  }

  /** Indexes of the versions that a range admits, as `satisfies` judges. */
  admittedBy(range: Range): readonly number[] {
    const parsed = new SemverRange(range);
    const pinned = pinnedRevision(range);
    const admitted: number[] = [];
    this.#parsed.forEach((version, index) => {
      if (!parsed.test(version)) return;
      if (pinned === undefined || pinned === revisionOf(this.versions[index] ?? '')) admitted.push(index);
    });
    return admitted;
  }
}

/** Whether two ranges have a version in common (windows of a capability). */
export function intersects(a: Range, b: Range): boolean {
  return semverIntersects(a, b);
}

/** Whether what is offered, an exact version or a window, is in a range: a window is where the two have a version in common. */
export function offerMeets(offer: Version | Range, range: Range): boolean {
  return isVersion(offer) ? satisfies(offer, range) : intersects(offer, range);
}

/** Whether whatever `inner` admits is admitted by `outer`. */
export function isWithin(inner: Version | Range, outer: Range): boolean {
  return semverSubset(inner, outer);
}

/** The range of what both admit: each alternative of one with each of the other. Throws `TypeError` past the length of a range. */
export function bothRanges(a: Range, b: Range): Range {
  if (a === b || b === '*') return a;
  if (a === '*') return b;
  const both = a
    .split('||')
    .flatMap((left) => b.split('||').map((right) => `${left.trim()} ${right.trim()}`))
    .join(' || ');
  const range = parseRange(both);
  if (range === undefined) throw new TypeError(`not a range: ${both}`);
  return range;
}

/**
 * npm's version of a component: the revision, 1 to 99, is folded into the patch (patch × 100 + revision); a prerelease
 * keeps its own and appends `.rN`: `8.0.2+r3` → `8.0.203`, `8.1.0-rc1+r2` → `8.1.0-rc1.r2`.
 */
export function toNpmVersion(version: Version): string {
  const revision = revisionOf(version);
  if (revision < 1) throw new TypeError(`a published version has a revision of 1 to 99: ${version}`);
  const parsed = new SemVer(version);
  if (parsed.prerelease.length > 0) return `${parsed.version}.r${revision}`;
  return `${parsed.major}.${parsed.minor}.${parsed.patch * 100 + revision}`;
}

/** The inverse of `toNpmVersion`; undefined where the text cannot be one. */
export function fromNpmVersion(text: string): Version | undefined {
  if (text.length > maxTextLength) return undefined;
  const parsed = parse(text);
  if (parsed === null || parsed.version !== text) return undefined;
  if (parsed.prerelease.length > 0) {
    const match = /^(.*)\.r([1-9][0-9]?)$/.exec(text);
    return match === null ? undefined : parseVersion(`${match[1]}+r${match[2]}`);
  }
  const revision = parsed.patch % 100;
  return revision === 0 ? undefined : parseVersion(`${parsed.major}.${parsed.minor}.${Math.floor(parsed.patch / 100)}+r${revision}`);
}

/** How an upstream that is not semver is read; tested in `version.test.ts`. */
export type UpstreamMapping = 'dotted' | 'patch-letter' | 'year-letter' | 'dated';

/**
 * Upstream's own version as semver: `dotted` 2025.88 → 2025.88.0 and 7.0.15; `patch-letter` 10.0p2 and 10.0pl2 → 10.0.2, 7.6.q → 7.6.17;
 * `year-letter` 2025b → 2025.2.0; `dated` 3.1-20221030 and 6.5+20250216 → 3.1.20221030 and 6.5.20250216. Four numbers and more keep the first
 * three. Undefined where the text does not fit.
 */
export function mapUpstream(text: string, mapping: UpstreamMapping): string | undefined {
  if (text.length > maxTextLength) return undefined;
  switch (mapping) {
    case 'dotted': {
      const match = /^(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:\.\d{1,9}){0,4}$/.exec(text);
      if (match === null) return undefined;
      return [match[1], match[2] ?? '0', match[3] ?? '0'].map(Number).join('.');
    }
    case 'patch-letter': {
      const match = /^(\d{1,9})\.(\d{1,9})(?:pl?(\d{1,9})|\.([a-z]))$/.exec(text);
      if (match === null) return undefined;
      return [match[1], match[2], match[3] ?? letterNumber(match[4])].map(Number).join('.');
    }
    case 'dated': {
      const match = /^(\d{1,9})\.(\d{1,9})[-+](\d{8})(?:\.[0-9A-Za-z.]+)?$/.exec(text);
      return match === null ? undefined : [match[1], match[2], match[3]].map(Number).join('.');
    }
    case 'year-letter': {
      const match = /^(\d{4})([a-z])$/.exec(text);
      return match === null ? undefined : `${match[1]}.${letterNumber(match[2])}.0`;
    }
  }
}

/** `a` → 1. */
function letterNumber(letter: string = 'a'): number {
  return letter.charCodeAt(0) - 96;
}

/** A maintained release line: `N`, `N.M` or `N.M.P`, the name of a component's folder. */
export function isInLine(version: Version, line: string): boolean {
  const upstream = upstreamOf(version).split('-')[0] ?? '';
  return `${upstream}.`.startsWith(`${line}.`);
}
