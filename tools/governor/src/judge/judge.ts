import { placeAt, type Document } from '@moby/model';
import type { Found, GovernanceRule } from '../rules/rule.ts';
import { catalogue } from '../rules/catalogue.ts';
import { atMost } from './at-most.ts';
import { compareFindings, compareText } from './compare-findings.ts';
import { escapeText } from './escape-text.ts';
import { verdictOf, type BumpReport, type Finding, type Report, type WaivedFinding } from './report.ts';
import type { Question } from './question.ts';
import { openSubject, packageFile, type Subject } from './subject.ts';
import { waiverOf } from './waiver.ts';

/**
 * Judges a release by the rules of the catalogue. The answer follows from the question alone: no clock, no network, no
 * environment; the same question gives the same bytes (`canonicalJson`).
 */
export async function judge(question: Question, rules: readonly GovernanceRule[] = catalogue): Promise<Report> {
  const subject = await openSubject(question);
  const findings: Judged[] = [];
  const unjudged: string[] = [];
  let passed = 0;
  for (const rule of rules.filter(({ clauses }) => clauses.length > 0)) {
    const found = rule.clauses.map((clause) => ({ clause: clause.name, found: clause.find(subject) }));
    if (found.some((one) => one.found === undefined)) unjudged.push(rule.id);
    const own = found.flatMap(({ clause, found: some }) =>
      atMost([...(some ?? [])]).map((one) => toFinding({ subject, rule, clause, found: one })),
    );
    findings.push(...own);
    if (own.length === 0 && !unjudged.includes(rule.id)) passed += 1;
  }
  const all = findings
    .filter((one) => !givesWay(one, findings))
    .map(({ finding }) => finding)
    .sort(compareFindings);
  const waived = all.flatMap((finding) => waivedBy(subject, finding));
  const kept = all.filter((finding) => !waived.some((one) => one.finding === finding));
  const bump = bumpOf(subject);
  return {
    verdict: verdictOf(kept, unjudged),
    findings: kept,
    waived,
    ...(bump === undefined ? {} : { bump }),
    passed,
    unjudged: unjudged.sort(compareText),
  };
}

function waivedBy({ question, policy, package: own }: Subject, finding: Finding): readonly WaivedFinding[] {
  const waiver = waiverOf(finding, { name: own?.name, npmVersion: own?.npmVersion, today: question.today }, policy.waivers);
  return waiver === undefined ? [] : [{ finding, by: waiver.by, reason: escapeText(waiver.reason) }];
}

/** Undefined where the release, or the one before it, can't be read. */
function bumpOf({ component }: Subject): BumpReport | undefined {
  if (component === undefined) return undefined;
  const { baseline, comparison } = component;
  if (comparison === undefined) return baseline === undefined ? { declared: 'none', required: 'none', witnesses: [] } : undefined;
  const witnesses = comparison.witnesses.map(({ change, requires, about, sentence }) => ({
    change,
    requires,
    about: escapeText(about),
    sentence: escapeText(sentence),
  }));
  return { declared: comparison.declared, required: comparison.required, baseline: comparison.baseline.version, witnesses };
}

interface Judged {
  readonly finding: Finding;
  readonly yields: boolean;
}

function toFinding(options: {
  readonly subject: Subject;
  readonly rule: GovernanceRule;
  readonly clause: string;
  readonly found: Found;
}): Judged {
  const { subject, rule, clause, found } = options;
  const finding: Finding = {
    rule: rule.id,
    name: rule.name,
    clause,
    severity: found.severity ?? rule.severity,
    component: escapeText(componentOf(subject)),
    ...placed(subject, found),
    message: escapeText(found.message),
    ...(found.help === undefined ? {} : { help: escapeText(found.help) }),
    waivableBy: rule.waivableBy,
  };
  return { finding, yields: rule.yields === true };
}

function placed(subject: Subject, found: Found): Pick<Finding, 'path' | 'line' | 'column' | 'pointer'> {
  const file = found.file ?? packageFile;
  const path = escapeText(found.repositoryFile ?? subject.question.release.label + file);
  const json = subject.jsonFiles.get(file);
  if (found.place !== undefined) return { path, line: found.place.line, column: found.place.column, pointer: '' };
  if (found.at !== undefined && json?.document !== undefined) {
    const { line, column } = place(json.document, found.at, found.key === true);
    return { path, line, column, pointer: escapeText(found.at.map((part) => `/${pointerPart(String(part))}`).join('')) };
  }
  if (found.repositoryFile !== undefined) return { path, line: 1, column: 1, pointer: '' };
  if (found.offset !== undefined && json?.text !== undefined) {
    const { line, column } = placeAt(file, json.text, found.offset, 1);
    return { path, line, column, pointer: '' };
  }
  return { path, line: 1, column: 1, pointer: '' };
}

function place(document: Document, at: readonly (string | number)[], key: boolean): ReturnType<Document['placeOf']> {
  return document.placeOf(at, { key });
}

/** RFC 6901. */
function pointerPart(text: string): string {
  return text.replaceAll('~', '~0').replaceAll('/', '~1');
}

function componentOf({ question, ...subject }: Subject): string {
  const name = subject.package?.name ?? 'unknown';
  const own = name.slice(name.indexOf('/') + 1);
  return question.release.line === undefined ? own : `${own}/${question.release.line}`;
}

/** An error of a rule that knows better stands at the same place. */
function givesWay({ finding, yields }: Judged, all: readonly Judged[]): boolean {
  if (!yields) return false;
  return all.some(
    (other) =>
      !other.yields &&
      other.finding.severity === 'error' &&
      other.finding.path === finding.path &&
      other.finding.line === finding.line &&
      other.finding.column === finding.column,
  );
}
