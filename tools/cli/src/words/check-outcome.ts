import { rules, type Edge } from '@moby/abi';
import { privilegedContainers, type Assembly, type Checked } from '@moby/composer';
import type { Diagnostic, Platform } from '@moby/model';
import { refusedBy, type Outcome } from '../outcome.ts';
import { findingsOfChecked, findingsOfDiagnostics, type SarifPlaces } from '../sarif/check-findings.ts';
import { sarifLog } from '../sarif/sarif-log.ts';
import { countVerdicts, edgesLines, privilegedLines } from './checked.ts';
import { explainedLines, withReason } from './explained.ts';

export const checkFormats = ['text', 'json', 'sarif'] as const;

export interface CheckLook {
  readonly format: (typeof checkFormats)[number];
  readonly explain: boolean;
  /** Every edge, those that hold too. */
  readonly edges: boolean;
  readonly places: SarifPlaces;
}

export interface CheckedAssembly {
  readonly assembly: Assembly;
  readonly platform: Platform;
  readonly checked: Checked;
  readonly warnings: readonly Diagnostic[];
}

/** An assembly that passes, in the format that was asked for. */
export function checkedOutcome({ assembly, platform, checked, warnings }: CheckedAssembly, look: CheckLook): Outcome {
  if (look.format === 'sarif')
    return { kind: 'done', value: sarifLog(findingsOfChecked(checked, look.places)), lines: [], isDocument: true };
  const { edges, modules } = checked.verdict;
  const privileged = privilegedContainers(checked.assembly, checked.resolution);
  return {
    kind: 'done',
    value: {
      assembly: { name: assembly.name, version: assembly.version, file: assembly.file },
      platform,
      counts: countVerdicts(edges),
      edges,
      modules,
      privileged,
      findings: warnings,
      ...(look.explain ? { rules: reasonsOf(edges) } : {}),
    },
    lines: [
      ...(look.explain ? explainedLines(edges) : []),
      ...edgesLines(edges, look.edges && !look.explain),
      ...privilegedLines(privileged),
    ],
  };
}

/** One that doesn't. */
export function refusedOutcome(findings: readonly Diagnostic[], assemblyFile: string, look: CheckLook): Outcome {
  if (look.format === 'sarif')
    return {
      kind: 'done',
      value: sarifLog(findingsOfDiagnostics(findings, assemblyFile, look.places)),
      lines: [],
      isDocument: true,
      exitCode: 1,
    };
  return refusedBy(look.explain ? findings.map(withReason) : findings);
}

/** Rule → what it demands and why, of those that have spoken. */
function reasonsOf(edges: readonly Edge[]): object {
  const used = new Set<string>(edges.map(({ rule }) => rule));
  return Object.fromEntries(rules.filter(({ id }) => used.has(id)).map(({ id, title, why }) => [id, { title, why }]));
}
