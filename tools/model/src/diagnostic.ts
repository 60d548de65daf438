/** A finding about the input, with its place. Rendering lives in the CLI. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** Permanent kebab-case name, as `unknown-key`. */
  readonly code: string;
  /** Lowercase phrase without a full stop; names in backticks. */
  readonly message: string;
  readonly place?: Place;
  /** Lines below the message: an explanation, or what stands on either end of an edge. */
  readonly details?: readonly string[];
  /** Said under the marked place, as "did you mean `ports`?". */
  readonly note?: string;
  readonly hints?: readonly string[];
}

/** A place in a text file; line and column count from 1, the column in UTF-16 units. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The length of the marked part, at least 1. */
  readonly length: number;
  /** The whole line, as it stands in the file. */
  readonly text: string;
}

/** A value with what was found about it; the value is missing exactly when a finding is an error. */
export type Judged<Value> =
  | { readonly ok: true; readonly value: Value; readonly findings: readonly Diagnostic[] }
  | { readonly ok: false; readonly findings: readonly Diagnostic[] };
