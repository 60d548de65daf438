import { compareVersions, isPrerelease, parseVersion, type Version } from '@moby/model';

const number = '(?:0|[1-9][0-9]{0,8})';
const lineTagPattern = new RegExp(`^line-(${number}(?:\\.${number}){0,2})$`);

/** `1.7` → `line-1.7`; a range would be no tag for npm. */
export function lineTag(line: string): string {
  return `line-${line}`;
}

/** `line-1.7` → `1.7`; undefined where it names no line. */
export function lineOfTag(tag: string): string | undefined {
  return lineTagPattern.exec(tag)?.[1];
}

/** The lines that tags name. */
export function linesOf(tags: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(tags).flatMap((tag) => lineOfTag(tag) ?? []);
}

/** Whether a tag may be called so at all. */
export function isTagName(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9._-]{0,63}$/.test(text);
}

/** Tags that only the registry sets. */
export function isOwnTag(tag: string): boolean {
  return tag === 'latest' || tag === 'next' || tag.startsWith('line-');
}

export interface Tagging {
  readonly version: string;
  readonly line: string;
  /** A tag other than the registry's own that the client asks for. */
  readonly free: string | undefined;
  /** Those that the component has. */
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * The tags that a publish sets: `next` and the version's line, each where the version is the greatest, and the free one that the client
 * names, whichever it was on before. `latest` waits for a promotion.
 */
export function tagsOfPublish({ version, line, free, tags }: Tagging): Readonly<Record<string, string>> {
  const moved = ['next', lineTag(line)].filter((tag) => isGreater(version, tags[tag]));
  return Object.fromEntries([...moved, ...(free === undefined ? [] : [free])].map((tag) => [tag, version]));
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
