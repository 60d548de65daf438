import { Failure, fromNpmVersion, type Version } from '@moby/model';
import { findBaseline } from '../../judge/baseline.ts';
import { fileDigests } from '../../judge/file-digests.ts';
import { defaultPolicy, type Policy } from '../../judge/policy.ts';
import type { KnownNames, Owners, PayloadProof, PublishedVersion, Question } from '../../judge/question.ts';
import { readContents } from '../../judge/subject.ts';
import type { ReviewFacts } from '../../review/review-facts.ts';
import type { GitObjects } from '../git/read-objects.ts';
import type { Merge } from '../merge/merge-changes.ts';
import { openTree, type TreeReader } from './open-tree.ts';
import { leavesPayload } from './leaves-payload.ts';
import { maxManifestBytes, packageWords, type PackageWords } from './package-words.ts';
import { packedFiles } from './packed-files.ts';
import { readOwners } from './read-owners.ts';
import type { TouchedComponent } from './touched-components.ts';

export interface ReviewedTrees {
  readonly objects: GitObjects;
  /** The oid of the base's tree, and what is laid over it (`mergeChanges`). */
  readonly base: string;
  readonly laid: Merge['laid'];
  readonly touched: readonly TouchedComponent[];
  readonly policy?: Policy;
  readonly facts?: ReviewFacts;
  /** Of the merge, where somebody has derived the payloads. */
  readonly payload?: PayloadProof;
}

/** One touched line, as a question to `judge`. */
export interface LineQuestion {
  readonly component: string;
  readonly line: string;
  /** Missing where the merge has no such line any more, or one that can't be packed. */
  readonly question?: Question;
  /** Why it can't be packed. */
  readonly unpackable?: string;
}

/** The touched lines of a pull request, one question each, in the order of their names. Owners, names and what came before are the base's. */
export async function questionsOf(review: ReviewedTrees): Promise<readonly LineQuestion[]> {
  const base = openTree(review.objects, review.base);
  const names = await knownNames(base, review.policy ?? defaultPolicy, review.facts);
  const questions: LineQuestion[] = [];
  for (const { name: component, lines } of review.touched) {
    const owners = lines.length === 0 ? undefined : await readOwners(base, component);
    for (const line of lines) {
      questions.push({ component, line, ...(await questionOf({ review, base, component, line, names, owners })) });
    }
  }
  return questions;
}

interface TouchedLine {
  readonly review: ReviewedTrees;
  readonly base: TreeReader;
  readonly component: string;
  readonly line: string;
  readonly names: KnownNames;
  readonly owners: Owners | undefined;
}

async function questionOf({
  review,
  base,
  component,
  line,
  names,
  owners,
}: TouchedLine): Promise<Omit<LineQuestion, 'component' | 'line'>> {
  const { objects, laid, facts, policy = defaultPolicy, payload } = review;
  const folder = `components/${component}/${line}`;
  const files = await packedFiles({ objects, tree: base, folder, laid }).catch(failedByLimit);
  if (files instanceof Failure) return { unpackable: files.message };
  if (files.size === 0) return {};
  const before = await packedFiles({ objects, tree: base, folder });
  const was = packageWords(before.get('package.json')).npmVersion;
  const question: Question = {
    door: { kind: 'review', ...(was === undefined ? {} : { base: { npmVersion: was, digests: fileDigests(before) } }) },
    release: { label: `${folder}/`, files, line },
    published: await publishedVersions({ objects, base, component, line, own: packageWords(files.get('package.json')), facts }),
    names,
    ...(owners === undefined ? {} : { owners }),
    policy,
    ...(facts?.today === undefined ? {} : { today: facts.today }),
    payload: payload ?? (leavesPayload(before, files) ? { kind: 'unchanged' } : { kind: 'unproven', why: 'nobody has derived it' }),
  };
  return { question };
}

/** What is too large is the change's own fault. */
function failedByLimit(error: unknown): Failure {
  if (error instanceof Failure && error.code === 'limit') return error;
  throw error;
}

/** Folders below `components/` are names in the project's own scope; what a registry has published tells of others. */
async function knownNames(base: TreeReader, { scopes }: Policy, facts: ReviewFacts | undefined): Promise<KnownNames> {
  const { folders } = await base.names('components');
  const tombstones = facts?.tombstones ?? [];
  const components = new Set([...folders.map((name) => `${scopes[0]}/${name}`), ...Object.keys(facts?.published ?? {}), ...tombstones]);
  return {
    components: [...components].sort(),
    tombstones,
    ...(facts?.publicNames === undefined ? {} : { publicNames: facts.publicNames }),
  };
}

interface ToCompare {
  readonly objects: GitObjects;
  readonly base: TreeReader;
  readonly component: string;
  readonly line: string;
  readonly own: PackageWords;
  readonly facts: ReviewFacts | undefined;
}

/**
 * What the release comes after. Of the one that it is compared with, also what is in it: that takes reading all of it. What the base holds
 * under the release's own version is no publication: whether it may change is for MOBY-V503.
 */
async function publishedVersions({ objects, base, component, line, own, facts }: ToCompare): Promise<readonly PublishedVersion[]> {
  const held = await versionsIn(base, component);
  const recorded = own.name !== undefined && facts?.published !== undefined && Object.hasOwn(facts.published, own.name);
  const published = recorded ? (facts?.published?.[own.name ?? ''] ?? []) : held.filter(({ npmVersion }) => npmVersion !== own.npmVersion);
  const version = own.npmVersion === undefined ? undefined : fromNpmVersion(own.npmVersion);
  const baseline = version === undefined ? undefined : findBaseline(published, { version, line });
  if (baseline === undefined || baseline.contents !== undefined) return published;
  const there = held.find(({ npmVersion }) => npmVersion === baseline.npmVersion);
  if (there?.line === undefined) return published;
  const files = await packedFiles({ objects, tree: base, folder: `components/${component}/${there.line}` });
  const contents = await readContents(files);
  const known: PublishedVersion = {
    ...baseline,
    ...(recorded ? {} : { digests: fileDigests(files) }),
    ...(contents === undefined ? {} : { contents }),
  };
  return published.map((one) => (one === baseline ? known : one));
}

async function versionsIn(
  base: TreeReader,
  component: string,
): Promise<readonly { readonly npmVersion: string; readonly version: Version; readonly line: string; readonly state: 'active' }[]> {
  const { folders } = await base.names(`components/${component}`);
  const versions = [];
  for (const line of folders) {
    const { npmVersion } = packageWords(await base.file(`components/${component}/${line}/package.json`, maxManifestBytes));
    const version = npmVersion === undefined ? undefined : fromNpmVersion(npmVersion);
    if (npmVersion !== undefined && version !== undefined) versions.push({ npmVersion, version, line, state: 'active' as const });
  }
  return versions;
}
