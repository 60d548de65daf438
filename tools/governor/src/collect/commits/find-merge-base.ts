import type { Repository } from '../git/open-repository.ts';
import { commitsBetween, type CommitRange } from './commits-between.ts';

/** More places where a head has come from its base are nothing that a person has made. */
const maxForks = 16;

/**
 * The one commit of the base that everything in the head comes after, as `git merge-base`. Undefined where there is none, where there are
 * several (each of the two was merged into the other), or where history is cut before it.
 */
export async function findMergeBase(repository: Repository, { forks, cut }: CommitRange): Promise<string | undefined> {
  if (cut !== undefined || forks.length > maxForks) return undefined;
  const best: string[] = [];
  for (const fork of forks) {
    const isOlder = await anyOf(forks, async (other) => other !== fork && (await isWithin(repository, fork, other)));
    if (!isOlder) best.push(fork);
  }
  return best.length === 1 ? best[0] : undefined;
}

async function isWithin(repository: Repository, older: string, younger: string): Promise<boolean> {
  const { commits, cut } = await commitsBetween({ repository, base: younger, head: older });
  return commits.length === 0 && cut === undefined;
}

async function anyOf(oids: readonly string[], holds: (oid: string) => Promise<boolean>): Promise<boolean> {
  for (const oid of oids) if (await holds(oid)) return true;
  return false;
}
