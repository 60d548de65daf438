import type { Diagnostic } from '@moby/model';
import type { Line } from './reporter/line.ts';

/** What a command returns; one place prints it and sets the exit code. */
export type Outcome = Done | Refused;

export interface Done {
  readonly kind: 'done';
  /** The document of `--json`. */
  readonly value: object;
  /** The same for people, to stdout. */
  readonly lines: readonly Line[];
  /** What to do next, to stderr. */
  readonly next?: readonly Line[];
  /** 1 where what was asked about is not in order, as a failed expectation; by default 0. Of `review`, 2 without a verdict, 3 for a person. */
  readonly exitCode?: 0 | 1 | 2 | 3;
  /** `value` is what was asked for, whether `--json` stands there or not. */
  readonly isDocument?: true;
}

/** The input is not in order: exit code 1, or 2 where a file given to a flag can't be read as what it should be. */
export interface Refused {
  readonly kind: 'refused';
  /** The code of the whole; with findings that of the first error. */
  readonly code: string;
  readonly message: string;
  readonly hints: readonly string[];
  readonly findings: readonly Diagnostic[];
  /** Where the document of `--json` has a shape of its own. */
  readonly value?: object;
  readonly exitCode?: 1 | 2;
}

/** The refusal that findings are; at least one is an error. */
export function refusedBy(findings: readonly Diagnostic[]): Refused {
  const errors = findings.filter((finding) => finding.severity === 'error');
  const first = errors[0];
  const message = errors.length === 1 ? (first?.message ?? '') : `${errors.length} errors`;
  return { kind: 'refused', code: first?.code ?? 'invalid-input', message, hints: [], findings };
}

export function isOutcome(value: unknown): value is Outcome {
  return typeof value === 'object' && value !== null && 'kind' in value && (value.kind === 'done' || value.kind === 'refused');
}
