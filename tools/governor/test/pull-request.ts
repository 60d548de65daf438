import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PayloadProof, Policy } from '@moby/governor';
import type { ReviewFacts, ToReview } from '@moby/governor/review';
import { rawRepository, type RawRepository } from './collect/raw-repository.ts';

/** Files by path; undefined takes one away. */
export type Files = Readonly<Record<string, string | undefined>>;

/** Those that are always there. */
export type OrdinaryFacts = ReviewFacts & Required<Pick<ReviewFacts, 'head' | 'author' | 'pusher' | 'reviews' | 'logins' | 'components'>>;

/** A pull request to the small library (`library`), as what differs from it. */
export interface PullRequest {
  /** Laid over the library, before anything else. */
  readonly base?: Files;
  /** Laid over the base. */
  readonly head?: Files;
  /** Folders of the head by path, written as git would never write them. */
  readonly trees?: (repository: RawRepository) => Readonly<Record<string, string>>;
  /** What the base has got since the head left it. */
  readonly target?: Files;
  /** The head's commit message, without which it has no text but a sign-off of its author; or messages of several, oldest first. */
  readonly messages?: readonly string[];
  /** Signs each of the head's commits. */
  readonly sign?: (payload: Buffer) => string;
  /** The clone has the head without its parents. */
  readonly shallow?: true;
  /** The head merges what the base has got. */
  readonly merges?: true;
  /** What the base has got since it was looked at: the facts say so. */
  readonly later?: Files;
  /** The head's author, as `Ann <ann@example.com>`. */
  readonly author?: string;
  /** What a forge says otherwise than of an everyday pull request. */
  readonly facts?: (ordinary: OrdinaryFacts) => ReviewFacts;
  readonly today?: string;
  /** Stands in for the base's policy. */
  readonly policy?: Policy;
  readonly payload?: PayloadProof;
}

/** What a rule about the whole of a pull request finds, and what it lets pass. */
export interface ChangeFixture {
  /** By clause: what the clause alone finds. */
  readonly fail: Readonly<Record<string, PullRequest & { readonly also?: readonly string[] }>>;
  readonly pass: readonly PullRequest[];
}

const packages = join(import.meta.dirname, 'packages');

/** OWNERS.yaml, of maintainers that are written already. */
export function owners(lifecycle: string, ...maintainers: readonly string[]): string {
  return `lifecycle: ${lifecycle}\nmaintainers:\n${maintainers.join('')}`;
}

export const ann = '  - name: Ann\n    id: 11\n    github: ann\n    registry: ann\n    organisation: Acme\n';
export const bob = '  - name: Bob\n    id: 12\n    github: bob\n    registry: bob\n    organisation: Birch\n';

/** What a forge says of a pull request by Ann that Bob, who maintains it with her, and Sue, a steward, have approved of. */
function ordinaryFacts(head: string): OrdinaryFacts {
  return {
    head,
    author: { id: 11, login: 'ann', mergedChanges: 12 },
    pusher: { id: 11, login: 'ann' },
    reviews: [
      { id: 12, login: 'bob', state: 'approved', commit: head },
      { id: 13, login: 'sue', organisation: 'Cedar', role: 'steward', state: 'approved', commit: head },
    ],
    logins: { 11: 'ann', 12: 'bob', 13: 'sue', 14: 'eve' },
    components: { tini: { daysSinceOwnersChanged: 400, releasers: [11, 12] } },
  };
}

/** One component in one line, with its owners: what every pull request of a fixture starts from. */
export function library(): Readonly<Record<string, string>> {
  const tini = readdirSync(join(packages, 'tini')).map((file): [string, string] => [
    `components/tini/0.19/${file === 'manifest.json' ? 'package.json' : file}`,
    readFileSync(join(packages, 'tini', file), 'utf8'),
  ]);
  return {
    ...Object.fromEntries(tini),
    'components/tini/OWNERS.yaml': owners('maintained', ann, bob),
    'components/tini/README.md': '# tini\n\nA first process.\n',
    'docs/governance/policy.yaml': "scopes: ['@moby']\n",
  };
}

