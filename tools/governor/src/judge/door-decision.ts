import { escapeText } from './escape-text.ts';
import type { Publisher } from './question.ts';
import type { Finding, Report } from './report.ts';
import { decidersOf, deciderWords } from './waiver.ts';

/** What the registry's door does with a release. */
export interface DoorDecision {
  readonly accept: boolean;
  /** It may be had by its version and its line's tag; it doesn't become `latest` by itself. */
  readonly withholdLatest: boolean;
  /** Why, the gravest first: errors refuse, warnings are told. */
  readonly findings: readonly DoorFinding[];
}

export interface DoorFinding extends Omit<Finding, 'severity'> {
  readonly severity: 'error' | 'warning';
}

/** An unproven payload may be proven later; nothing else that waits for a person does so inside the registry. */
const withheldBy = 'MOBY-P706';

/**
 * At the registry's door nobody sits who could be asked. What is for a steward to decide is decided by the steward who publishes it, or by the
 * bot, which publishes what was merged; the rest is refused with the words of who may let it pass, apart from a payload that nobody
 * has built. Hints stay out.
 */
export function doorDecision(report: Pick<Report, 'findings' | 'unjudged'>, publisher: Publisher | undefined): DoorDecision {
  const findings = [...report.findings.flatMap((finding) => atDoor(finding, publisher)), ...unjudgedAtDoor(report)];
  const isError = ({ severity }: DoorFinding): boolean => severity === 'error';
  return {
    accept: !findings.some(isError),
    withholdLatest: report.findings.some(({ rule }) => rule === withheldBy),
    findings: [...findings.filter(isError), ...findings.filter((finding) => !isError(finding))],
  };
}

function atDoor(finding: Finding, publisher: Publisher | undefined): readonly DoorFinding[] {
  const { severity } = finding;
  switch (severity) {
    case 'hint':
      return [];
    case 'warning':
      return [{ ...finding, severity }];
    case 'error':
    case 'tool-error':
      return [{ ...finding, severity: 'error' }];
    case 'review':
      if (finding.rule === withheldBy)
        return [{ ...finding, severity: 'warning', help: 'it doesn’t become `latest` until somebody has built it here' }];
      return decidesByPublishing(finding, publisher)
        ? [{ ...finding, severity: 'warning' }]
        : [{ ...finding, severity: 'error', help: helpAndDecider(finding) }];
  }
}

/** An owner who publishes is the author, who waives nothing of their own; the security team's word is one of its own. */
function decidesByPublishing(finding: Finding, publisher: Publisher | undefined): boolean {
  return (publisher?.role === 'steward' || publisher?.role === 'bot') && decidersOf(finding).includes('steward');
}

function helpAndDecider(finding: Finding): string {
  const bySteward = decidersOf(finding).includes('steward') ? ', or a steward by publishing it' : '';
  const decider = `${deciderWords(finding)} may let it pass, by a waiver in the policy${bySteward}`;
  return finding.help === undefined ? decider : `${finding.help}; ${decider}`;
}

/** What nobody could judge never passes; where something else is said already, that comes first. */
function unjudgedAtDoor({ findings, unjudged }: Pick<Report, 'findings' | 'unjudged'>): readonly DoorFinding[] {
  if (unjudged.length === 0 || findings.some(({ severity }) => severity === 'error' || severity === 'tool-error')) return [];
  const [rule = ''] = unjudged;
  return [
    {
      rule,
      name: 'unjudged',
      clause: 'unjudged',
      severity: 'error',
      component: '',
      path: 'package.json',
      line: 1,
      column: 1,
      pointer: '',
      message: escapeText(`the release can’t be read far enough to be judged by ${unjudged.join(', ')}`),
      waivableBy: 'nobody',
    },
  ];
}
