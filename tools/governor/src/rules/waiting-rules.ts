/** Rules that have their numbers and names, and aren't judged: by number, with why. */
export interface WaitingRules {
  readonly rules: Readonly<Record<string, string>>;
  /** A sentence. */
  readonly why: string;
}

export const waitingRules: readonly WaitingRules[] = [
  {
    rules: { 'MOBY-G001': 'policy-from-base' },
    why: 'No finding could say otherwise: policy, life cycle and owners are read from the base’s tree alone, rules and schemas come with the program, and nothing of the head is run. That what a change writes there counts for nothing but itself is a test.',
  },
  {
    rules: { 'MOBY-M207': 'config-schema-safe', 'MOBY-M208': 'pattern-linear', 'MOBY-M209': 'defaults-valid' },
    why: 'No key of a manifest contributes a schema for a component’s configuration. The part of MOBY-V511 about such schemas waits with them.',
  },
  { rules: { 'MOBY-V508': 'epoch' }, why: 'No key of a manifest has an epoch of its ABI: a break is a new line.' },
  {
    rules: { 'MOBY-X802': 'attest-regress' },
    why: 'Nobody tells the rules whether the release before was signed; the policy asks for signatures of all or of none.',
  },
  { rules: { 'MOBY-X804': 'advisory' }, why: 'The repository has no data of advisories.' },
  { rules: { 'MOBY-X806': 'sbom' }, why: 'A package has no list of materials: notices and sources are written of what is built.' },
  {
    rules: { 'MOBY-R902': 'changelog' },
    why: 'A component has no change notes. What is new in a release is told by comparing it with the one before, and why by the commit; a note would say the same a third time.',
  },
  {
    rules: { 'MOBY-R903': 'tests-touched' },
    why: 'A component’s tests are `expect` of its manifest, and nothing there says which offer an expectation is about. Most offers are versions of upstream, which no new test follows from.',
  },
  {
    rules: { 'MOBY-R906': 'rule-docs' },
    why: 'That every rule has its page and its fixtures is a test of this repository.',
  },
];
