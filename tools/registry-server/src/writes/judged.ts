import { Refusal } from '../gate/refusal.ts';
import type { RuleFinding } from '../publish/judge.ts';

const maxShown = 20;

/** The warnings among findings; throws a `Refusal` with all of them where one is an error. */
export function judged(findings: readonly RuleFinding[]): readonly RuleFinding[] {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return findings;
  const lines = errors.slice(0, maxShown).map(({ id, name, message }) => `MOBY-${id} ${name}: ${message}`);
  const more = errors.length > maxShown ? [`and ${errors.length - maxShown} more`] : [];
  throw new Refusal({ code: 'MOBY-D424', message: [...lines, ...more].join('\n'), details: { findings } });
}
