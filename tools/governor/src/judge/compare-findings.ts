import type { Finding } from './report.ts';

/** By stage, rule, path, pointer, place, clause and words. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    stageOf(a) - stageOf(b) ||
    compareText(a.rule, b.rule) ||
    compareText(a.path, b.path) ||
    compareText(a.pointer, b.pointer) ||
    a.line - b.line ||
    a.column - b.column ||
    compareText(a.clause, b.clause) ||
    compareText(a.message, b.message)
  );
}

/** The digit behind the letter: `MOBY-M201` is of stage 2. */
function stageOf({ rule }: Finding): number {
  return Number(/\d/.exec(rule)?.[0] ?? 0);
}

/** By code units, whatever the place of the machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
