/** A row of the table. */
export interface Figure {
  readonly what: string;
  readonly ours: string;
  readonly against: string;
  readonly result: string;
  readonly goal: string;
  /** Undefined where nobody has set a goal. */
  readonly passed?: boolean;
}

export function ms(value: number): string {
  return Math.abs(value) < 10 ? `${value.toFixed(1)} ms` : `${value.toFixed(0)} ms`;
}

export function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

export function ratio(a: number, b: number): string {
  return `${(a / b).toFixed(2)} times`;
}

/** How much more a is than b, in ms; with a minus where it is less. */
export function more(a: number, b: number): string {
  return `${a < b ? '' : '+'}${ms(a - b)}`;
}
