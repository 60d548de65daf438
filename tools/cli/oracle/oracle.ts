import type { OracleWorld } from './oracle-world.ts';

/** Where a rule and what really happens differ. */
export interface Disagreement {
  /** `false alarm`: an error where it works; `miss`: no error where it fails. */
  readonly kind: 'false alarm' | 'miss';
  /** What it is about, as docs/reference/oracles.md names it. */
  readonly subject: string;
  /** What the other side says. */
  readonly detail: string;
}

export interface OracleResult {
  /** As `containerd x shim`. */
  readonly name: string;
  /** What was compared, as `cells`, `programs`. */
  readonly unit: string;
  readonly compared: number;
  /** Of these, how many fail for real: an oracle that never fails proves little. */
  readonly failing: number;
  readonly disagreements: readonly Disagreement[];
  /** What was looked at, and what was not, with the reason; printed below the counts. */
  readonly remarks?: readonly string[];
  /** Why nothing was compared; it counts as neither passed nor failed. */
  readonly notRun?: string;
}

export type Oracle = (world: OracleWorld) => Promise<OracleResult>;

/** Of a judgement and what happened; undefined where they agree. */
export function disagreement(options: {
  readonly subject: string;
  readonly isAlarmed: boolean;
  /** Why it fails; undefined where it works. */
  readonly failure: string | undefined;
}): readonly Disagreement[] {
  const { subject, isAlarmed, failure } = options;
  if (isAlarmed && failure === undefined) return [{ kind: 'false alarm', subject, detail: 'it works' }];
  if (!isAlarmed && failure !== undefined) return [{ kind: 'miss', subject, detail: failure }];
  return [];
}
