import { compareVersions, isPrerelease, parseVersion, type Version } from '@moby/model';

/** `1.7.4001` → `line-1.7`; a range would be no tag for npm. */
export function lineTag(version: string): string {
  const [major = '', minor = ''] = version.split('.');
  return `line-${major}.${minor}`;
}

/** Tags that only the registry sets. */
export function isOwnTag(tag: string): boolean {
  return tag === 'latest' || tag === 'next' || tag.startsWith('line-');
}

/**
 * The tags that a publish sets: `next` and the version's line, each where the version is the greatest. `latest` waits for a
 * promotion.
 */
export function tagsOfPublish(version: string, tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const moved = ['next', lineTag(version)].filter((tag) => isGreater(version, tags[tag]));
  return Object.fromEntries(moved.map((tag) => [tag, version]));
}

/** Whether a version comes after another; everything comes after nothing. */
export function isGreater(version: string, than: string | undefined): boolean {
  const [mine, other] = [parseVersion(version), parseVersion(than ?? '')];
  if (mine === undefined) return false;
  return other === undefined || compareVersions(mine, other) > 0;
}

export function isStable(version: string): boolean {
  const parsed: Version | undefined = parseVersion(version);
  return parsed !== undefined && !isPrerelease(parsed);
}
