import { atMost } from '../judge/at-most.ts';
import { compareFindings } from '../judge/compare-findings.ts';
import { escapeText } from '../judge/escape-text.ts';
import type { Finding, WaivedFinding } from '../judge/report.ts';
import { waiverOf, type Waiver } from '../judge/waiver.ts';
import { catalogue } from '../rules/catalogue.ts';
import { objectsReadable } from '../rules/objects-readable.ts';
import type { Found, GovernanceRule } from '../rules/rule.ts';
import type { ChangeSubject } from './change-subject.ts';

/** What the rules about the whole of a pull request have found. */
export interface ChangeReport {
  readonly findings: readonly Finding[];
  readonly waived: readonly WaivedFinding[];
  /** Numbers of the rules that were judged. */
  readonly judged: readonly string[];
}

/** Judges a pull request as a whole. Pure, as `judge` is. Where its trees can't be trusted, the engine's rules alone are judged. */
export function judgeChange(subject: ChangeSubject, rules: readonly GovernanceRule[] = catalogue): ChangeReport {
  const judged = rules.filter(({ id, change }) => change !== undefined && isJudged(id, subject));
  const all = judged
    .flatMap((rule) =>
      (rule.change ?? []).flatMap(({ name, find }) => atMost([...find(subject)]).map((found) => toFinding(rule, name, found))),
    )
    .sort(compareFindings);
  const waived = all.flatMap((finding) => waivedBy(subject, finding));
  return {
    findings: all.filter((finding) => !waived.some((one) => one.finding === finding)),
    waived,
    judged: judged.map(({ id }) => id),
  };
}

function isJudged(id: string, { isReadable, unreadable }: ChangeSubject): boolean {
  return unreadable === undefined ? isReadable || isOfEngine(id) : id === objectsReadable.id;
}

/** Stage 0: what it finds fault with, no other rule could say anything true about. */
export function isOfEngine(id: string): boolean {
  return id.startsWith('MOBY-G');
}

function toFinding({ id, name, severity, waivableBy }: GovernanceRule, clause: string, found: Found): Finding {
  const { line, column } = found.place ?? { line: 1, column: 1 };
  return {
    rule: id,
    name,
    clause,
    severity: found.severity ?? severity,
    component: escapeText(found.component ?? ''),
    path: escapeText(found.repositoryFile ?? ''),
    line,
    column,
    pointer: '',
    message: escapeText(found.message),
    ...(found.help === undefined ? {} : { help: escapeText(found.help) }),
    waivableBy,
  };
}

/** What is about the whole of a pull request passes where it is waived for each component that is touched. */
function waivedBy(subject: ChangeSubject, finding: Finding): readonly WaivedFinding[] {
  const { touched } = subject;
  const about = finding.component === '' ? touched.components.map(({ name }) => name) : [finding.component];
  const waivers = about.map((component) => waiverFor(subject, finding, component));
  const [first] = waivers;
  if (first === undefined || waivers.includes(undefined)) return [];
  return [{ finding, by: first.by, reason: escapeText(first.reason) }];
}

/** `component`: `redis`, or `redis/8.0`. */
function waiverFor({ policy, components, today }: ChangeSubject, finding: Finding, component: string): Waiver | undefined {
  const [own = '', line = ''] = component.split('/');
  const contents = components.find(({ name }) => name === own)?.after?.lines.get(line);
  const name = contents?.name ?? `${policy.scopes[0]}/${own}`;
  return waiverOf(finding, { name, npmVersion: contents?.npmVersion, today }, policy.waivers);
}
