import { Failure } from '@moby/model';

/** Steps that are gone back one by one. */
const maxSteps = 1000;

/**
 * `main~2^2` → `main`, and the parents that lead from there: each by its place, counted from 0. What is written otherwise stays a name, for
 * which there is no commit then. `^0`, the commit itself, is no step.
 */
export function ancestorOf(revision: string): { readonly name: string; readonly steps: readonly number[] } {
  const suffix = /(?:[~^][0-9]{0,4})*$/.exec(revision)?.[0] ?? '';
  const steps: number[] = [];
  for (const [, kind, digits] of suffix.matchAll(/([~^])([0-9]*)/g)) {
    const count = digits === '' ? 1 : Number(digits);
    if (kind === '^') steps.push(...(count === 0 ? [] : [count - 1]));
    else if (count <= maxSteps) steps.push(...Array.from({ length: count }, () => 0));
    if (steps.length > maxSteps || count > maxSteps)
      throw new Failure({
        code: 'not-found',
        message: `\`${revision.slice(0, 60)}\` goes back more than ${maxSteps} commits`,
        hints: ['name the commit by its oid'],
      });
  }
  return { name: revision.slice(0, revision.length - suffix.length), steps };
}

export function noAncestor(revision: string, last: string): Failure {
  return new Failure({
    code: 'not-found',
    message: `\`${revision}\` goes back further than there are commits: ${last} has no such parent`,
    hints: ['a clone of few commits ends early: git fetch --unshallow brings more'],
  });
}
