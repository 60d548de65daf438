import type { Severity, WaivableBy } from '../judge/report.ts';
import type { ChangeSubject } from '../review/change-subject.ts';
import type { ComponentSubject, PackageSubject, Subject } from '../judge/subject.ts';

/** What a person reads of a rule: its page is made of this (docs/reference/governance-rules). */
export interface RuleText {
  /** Permanent, never used again: `MOBY-M201`; the digit behind the letter is the stage. */
  readonly id: string;
  /** Permanent, kebab-case; the rule's file and page are named for it. */
  readonly name: string;
  readonly severity: Severity;
  readonly waivableBy: WaivableBy;
  /** What the rule protects from. Sentences. */
  readonly why: string;
  /** Phrases; the rule's fixtures prove both. */
  readonly examples: { readonly fails: string; readonly passes: string };
  /** Says nothing where another rule has an error at the same place: that one knows better. */
  readonly yields?: true;
}

/** One condition of a rule. A fixture fails because of it alone, so that none is lost unseen. */
export interface Clause<Looked> {
  /** Permanent, kebab-case. */
  readonly name: string;
  /** When there is a finding, as a phrase. */
  readonly when: string;
  /** Pure. What isn't known is a finding of severity `review`, never nothing. */
  readonly find: (subject: Looked) => Iterable<Found>;
}

/** What a clause found; the engine adds the rule, the place, and makes the text harmless. */
export interface Found {
  /** Keys and indexes in package.json, or in `file`. */
  readonly at?: readonly (string | number)[];
  /** The key is meant, not its value. */
  readonly key?: true;
  /** A place in the file that somebody else has found. */
  readonly place?: { readonly line: number; readonly column: number };
  /** Another file of the package; about the whole of it where `offset` is missing. */
  readonly file?: string;
  /** A file of the repository, from its root; with `place`. */
  readonly repositoryFile?: string;
  /** A place in the file that no value stands at, in UTF-16 units. */
  readonly offset?: number;
  readonly message: string;
  readonly help?: string;
  /** Of a pull request: `redis`, or `redis/8.0`; missing where it is about all of it. */
  readonly component?: string;
  /** Where it isn't the rule's own. */
  readonly severity?: Severity;
}

/** A rule as the engine runs it. */
export interface GovernanceRule extends RuleText {
  /** About one release. Undefined: it can't be read so far that this could be judged. */
  readonly clauses: readonly (Omit<Clause<never>, 'find'> & { readonly find: (subject: Subject) => Iterable<Found> | undefined })[];
  /** About the whole of a pull request. Their names differ from those of `clauses`. */
  readonly change?: readonly Clause<ChangeSubject>[];
}

/** A rule over the whole of a pull request alone. */
export function ofChange(rule: RuleText & { readonly change: readonly Clause<ChangeSubject>[] }): GovernanceRule {
  return { ...rule, clauses: [] };
}

type Written<Looked> = RuleText & { readonly clauses: readonly Clause<Looked>[] };

/** A rule over the release as it came in. */
export function ofRelease(rule: Written<Subject>): GovernanceRule {
  return rule;
}

/** A rule over package.json as JSON, valid or not. */
export function ofPackage(rule: Written<PackageSubject>): GovernanceRule {
  return bound(rule, (subject) => subject.package);
}

/** A rule over a component that can be read. */
export function ofComponent(rule: Written<ComponentSubject>): GovernanceRule {
  return bound(rule, (subject) => subject.component);
}

function bound<Looked>(rule: Written<Looked>, part: (subject: Subject) => Looked | undefined): GovernanceRule {
  const clauses = rule.clauses.map(({ name, when, find }) => ({
    name,
    when,
    find: (subject: Subject): Iterable<Found> | undefined => {
      const looked = part(subject);
      return looked === undefined ? undefined : find(looked);
    },
  }));
  return { ...rule, clauses };
}
