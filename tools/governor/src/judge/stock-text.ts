import { catalogue } from '../rules/catalogue.ts';
import type { Finding, Report } from './report.ts';
import { deciderWords } from './waiver.ts';

/** npm shows the text of a refusal in one piece; more than this no person reads there. */
export const maxStockTextCharacters = 8000;

/**
 * What was found, for clients that show one text: a line a finding, `MOBY-V506 abi-bump: …`, and one with what to do; the
 * gravest first. Hints stay out. Empty where nothing was found.
 */
export function stockText({ findings }: Pick<Report, 'findings'>): string {
  const order = ['error', 'tool-error', 'review', 'warning'] as const;
  const lines = order.flatMap((severity) =>
    findings.filter((finding) => finding.severity === severity).map((finding) => linesOf(finding).join('\n')),
  );
  let shown = 0;
  let length = 0;
  for (const line of lines) {
    length += line.length + 1;
    if (length > maxStockTextCharacters) break;
    shown += 1;
  }
  const rest = lines.length - shown;
  return [...lines.slice(0, shown), ...(rest === 0 ? [] : [`and ${rest} more`])].join('\n');
}

function linesOf(finding: Finding): readonly string[] {
  const { rule, name, severity, path, line, column, message, help } = finding;
  const doubt = severity === 'review' ? `, for ${deciderWords(finding)} to decide` : severity === 'warning' ? ', a warning' : '';
  const place = line === 1 && column === 1 ? path : `${path}:${line}:${column}`;
  return [`${rule} ${name}: ${message} (${place}${doubt})`, ...(help === undefined ? [] : [`  hint: ${help}`])];
}

/** The rules' permanent codes and names, by number: whoever speaks of a finding uses these. */
export function governanceCodes(): readonly { readonly code: string; readonly name: string }[] {
  return catalogue.map(({ id, name }) => ({ code: id, name }));
}
