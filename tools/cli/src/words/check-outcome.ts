import type { CheckOutline } from '@moby/composer/again';
import type { Diagnostic } from '@moby/model';
import { refusedBy, type Outcome } from '../outcome.ts';
import type { SarifPlaces } from '../sarif/check-findings.ts';
import type { SarifFinding } from '../sarif/sarif-log.ts';
import { countVerdicts, edgesLines, privilegedLines } from './checked.ts';

export const checkFormats = ['text', 'json', 'sarif'] as const;

export interface CheckLook {
  readonly format: (typeof checkFormats)[number];
  readonly explain: boolean;
  /** Every edge, those that hold too. */
  readonly edges: boolean;
  readonly places: SarifPlaces;
}

/** An assembly that passes, in the format that was asked for; `warnings` are all that were given on the way. */
export async function checkedOutcome(outline: CheckOutline, warnings: readonly Diagnostic[], look: CheckLook): Promise<Outcome> {
  if (look.format === 'sarif') return sarifOutcome((await import('../sarif/check-findings.ts')).findingsOfChecked(outline, look.places));
  const { assembly, platform, verdict, privileged } = outline;
  const { edges, modules } = verdict;
  // Rules and their reasons take time to load, and few ask for them.
  const explained = look.explain ? await import('./explained.ts') : undefined;
  return {
    kind: 'done',
    value: {
      assembly,
      platform,
      counts: countVerdicts(edges),
      edges,
      modules,
      privileged,
      findings: warnings,
      ...(explained === undefined ? {} : { rules: explained.reasonsOf(edges) }),
    },
    lines: [
      ...(explained === undefined ? edgesLines(edges, look.edges) : [...explained.explainedLines(edges), ...edgesLines(edges, false)]),
      ...privilegedLines(privileged),
    ],
  };
}

/** One that doesn't. */
export async function refusedOutcome(findings: readonly Diagnostic[], assemblyFile: string, look: CheckLook): Promise<Outcome> {
  if (look.format === 'sarif') {
    const { findingsOfDiagnostics } = await import('../sarif/check-findings.ts');
    return sarifOutcome(findingsOfDiagnostics(findings, assemblyFile, look.places), 1);
  }
  return refusedBy(look.explain ? findings.map((await import('./explained.ts')).withReason) : findings);
}

async function sarifOutcome(findings: readonly SarifFinding[], exitCode?: 1): Promise<Outcome> {
  const { sarifLog } = await import('../sarif/sarif-log.ts');
  return { kind: 'done', value: sarifLog(findings), lines: [], isDocument: true, ...(exitCode === undefined ? {} : { exitCode }) };
}
