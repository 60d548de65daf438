import type { Door } from '../judge/question.ts';
import { isDescription } from './listed-files.ts';

const maxShown = 5;

/** Paths whose digests differ, a few of them. A pull request may mend what people read without a release. */
export function differingFiles(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
  door: Door,
): readonly string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((path) => before[path] !== after[path] && !(door.kind === 'review' && isDescription(path)))
    .sort()
    .slice(0, maxShown);
}