const signedOff = (author: string): string => `a change\n\nSigned-off-by: ${author}\n`;

/** The pull request as a repository in an empty folder, with the revisions that are compared. `oid`: the head's; `later`: where the target is by now. */
export function repositoryOf(
  folder: string,
  request: PullRequest,
): Pick<ToReview, 'folder' | 'base' | 'head'> & { readonly oid: string; readonly later?: string } {
  const repository = rawRepository(folder);
  const author = request.author ?? 'Ann <ann@example.com>';
  const base = laidOver(library(), request.base);
  const fork = repository.commit({ tree: repository.files(base), message: signedOff(author), author });
  const target =
    request.target === undefined
      ? fork
      : repository.commit({
          tree: repository.files(laidOver(base, request.target)),
          parents: [fork],
          message: signedOff(author),
          author,
          seconds: 1_000_000_001,
        });
  const signing = request.sign === undefined ? {} : { sign: request.sign };
  const tree = repository.files(laidOver(base, request.head), request.trees?.(repository));
  let head = fork;
  for (const [index, message] of (request.messages ?? [signedOff(author)]).entries())
    head = repository.commit({ tree, parents: [head], message, author, seconds: 1_000_000_002 + index, ...signing });
  if (request.merges === true) {
    const merged = repository.files(laidOver(laidOver(base, request.target), request.head), request.trees?.(repository));
    head = repository.commit({ tree: merged, parents: [head, target], message: 'a merge\n', author, seconds: 1_000_000_900 });
  }
  repository.ref('refs/heads/main', target);
  repository.ref('refs/heads/change', head);
  if (request.shallow === true) repository.file('shallow', `${head}\n`);
  const revisions = { folder: repository.folder, base: 'main', head: 'change', oid: head };
  if (request.later === undefined) return revisions;
  const after = repository.files(laidOver(laidOver(base, request.target), request.later));
  return { ...revisions, later: repository.commit({ tree: after, parents: [target], message: 'later\n' }) };
}

export function laidOver(files: Readonly<Record<string, string>>, laid: Files = {}): Readonly<Record<string, string>> {
  const all = Object.entries({ ...files, ...laid }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What `review` is asked for a pull request. Payloads are taken as proven unless it says otherwise. */
export function toReview(folder: string, request: PullRequest): ToReview {
  const { facts, today, policy, payload } = request;
  const { oid, later, ...revisions } = repositoryOf(folder, request);
  const ordinary = { ...ordinaryFacts(oid), ...(later === undefined ? {} : { target: later }) };
  return {
    ...revisions,
    payloadOf: ({ files }) => payload ?? provenBy(files),
    facts: facts === undefined ? ordinary : facts(ordinary),
    ...(today === undefined ? {} : { today }),
    ...(policy === undefined ? {} : { policy }),
  };
}

/** As if somebody had derived the payloads, and they are what package.json says. */
function provenBy(files: ReadonlyMap<string, Uint8Array>): PayloadProof {
  // oxlint-disable-next-line typescript/no-explicit-any -- a fixture's manifest may be anything
  let json: any = {};
  try {
    json = JSON.parse(Buffer.from(files.get('package.json') ?? '{}').toString());
  } catch {
    // What is no JSON has no payloads.
  }
  const platforms: readonly [string, { digest: `sha256:${string}`; size: number }][] = Object.entries(
    json?.component?.payload?.platforms ?? {},
  );
  const payloads = Object.fromEntries(platforms.map(([platform, { digest, size }]) => [platform, { digest, size }]));
  return { kind: 'proven', payloads, differing: [] };
}

/** The same, and no steward has looked at it. */
export function withoutSteward(request: PullRequest): PullRequest {
  return { ...request, facts: (facts) => ({ ...facts, reviews: facts.reviews.filter(({ role }) => role !== 'steward') }) };
}
