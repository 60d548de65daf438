import type { Finding, Severity } from '../judge/report.ts';
import { deciderWords } from '../judge/waiver.ts';
import type { ReviewReport } from './review-report.ts';

const gravestFirst: readonly Severity[] = ['error', 'tool-error', 'review', 'warning', 'hint'];

/** One and many. */
const counted: Readonly<Record<Severity, readonly [string, string]>> = {
  error: ['error', 'errors'],
  'tool-error': ['tool error', 'tool errors'],
  review: ['for a person to decide', 'for a person to decide'],
  warning: ['warning', 'warnings'],
  hint: ['hint', 'hints'],
};

/** What has to be looked at first; within a severity, in the report's order. */
export function byGravity(findings: readonly Finding[]): readonly Finding[] {
  return gravestFirst.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}

/** `1 error, 2 warnings`; empty where there is nothing. */
export function countWords(findings: readonly Finding[]): string {
  return gravestFirst
    .flatMap((severity) => {
      const count = findings.filter((finding) => finding.severity === severity).length;
      return count === 0 ? [] : [`${count} ${counted[severity][count === 1 ? 0 : 1]}`];
    })
    .join(', ');
}

/** `1 error, 1 warning, 61 rules passed`. */
export function resultWords({ findings, waived, passed, unjudged }: ReviewReport): string {
  const parts = [
    countWords(findings),
    waived.length === 0 ? '' : `${waived.length} waived`,
    unjudged.length === 0 ? '' : `${rulesWord(unjudged.length)} not judged`,
    `${rulesWord(passed)} passed`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function rulesWord(count: number): string {
  return count === 1 ? '1 rule' : `${count} rules`;
}

/** `components/redis/8.0/package.json:4:14`; without a place where it is about the whole file. */
export function placeWords({ path, line, column }: Finding): string {
  if (path === '') return 'the whole pull request';
  return line === 1 && column === 1 ? path : `${path}:${line}:${column}`;
}

/** Who may let it pass, of what stops a merge; undefined of the rest. */
export function waiverWords(finding: Finding): string | undefined {
  const { severity } = finding;
  if (severity !== 'error' && severity !== 'review') return undefined;
  const deciders = deciderWords(finding);
  if (deciders === undefined) return 'nobody may waive it';
  return severity === 'review' ? `for ${deciders} to decide` : `waivable by ${deciders}`;
}

/** `V506` of `MOBY-V506`: what a person types. */
export function shortRule({ rule }: Pick<Finding, 'rule'>): string {
  return rule.replace(/^MOBY-/, '');
}

/** `2.1.8 → 2.1.9`. */
export function stepWords({ baseline, version }: ReviewReport['bump'][string]): string {
  if (baseline === undefined) return `${version}, its first version`;
  return baseline === version ? `${version}, as before` : `${baseline} → ${version}`;
}
