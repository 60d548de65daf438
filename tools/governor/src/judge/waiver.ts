import type { Finding, WaivableBy } from './report.ts';

/**
 * A decision of somebody who may take it: a rule lets a release pass. It names one version or a last day, so that it ends by itself. Data
 * of the policy, which the release has no hand in.
 */
export interface Waiver {
  /** `MOBY-V506`. */
  readonly rule: string;
  /** npm's name and version, `@moby/redis` and `8.0.202`. */
  readonly package: string;
  /** Every version where it is missing; `until` is there then. */
  readonly version?: string;
  /** The last day that it counts on, as `2027-01-31`. */
  readonly until?: string;
  readonly by: Decider;
  readonly reason: string;
  /** Who depends on the component and was thought of, by name; a waiver of MOBY-V506 counts with such a list only. */
  readonly dependents?: readonly string[];
}

export type Decider = Exclude<WaivableBy, 'nobody'>;

/** Rules whose waiver has to say whom it concerns. */
const rulesWithDependents: ReadonlySet<string> = new Set(['MOBY-V506']);

/** Who may let a finding pass, widest last. What is for a person to decide is a steward's to decide where nobody may waive it. */
export function decidersOf({ severity, waivableBy }: Pick<Finding, 'severity' | 'waivableBy'>): readonly Decider[] {
  // Nobody judged: there is nothing to let pass yet.
  if (severity === 'tool-error') return [];
  switch (waivableBy) {
    case 'nobody':
      return severity === 'review' ? ['steward'] : [];
    case 'owner':
      return ['owner', 'steward'];
    case 'steward':
      return ['steward'];
    case 'security-team':
      return ['security-team'];
  }
}

/** What a waiver is compared with. */
export interface WaivedRelease {
  readonly name: string | undefined;
  readonly npmVersion: string | undefined;
  /** As somebody told it (`Question.today`); where nobody did, no waiver with a last day counts. */
  readonly today: string | undefined;
}

/** The waiver that lets a finding about a release pass, if there is one. */
export function waiverOf(finding: Finding, release: WaivedRelease, waivers: readonly Waiver[]): Waiver | undefined {
  return waivers.find(
    (waiver) =>
      waiver.rule === finding.rule &&
      isAbout(waiver, release) &&
      (waiver.until === undefined || (release.today !== undefined && release.today <= waiver.until)) &&
      decidersOf(finding).includes(waiver.by) &&
      (waiver.dependents !== undefined || !rulesWithDependents.has(waiver.rule)),
  );
}

/** Whether a waiver names the release, be it over or not. */
export function isAbout(waiver: Waiver, { name, npmVersion }: Pick<WaivedRelease, 'name' | 'npmVersion'>): boolean {
  return waiver.package === name && (waiver.version === undefined || waiver.version === npmVersion);
}

const names: Readonly<Record<Decider, string>> = {
  owner: 'an owner',
  steward: 'a steward',
  'security-team': 'the security team',
};

/** `a steward`. */
export function deciderName(by: WaivableBy): string {
  return by === 'nobody' ? by : names[by];
}

/** `an owner or a steward`; undefined where nobody may let it pass. */
export function deciderWords(finding: Pick<Finding, 'severity' | 'waivableBy'>): string | undefined {
  const deciders = decidersOf(finding);
  return deciders.length === 0 ? undefined : deciders.map((decider) => names[decider]).join(' or ');
}
