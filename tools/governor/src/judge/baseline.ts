import { compareVersions, isInLine, isPrerelease, type Version } from '@moby/model';
import type { PublishedVersion, Question } from './question.ts';

/**
 * What a release is compared with: the greatest published, not yanked, stable version below it in its line, else the greatest lower
 * one of any line, else nothing. What the repository holds and nobody published doesn't count.
 */
export function findBaseline(
  published: readonly PublishedVersion[],
  release: { readonly version: Version; readonly line?: string },
): PublishedVersion | undefined {
  const lower = published
    .filter(({ state, version }) => (state === 'active' || state === 'deprecated') && !isPrerelease(version))
    .filter(({ version }) => compareVersions(version, release.version) < 0)
    .sort((a, b) => compareVersions(b.version, a.version));
  const { line } = release;
  return (line === undefined ? undefined : lower.find((one) => isOfLine(one, line))) ?? lower[0];
}

export function isOfLine({ line, version }: PublishedVersion, wanted: string): boolean {
  return line === undefined ? isInLine(version, wanted) : line === wanted;
}

/** The line of a release; where nobody said it, the first number of its version, which is the widest that a line can be. */
export function lineOf({ release }: Pick<Question, 'release'>, version: Version): string {
  return release.line ?? version.slice(0, version.indexOf('.'));
}

/** What was ever published in the line of a release, whatever became of it; greatest first. */
export function publishedInLine(question: Question, version: Version): readonly PublishedVersion[] {
  const line = lineOf(question, version);
  return question.published.filter((one) => isOfLine(one, line)).sort((a, b) => compareVersions(b.version, a.version));
}
