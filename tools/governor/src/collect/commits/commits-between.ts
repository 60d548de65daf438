import type { Commit, Repository } from '../git/open-repository.ts';

/** The commits that a head brings. */
export interface CommitRange {
  /** Newest first, as far as they say; never one that the base has. */
  readonly commits: readonly Commit[];
  /** Commits of the base that they follow, sorted by oid; the head itself where the base has it. */
  readonly forks: readonly string[];
  /** Missing where these are all. `shallow`: the clone leaves out parents; `limit`: more were left unread. */
  readonly cut?: 'shallow' | 'limit';
}

export interface CommitsBetween {
  readonly repository: Repository;
  /** Oids of commits. */
  readonly base: string;
  readonly head: string;
  readonly maxCommits?: number;
}

const defaultMaxCommits = 5000;
/** Of the base's past, after everything of the head is known: so many are looked at whatever their dates say, and no more than that in all. */
const [slack, maxSlack] = [16, 500];

/**
 * What can be reached from the head and not from the base, as `git rev-list base..head`. Both histories are walked down, the younger commit
 * first by its own word, until nothing is left but what the base has. Where dates are far off, a commit of the base's past may be among
 * them; one of the head's is never left out.
 */
export async function commitsBetween({ repository, base, head, maxCommits = defaultMaxCommits }: CommitsBetween): Promise<CommitRange> {
  const walk = new HistoryWalk(repository);
  await walk.visit(base, true);
  await walk.visit(head, false);
  while (walk.hasOpenOfHead()) {
    if (walk.size > maxCommits) return { ...walk.found(head), cut: 'limit' };
    await walk.step();
  }
  for (let more = 0; more < maxSlack && walk.mayHideMore(more < slack); more += 1) await walk.step();
  const found = walk.found(head);
  return { ...found, ...(found.commits.some(({ oid }) => repository.shallow.has(oid)) ? { cut: 'shallow' } : {}) };
}

class HistoryWalk {
  readonly #repository: Repository;
  readonly #read = new Map<string, Commit>();
  readonly #ofBase = new Set<string>();
  readonly #open = new Map<string, Commit>();

  constructor(repository: Repository) {
    this.#repository = repository;
  }

  get size(): number {
    return this.#read.size;
  }

  /** A commit is looked at once more when it turns out to be the base's, so that its past becomes that too. */
  async visit(oid: string, isOfBase: boolean): Promise<void> {
    const known = this.#read.get(oid);
    if (known !== undefined && (!isOfBase || this.#ofBase.has(oid))) return;
    if (isOfBase) this.#ofBase.add(oid);
    const commit = known ?? (await this.#repository.readCommit(oid));
    this.#read.set(oid, commit);
    this.#open.set(oid, commit);
  }

  async step(): Promise<void> {
    const commit = youngest(this.#open);
    this.#open.delete(commit.oid);
    if (this.#repository.shallow.has(commit.oid)) return;
    for (const parent of commit.parents) await this.visit(parent, this.#ofBase.has(commit.oid));
  }

  found(head: string): Omit<CommitRange, 'cut'> {
    const commits = this.commitsOfHead();
    const known = commits.filter(({ oid }) => !this.#repository.shallow.has(oid));
    const forks = new Set(known.flatMap(({ parents }) => parents).filter((oid) => this.#ofBase.has(oid)));
    return { commits, forks: commits.length === 0 ? [head] : [...forks].sort() };
  }

  hasOpenOfHead(): boolean {
    return [...this.#open.keys()].some((oid) => !this.#ofBase.has(oid));
  }

  /** Whether the base's past may yet lead to what counts as the head's. */
  mayHideMore(anyway: boolean): boolean {
    const oldest = this.commitsOfHead().at(-1);
    return oldest !== undefined && this.#open.size > 0 && (anyway || compareCommits(youngest(this.#open), oldest) < 0);
  }

  /** Newest first. */
  commitsOfHead(): readonly Commit[] {
    return [...this.#read.values()].filter(({ oid }) => !this.#ofBase.has(oid)).sort(compareCommits);
  }
}

function youngest(queue: ReadonlyMap<string, Commit>): Commit {
  const [first, ...others] = queue.values();
  if (first === undefined) throw new TypeError('an empty queue has no youngest');
  return others.reduce((best, commit) => (compareCommits(commit, best) < 0 ? commit : best), first);
}

/** By the committer's date, the newest first; by oid where they are equal. */
function compareCommits(a: Commit, b: Commit): number {
  return b.committer.seconds - a.committer.seconds || (a.oid < b.oid ? -1 : 1);
}
