import type { Finding } from '../judge/report.ts';
import { deciderName } from '../judge/waiver.ts';
import type { RuleText } from '../rules/rule.ts';
import { annotationText } from './check-annotations.ts';
import { harmlessReport } from './harmless-report.ts';
import type { ReviewReport } from './review-report.ts';
import { byGravity, placeWords } from './review-words.ts';

/** What is about no component. */
const wholeRequest = 'pull request';

type Named = Pick<RuleText, 'id' | 'name'>;

interface Case {
  readonly name: string;
  readonly outcome: 'passed' | 'failure' | 'error' | 'skipped';
  readonly xml: string;
}

/** The report in the form of JUnit: a suite for each component, a case for each rule. A rule that waits for a person has failed. */
export function reviewJunit(report: ReviewReport, rules: readonly Named[]): string {
  const harmless = harmlessReport(report);
  const all = [...harmless.findings, ...harmless.waived.map(({ finding }) => finding)];
  const known = new Map<string, Named>(rules.map((rule) => [rule.id, rule]));
  for (const { rule, name } of all) if (!known.has(rule)) known.set(rule, { id: rule, name });
  for (const id of harmless.unjudged) if (!known.has(id)) known.set(id, { id, name: '' });
  const named = [...new Set([...Object.keys(harmless.bump), ...all.map(componentOf)])].sort();
  const components = named.length > 0 && harmless.cause === undefined ? named : [...new Set([wholeRequest, ...named])];
  const suites = components.map((component) => suiteOf(component, casesOf(harmless, component, [...known.values()])));
  const cases = suites.flatMap((suite) => suite.cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="moby-compose review"${totals(cases)}>`,
    ...suites.map(({ xml }) => xml),
    '</testsuites>',
    '',
  ].join('\n');
}

function suiteOf(component: string, cases: readonly Case[]): { readonly cases: readonly Case[]; readonly xml: string } {
  const skipped = cases.filter(({ outcome }) => outcome === 'skipped').length;
  const lines = cases.map(({ name, xml }) => {
    const start = `    <testcase classname="${escapeXml(component)}" name="${escapeXml(name)}"`;
    return xml === '' ? `${start}/>` : `${start}>${xml}</testcase>`;
  });
  const start = `  <testsuite name="${escapeXml(component)}"${totals(cases)} skipped="${skipped}">`;
  return { cases, xml: [start, ...lines, '  </testsuite>'].join('\n') };
}

function totals(cases: readonly Case[]): string {
  const count = (outcome: Case['outcome']): number => cases.filter((one) => one.outcome === outcome).length;
  return ` tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}"`;
}

function casesOf(report: ReviewReport, component: string, rules: readonly Named[]): readonly Case[] {
  const { cause } = report;
  const verdict: readonly Case[] =
    cause === undefined || component !== wholeRequest
      ? []
      : [{ name: 'verdict', outcome: 'error', xml: element('error', { type: cause.kind, message: cause.message }) }];
  return [...verdict, ...rules.map((rule) => caseOf(report, component, rule))];
}

function caseOf({ findings, waived, unjudged }: ReviewReport, component: string, { id, name }: Named): Case {
  const own = byGravity(findings.filter((finding) => finding.rule === id && componentOf(finding) === component));
  const exemption = waived.find(({ finding }) => finding.rule === id && componentOf(finding) === component);
  const title = `${id} ${name}`.trimEnd();
  const [gravest] = own;
  const body = own.map((finding) => `${placeWords(finding)}\n${annotationText(finding)}`).join('\n\n');
  if (unjudged.includes(id) && gravest?.severity !== 'error') {
    return { name: title, outcome: 'error', xml: element('error', { type: 'unjudged', message: 'this could not be judged' }, body) };
  }
  if (gravest === undefined) {
    if (exemption === undefined) return { name: title, outcome: 'passed', xml: '' };
    return { name: title, outcome: 'skipped', xml: element('skipped', {}, `waived by ${deciderName(exemption.by)}: ${exemption.reason}`) };
  }
  const { severity, message } = gravest;
  switch (severity) {
    case 'error':
    case 'review':
      return { name: title, outcome: 'failure', xml: element('failure', { type: severity, message }, body) };
    case 'tool-error':
      return { name: title, outcome: 'error', xml: element('error', { type: severity, message }, body) };
    case 'warning':
    case 'hint':
      return { name: title, outcome: 'passed', xml: element('system-out', {}, body) };
  }
}

function element(tag: string, attributes: Readonly<Record<string, string>>, body: string = ''): string {
  const start = [tag, ...Object.entries(attributes).map(([key, value]) => `${key}="${escapeXml(value)}"`)].join(' ');
  return body === '' ? `<${start}/>` : `<${start}>${escapeXml(body)}</${tag}>`;
}

function componentOf({ component }: Finding): string {
  return component === '' ? wholeRequest : component;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
