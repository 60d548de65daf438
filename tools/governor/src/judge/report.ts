import type { Bump } from '@moby/abi';

/**
 * What a finding means for the verdict. `review`: a named person must decide, also where a fact is missing. `tool-error`: nobody
 * could judge, and that is not the author's fault.
 */
export const severities = ['error', 'tool-error', 'review', 'warning', 'hint'] as const;

export type Severity = (typeof severities)[number];

/** Who may let a finding pass, with a reason that is written down. */
export type WaivableBy = 'nobody' | 'owner' | 'steward' | 'security-team';

export type GovernanceVerdict = 'pass' | 'fail' | 'tool-error' | 'needs-review';

export interface Finding {
  /** Permanent, as `MOBY-V506`. */
  readonly rule: string;
  /** Permanent, as `abi-bump`. */
  readonly name: string;
  /** Which of the rule's conditions, as `no-revision`; permanent too. */
  readonly clause: string;
  readonly severity: Severity;
  /** `redis/8.0`, or what is known of that. */
  readonly component: string;
  /** The file, as its reader knows it: `package.json`, or with the folders of a repository before it. */
  readonly path: string;
  /** Both count from 1, the column in UTF-16 units; 1 and 1 where the finding is about the whole file. */
  readonly line: number;
  readonly column: number;
  /** Where in a JSON file, as a JSON pointer; empty for the whole of it. */
  readonly pointer: string;
  /** A lowercase phrase without a full stop. Free of control characters, whatever the release has in it. */
  readonly message: string;
  /** What to do. */
  readonly help?: string;
  readonly waivableBy: WaivableBy;
}

/** How far the release is from what was published before it. */
export interface BumpReport {
  /** What its version says. */
  readonly declared: Bump;
  /** What its contents ask for; eased in a line of patches, as the kinds of change have it. */
  readonly required: Bump;
  /** The version that it is compared with, as `8.0.2+r1`; missing for the first of its component. */
  readonly baseline?: string;
  readonly witnesses: readonly Witness[];
}

/** One change that asks for a bump, and what it is about. No witness, no bump. */
export interface Witness {
  /** The kind of change, as `offer-removed` (`changeKinds`). */
  readonly change: string;
  readonly requires: Bump;
  /** The path, key or interface, as `libssl.so.3`. */
  readonly about: string;
  readonly sentence: string;
}

/** A finding that somebody who may has let pass. */
export interface WaivedFinding {
  readonly finding: Finding;
  readonly by: WaivableBy;
  readonly reason: string;
}

export interface Report {
  readonly verdict: GovernanceVerdict;
  /** Sorted by stage, rule, path, pointer; without those that were waived. */
  readonly findings: readonly Finding[];
  readonly waived: readonly WaivedFinding[];
  /** Missing where the release can't be read far enough to compare it. */
  readonly bump?: BumpReport;
  /** How many rules were judged and found nothing. */
  readonly passed: number;
  /** Rules that nothing can be said of, since the release can't be read far enough; never passes. */
  readonly unjudged: readonly string[];
}

/** fail > tool-error > needs-review > pass. What was not judged is never a pass. */
export function verdictOf(findings: readonly Pick<Finding, 'severity'>[], unjudged: readonly string[]): GovernanceVerdict {
  const has = (severity: Severity): boolean => findings.some((finding) => finding.severity === severity);
  if (has('error')) return 'fail';
  if (has('tool-error') || unjudged.length > 0) return 'tool-error';
  return has('review') ? 'needs-review' : 'pass';
}
