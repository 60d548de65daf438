import type { Found } from '../rules/rule.ts';

/** A rule that says more than this says it once more with the number of the rest. */
export const maxFindingsPerClause = 20;

export function atMost(found: readonly Found[]): readonly Found[] {
  const rest = found.length - maxFindingsPerClause;
  const last = found[maxFindingsPerClause];
  if (rest <= 0 || last === undefined) return found;
  const more = rest === 1 ? '' : `, and ${rest - 1} more like it`;
  return [...found.slice(0, maxFindingsPerClause), { ...last, message: last.message + more }];
}
