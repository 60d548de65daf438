import type { AbiChange, AbiDiff, Bump } from '@moby/abi';
import type { ReleaseContents } from '../judge/question.ts';

/**
 * One kind of change between two releases, and the bump that it asks for. What every kind has in common stands in
 * `compare-releases.ts`; a new kind is one more object.
 */
export interface ChangeKind {
  /** Permanent, kebab-case: the clause of MOBY-V506 is called so, too. */
  readonly id: string;
  /** Below 1.0.0 a minor number tells of what would be major. */
  readonly requires: 'major' | 'minor' | 'patch';
  /** Where a patch is enough for what would be minor. Missing: nowhere. */
  readonly eased?: Easing;
  /** Which change it is, as a phrase. */
  readonly when: string;
  /** Where it is laid down what counts: a page of docs/reference, with a heading. */
  readonly reference: string;
  /** Nothing without a witness. */
  readonly find: (pair: ReleasePair) => Iterable<Seen>;
}

/**
 * A line of two numbers and more (`2.1`, `1.1.5`), or of versions below 1 (`0`), takes patches only. `patch-line`: there a patch is enough. `moved-patch-line`: there
 * a patch is enough where upstream's version moved; what the packaging alone adds waits for that.
 */
export type Easing = 'patch-line' | 'moved-patch-line';

/** Two releases of a component. */
export interface ReleasePair {
  readonly baseline: ReleaseSide;
  readonly current: ReleaseSide;
  /** Of both; without platforms where one of them has no facts. A new need is `minor` in it. */
  readonly abi: AbiDiff;
}

export interface ReleaseSide {
  readonly contents: ReleaseContents;
  /** sha256 in hex of its files, by path; missing where nobody has written it down. */
  readonly digests?: Readonly<Record<string, string>>;
}

/** A change that was seen. */
export interface Seen {
  /** The path, key or interface, as `libssl.so.3`. */
  readonly about: string;
  /** Where package.json of the current release says it, where it does. */
  readonly at?: readonly (string | number)[];
  /** One sentence, lowercase, without a full stop. */
  readonly sentence: string;
}

export function seenOf({ name, sentence }: AbiChange): Seen {
  return { about: name, sentence };
}

const bumps: readonly Bump[] = ['none', 'patch', 'minor', 'major'];

export function compareBumps(a: Bump, b: Bump): number {
  return bumps.indexOf(a) - bumps.indexOf(b);
}
