import { canonicalJson } from '@moby/model';
import { sarifLog, withoutVersions, type SarifLevel, type SarifNote, type SarifResult, type SarifRule } from '@moby/model/sarif';
import type { Finding, Severity } from '../judge/report.ts';
import type { RuleText } from '../rules/rule.ts';
import { reviewExitCodes } from './exit-codes.ts';
import { harmlessReport } from './harmless-report.ts';
import { relativePath } from './relative-path.ts';
import type { ReviewReport } from './review-report.ts';
import { byGravity } from './review-words.ts';

/** GitHub shows no more of a run. */
export const maxSarifResults = 5000;

const levels: Readonly<Record<Severity, SarifLevel>> = {
  error: 'error',
  'tool-error': 'error',
  review: 'warning',
  warning: 'warning',
  hint: 'note',
};

interface ReviewSarifOptions {
  /** The rules that were judged. */
  readonly rules: readonly RuleText[];
  /** Where the rules' pages are read, an absolute address that ends in `/`; without it, a rule's help is its text alone. */
  readonly pages?: string;
}

/** The report as a SARIF 2.1.0 log; the gravest first, and what is waived last, as suppressed. */
export function reviewSarif(report: ReviewReport, { rules, pages }: ReviewSarifOptions): string {
  const { verdict, findings, waived, cause } = harmlessReport(report);
  const all = [...byGravity(findings).map((finding) => resultOf(finding)), ...waived.map((one) => resultOf(one.finding, one.reason))];
  const results = all.slice(0, maxSarifResults);
  const known = new Map<string, Pick<RuleText, 'id' | 'name'> & Partial<RuleText>>(rules.map((rule) => [rule.id, rule]));
  for (const { rule, name } of [...findings, ...waived.map(({ finding }) => finding)]) {
    if (!known.has(rule)) known.set(rule, { id: rule, name });
  }
  const notes: SarifNote[] = cause === undefined ? [] : [{ level: 'error', message: `${cause.kind}: ${cause.message}` }];
  const leftOut = all.length - results.length;
  if (leftOut > 0) notes.push({ level: 'warning', message: `${leftOut} more results are left out: a run shows ${maxSarifResults}` });
  return canonicalJson(
    sarifLog({
      rules: [...known.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).map((rule) => ruleOf(rule, pages)),
      bases: { SRCROOT: 'the folder that holds components/ and assemblies/' },
      results,
      ending: { exitCode: reviewExitCodes[verdict], isWhole: verdict !== 'tool-error', notes },
    }),
  );
}

function ruleOf({ id, name, why, examples }: Pick<RuleText, 'id' | 'name'> & Partial<RuleText>, pages: string | undefined): SarifRule {
  const paragraphs = [
    ...(why === undefined ? [] : [why]),
    ...(examples === undefined ? [] : [`Fails: ${examples.fails}. Passes: ${examples.passes}.`]),
    `\`moby-compose review explain ${id}\` tells more; the rule’s page is docs/reference/governance-rules/${name}.md.`,
  ];
  return {
    id,
    title: name.replaceAll('-', ' '),
    ...(why === undefined ? {} : { why }),
    help: paragraphs.join('\n\n'),
    ...(pages === undefined ? {} : { helpUri: new URL(`${encodeURIComponent(name)}.md`, pages).href }),
  };
}

function resultOf(finding: Finding, suppressed?: string): SarifResult {
  const { rule, clause, severity, component, path, pointer, line, column, message, help, waivableBy } = finding;
  const file = relativePath(path);
  return {
    rule,
    level: levels[severity],
    message: help === undefined ? message : `${message}\n${help}`,
    base: 'SRCROOT',
    ...(file === '' ? {} : { file, region: { line, column } }),
    ...(component === '' ? {} : { subject: component }),
    identity: [clause, component, path, pointer, withoutVersions(message)],
    properties: { severity, waivableBy },
    ...(suppressed === undefined ? {} : { suppressed }),
  };
}
