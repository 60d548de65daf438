import type { Commit } from '../collect/git/open-repository.ts';

const maxNamed = 5;

/** As `commit 1234567 is`, or `commits 1234567, 89abcde and 3 more are`. */
export function namesOfCommits(commits: readonly Pick<Commit, 'oid'>[]): string {
  const oids = commits.slice(0, maxNamed).map(({ oid }) => oid.slice(0, 10));
  const rest = commits.length - oids.length;
  const names = `${oids.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  return commits.length === 1 ? `commit ${names} is` : `commits ${names} are`;
}
