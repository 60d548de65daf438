import { escapeText } from '../judge/escape-text.ts';
import type { Finding } from '../judge/report.ts';
import type { ReviewReport } from './review-report.ts';

/**
 * The report with every text made fit for every format, whoever wrote it: a report may have come from a file. Besides what
 * `escapeText` does, no text is a command to a runner of workflows, which looks for `::` where a line begins and for `##[` anywhere.
 */
export function harmlessReport(report: ReviewReport): ReviewReport {
  const { cause } = report;
  return {
    ...report,
    head: harmless(report.head),
    base: harmless(report.base),
    rulesDigest: harmless(report.rulesDigest),
    findings: report.findings.map(harmlessFinding),
    waived: report.waived.map(({ finding, by, reason }) => ({ finding: harmlessFinding(finding), by, reason: harmless(reason) })),
    bump: Object.fromEntries(Object.entries(report.bump).map(([line, bump]) => [harmless(line), harmlessBump(bump)])),
    assemblies: report.assemblies.map((assembly) => ({ ...assembly, name: harmless(assembly.name) })),
    autoMerge: report.autoMerge.map(({ condition, met, who }) => ({
      condition: harmless(condition),
      met,
      ...(who === undefined ? {} : { who: harmless(who) }),
    })),
    unjudged: report.unjudged.map(harmless),
    ...(cause === undefined ? {} : { cause: { ...cause, message: harmless(cause.message), ...helpOf(cause) } }),
  };
}

function harmlessFinding(finding: Finding): Finding {
  return {
    ...finding,
    rule: harmless(finding.rule),
    name: harmless(finding.name),
    clause: harmless(finding.clause),
    component: harmless(finding.component),
    path: harmless(finding.path),
    pointer: harmless(finding.pointer),
    message: harmless(finding.message),
    ...helpOf(finding),
  };
}

function harmlessBump(bump: ReviewReport['bump'][string]): ReviewReport['bump'][string] {
  return {
    ...bump,
    version: harmless(bump.version),
    ...(bump.baseline === undefined ? {} : { baseline: harmless(bump.baseline) }),
    witnesses: bump.witnesses.map(({ change, requires, about, sentence }) => ({
      change: harmless(change),
      requires,
      about: harmless(about),
      sentence: harmless(sentence),
    })),
  };
}

function helpOf({ help }: { readonly help?: string }): { readonly help?: string } {
  return help === undefined ? {} : { help: harmless(help) };
}

function harmless(text: string): string {
  return escapeText(text)
    .replaceAll('##[', String.raw`\u{23}#[`)
    .replace(/^(\s*):(?=:)/u, String.raw`$1\u{3a}`);
}
