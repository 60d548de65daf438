import type { Edge, EdgeRule, Verdict } from '../edge.ts';

/** What a person reads of a rule: its page is made of this (docs/reference/rules). */
export interface RuleDescription {
  /** Permanent, as `kmod.crc`; the rule's file is named for it with a hyphen. */
  readonly id: EdgeRule;
  /** What has to fit, as one phrase: lowercase, no full stop. */
  readonly title: string;
  /** What happens at run time where it doesn't, and which program says so. Sentences. */
  readonly why: string;
  /** The verdicts that it can give, each with its condition as a phrase. */
  readonly levels: Readonly<Partial<Record<Verdict, string>>>;
  /** Specification or source that the rule follows, as `Linux kernel/module/version.c, check_version`. */
  readonly references: readonly string[];
  /**
   * An error stands between the two components of its edge, whatever else is there: with another version of either it may
   * fit. Resolving takes such an error for a conflict of the two versions.
   */
  readonly isPair?: true;
  /** Real versions; the rule's test proves both. Phrases. */
  readonly examples: { readonly fails: string; readonly passes: string };
}

/** A pure function of facts with its description. One file a rule, which exports the rule alone. */
export interface Rule<Subject> extends RuleDescription {
  /** Deterministic: the order of the edges follows the order of the subject. What nobody knows is `unknown`, never left out. */
  readonly check: (subject: Subject) => readonly Edge[];
}
