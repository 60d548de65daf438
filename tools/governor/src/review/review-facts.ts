import type { PublishedVersion } from '../judge/question.ts';
import type { HeldRole } from '../judge/policy.ts';
import type { LifecycleRole, Shown, Since } from '../lifecycle/lifecycle.ts';

/**
 * What a repository doesn't know of a pull request: what a forge, a registry and a clock say. Its form is
 * schemas/documents/review-facts.v1.schema.json. Everything may be missing, and is unknown then: rules that need it ask a person.
 */
export interface ReviewFacts {
  /** The day, as `2027-01-31`. */
  readonly today?: string;
  /** The pull request's, at the forge. */
  readonly number?: number;
  /** The head that all of this is about; reviews name their own. */
  readonly head?: string;
  /** The tip of the branch that is merged into, as it is now. */
  readonly target?: string;
  readonly author?: ReviewAuthor;
  /** Who pushed the head last. */
  readonly pusher?: ForgePerson;
  /** Who vouches for an author's first change. */
  readonly sponsor?: ForgePerson;
  /** In the order in which they were given. */
  readonly reviews?: readonly GivenReview[];
  readonly labels?: readonly string[];
  readonly draft?: boolean;
  /** Somebody has asked to wait with it. */
  readonly hold?: boolean;
  /** It is merged by a queue that takes exactly this head. */
  readonly queue?: boolean;
  /** Of the forge, on the head. */
  readonly checks?: readonly ForgeCheck[];
  /** The names that the forge has for numbers today, by number. */
  readonly logins?: Readonly<Record<string, string>>;
  /** How many people hold a role, where a share of them decides. */
  readonly holders?: Readonly<Partial<Record<LifecycleRole, number>>>;
  /** By the folder's name, as `redis`. */
  readonly components?: Readonly<Record<string, ComponentFacts>>;
  /** What a registry has published, by npm's name. Where a name is missing, the versions in the base's tree count as published. */
  readonly published?: Readonly<Record<string, readonly PublishedVersion[]>>;
  /** npm names that were given up and stay taken. */
  readonly tombstones?: readonly string[];
  /** Names on public indexes, as they were recorded. */
  readonly publicNames?: readonly string[];
}

/** Somebody at the forge. */
export interface ForgePerson {
  /** Their number there, which stays when they rename themselves. */
  readonly id: number;
  readonly login: string;
  /** For whom they do it; what OWNERS.yaml of the base says of it counts more. */
  readonly organisation?: string;
  /** One that they hold by a team of the forge. */
  readonly role?: TeamRole;
  /** Numbers of the forge's teams that they are in. */
  readonly teams?: readonly number[];
}

export type TeamRole = HeldRole | 'reviewer';

export interface ReviewAuthor extends ForgePerson {
  /** How many of their pull requests were merged before this one. */
  readonly mergedChanges?: number;
}

export interface GivenReview extends ForgePerson {
  readonly state: 'approved' | 'changes-requested' | 'commented' | 'dismissed';
  /** The head that they looked at. */
  readonly commit: string;
}

export interface ForgeCheck {
  readonly name: string;
  /** Nothing is merged without it. */
  readonly required: boolean;
  /** `skipped`: it was left out, or has no opinion. */
  readonly state: 'succeeded' | 'failed' | 'pending' | 'skipped';
}

/** What is known of a component beyond its files. */
export interface ComponentFacts {
  /** Since somebody was named in its OWNERS.yaml, or taken out, in what is merged. */
  readonly daysSinceOwnersChanged?: number;
  /** Numbers of those whose changes of its version were merged. */
  readonly releasers?: readonly number[];
  /** How many have passed, by what since. */
  readonly days?: Readonly<Partial<Record<Since, number>>>;
  /** What of the life cycle's conditions somebody has seen to. */
  readonly shown?: readonly Shown[];
  /** Whether components or users depend on it. */
  readonly hasDependents?: boolean;
}
