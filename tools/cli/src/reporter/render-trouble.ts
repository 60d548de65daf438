import { bold, linesOf, red, type Line } from './line.ts';
import { renderDiagnostic, renderHints } from './render-diagnostic.ts';
import type { Trouble } from './describe-error.ts';

/** What went wrong, for people: findings one after the other, or the message with what to do. */
export function renderTrouble(trouble: Pick<Trouble, 'code' | 'message' | 'hints' | 'findings' | 'stack'>): readonly Line[] {
  const findings = trouble.findings.flatMap((finding, index): readonly Line[] => [
    ...(index === 0 ? [] : [[]]),
    ...renderDiagnostic(finding),
  ]);
  if (findings.length > 0) return [...findings, ...renderHints(trouble.hints)];
  const [first = '', ...others] = trouble.message.split('\n');
  return [
    ...(trouble.stack === undefined ? [] : linesOf(trouble.stack)),
    [red(`error[${trouble.code}]`), bold(`: ${first}`)],
    ...others.flatMap((line) => linesOf(line, '  ')),
    ...renderHints(trouble.hints),
  ];
}

/** The document of `--json` for what went wrong. */
export function troubleDocument({
  code,
  message,
  hints,
  findings,
  stack,
}: Pick<Trouble, 'code' | 'message' | 'hints' | 'findings' | 'stack'>): object {
  return { error: { code, message, hints, findings, ...(stack === undefined ? {} : { stack }) } };
}
