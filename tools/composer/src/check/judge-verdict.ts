import { describeEdge, summarizeEdges, type EdgeGroup } from '@moby/abi';
import type { Diagnostic } from '@moby/model';
import type { Verdict } from './verdict.ts';

/** What a person has to be told of a verdict: errors stop the line; warnings and what nobody knows are shown. */
export function judgeVerdict(verdict: Verdict): readonly Diagnostic[] {
  return summarizeEdges(verdict.edges).groups.map(toDiagnostic);
}

/** One message for the edges of a group. */
export function toDiagnostic(group: EdgeGroup): Diagnostic {
  const described = group.edges.map((edge) => describeEdge(edge));
  const rows = [
    ...new Map(described.flatMap(({ rows: own }) => own).map((row) => [`${row.subject}\0${row.verb}\0${row.what}`, row])).values(),
  ];
  const width = Math.max(0, ...rows.map(({ subject }) => subject.length));
  const verbWidth = Math.max(0, ...rows.map(({ verb }) => verb.length));
  const evidence = [...new Set(described.map((description) => description.evidence))];
  const hints = [...new Set(described.flatMap((description) => description.hints))];
  return {
    severity: group.verdict === 'error' ? 'error' : 'warning',
    code: group.verdict === 'unknown' ? 'no-facts' : group.code,
    message: group.title,
    details: [
      ...rows.map(({ subject, verb, what }) => `${subject.padEnd(width)} ${verb.padEnd(verbWidth)} ${what}`),
      `evidence: ${evidence.join(', ')}`,
    ],
    ...(hints.length === 0 ? {} : { hints }),
  };
}
