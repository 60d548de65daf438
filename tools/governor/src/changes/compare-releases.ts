import { diffAbi, platformsToCompare, type AbiDiff, type AbiSide, type Bump } from '@moby/abi';
import { Failure, upstreamOf, type Version } from '@moby/model';
import { isOfLine } from '../judge/baseline.ts';
import type { PublishedVersion, ReleaseContents } from '../judge/question.ts';
import type { Witness } from '../judge/report.ts';
import { compareBumps, type ChangeKind, type ReleasePair, type ReleaseSide, type Seen } from './change-kind.ts';
import { changeKinds } from './change-kinds.ts';

/** A release beside the one that it is compared with. */
export interface Comparison {
  readonly baseline: PublishedVersion;
  /** A break is answered by a new line: what is of another line may differ in everything. */
  readonly isSameLine: boolean;
  /** What the version says; a new revision is a patch. */
  readonly declared: Bump;
  /** What the changes ask for; `none` where nobody could see a difference. */
  readonly required: Bump;
  /** Those that ask for most first. */
  readonly witnesses: readonly SeenWitness[];
  /** What could not be compared: sentences. */
  readonly unknown: readonly string[];
}

export interface SeenWitness extends Witness {
  readonly kind: ChangeKind;
  readonly at?: Seen['at'];
}

export interface ToCompare {
  readonly baseline: PublishedVersion & { readonly contents: ReleaseContents };
  readonly version: Version;
  readonly line: string;
  readonly current: ReleaseSide;
}

export function compareReleases({ baseline, version, line, current }: ToCompare): Comparison {
  const { contents, digests } = baseline;
  const before: ReleaseSide = { contents, ...(digests === undefined ? {} : { digests }) };
  const isSameLine = isOfLine(baseline, line);
  const pair = pairOf(before, current);
  const at: Place = {
    // Between lines nothing is eased: what they tell of one another is how far they are apart.
    isPatchLine: isSameLine && (line.includes('.') || line === '0'),
    hasMoved: upstreamOf(version) !== upstreamOf(baseline.version),
    isInitial: [baseline.version, version].every((one) => one.startsWith('0.')),
  };
  const witnesses = changeKinds.flatMap((kind) => witnessesOf(kind, pair, requiredBy(kind, at)));
  return {
    baseline,
    isSameLine,
    declared: declaredBump(baseline.version, version),
    required: witnesses.reduce<Bump>((most, { requires }) => (compareBumps(requires, most) > 0 ? requires : most), 'none'),
    witnesses: witnesses.sort((a, b) => compareBumps(b.requires, a.requires)),
    unknown: unknownOf(pair),
  };
}

/** Which number of upstream's version is another; the revision alone is a patch. */
export function declaredBump(before: Version, after: Version): Bump {
  if (before === after) return 'none';
  const [old, now] = [numbersOf(before), numbersOf(after)];
  const first = old.findIndex((number, index) => number !== now[index]);
  return first === 0 ? 'major' : first === 1 ? 'minor' : 'patch';
}

interface Place {
  /** A line of two numbers and more, or of versions below 1, takes patches only. */
  readonly isPatchLine: boolean;
  /** Upstream's version is another. */
  readonly hasMoved: boolean;
  /** Both are below 1.0.0, where the minor number tells of breaks (semver, 4). */
  readonly isInitial: boolean;
}

function requiredBy({ requires, eased }: ChangeKind, { isPatchLine, hasMoved, isInitial }: Place): Bump {
  if (isPatchLine && (eased === 'patch-line' || (eased === 'moved-patch-line' && hasMoved))) return 'patch';
  return isInitial && requires === 'major' ? 'minor' : requires;
}

function witnessesOf(kind: ChangeKind, pair: ReleasePair, requires: Bump): readonly SeenWitness[] {
  // What is so on every platform is one change.
  const seen = new Map([...kind.find(pair)].map((one) => [`${one.about}\0${one.sentence}`, one]));
  return [...seen.values()].map(({ about, at, sentence }) => ({
    kind,
    change: kind.id,
    requires,
    about,
    sentence,
    ...(at === undefined ? {} : { at }),
  }));
}

interface Paired extends ReleasePair {
  /** Why their facts could not be compared. */
  readonly tooLong?: string;
}

function pairOf(baseline: ReleaseSide, current: ReleaseSide): Paired {
  const hasFacts = [baseline, current].every(({ contents }) => contents.facts !== undefined);
  const compare = (isWithFacts: boolean): AbiDiff => {
    const side = ({ contents: { manifest, facts, symbols, kernelSymbols } }: ReleaseSide): AbiSide => ({
      platforms: facts === undefined || !isWithFacts ? {} : platformsToCompare(facts, symbols, kernelSymbols),
      declared: manifest,
    });
    return diffAbi(side(baseline), side(current), { newNeed: 'minor' });
  };
  try {
    return { baseline, current, abi: compare(hasFacts) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { baseline, current, abi: compare(false), tooLong: error.message };
  }
}

function unknownOf({ baseline, current, abi, tooLong }: Paired): readonly string[] {
  const without = (side: ReleaseSide, which: string): readonly string[] =>
    side.contents.facts === undefined ? [`the ${which} release has no facts.json`] : [];
  const hasOwnFiles = Object.values(baseline.contents.manifest.payload.platforms).some(({ sources }) =>
    sources.some(({ kind }) => kind === 'files'),
  );
  return [
    ...without(baseline, 'old'),
    ...without(current, 'new'),
    ...(tooLong === undefined ? [] : [tooLong]),
    ...(hasOwnFiles && baseline.digests === undefined ? ['nobody has written down which files the old release has'] : []),
    ...abi.unknown.map(({ sentence }) => sentence),
  ];
}

function numbersOf(version: Version): readonly string[] {
  return (upstreamOf(version).split('-')[0] ?? '').split('.');
}
