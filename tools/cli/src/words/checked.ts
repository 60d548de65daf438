import type { Edge } from '@moby/abi';
import { summarizeEdges } from '@moby/abi/summary';
import { dim, green, red, yellow, type Line, type Span } from '../reporter/line.ts';
import { table } from '../reporter/table.ts';

export function countVerdicts(edges: readonly Edge[]): Readonly<Record<Edge['verdict'], number>> {
  return summarizeEdges(edges).counts;
}

/** What stands out of the edges, or all of them, each with its sentence; then how many are proven, declared, unknown. */
export function edgesLines(edges: readonly Edge[], all: boolean): readonly Line[] {
  const shown = edges.filter(({ verdict }) => all || verdict !== 'ok');
  const rows = shown.map((edge): readonly Line[] => [[coloured(edge.verdict)], [edge.root], [dim(edge.rule)], [edge.sentence]]);
  const { proven, declared, counts } = summarizeEdges(edges);
  const open = (['unknown', 'warn', 'silent', 'error'] as const)
    .filter((verdict) => verdict === 'unknown' || counts[verdict] > 0)
    .map((verdict) => `${counts[verdict]} ${verdict}`);
  return [...table(rows), [`${edges.length} edges: ${[`${proven} proven`, `${declared} declared`, ...open].join(', ')}`]];
}

/** What an assembly's reader should know before he boots it. */
export function privilegedLines(names: readonly string[]): readonly Line[] {
  return names.length === 0 ? [] : [[yellow('privileged'), `: ${names.join(', ')}`]];
}

export function coloured(verdict: Edge['verdict']): Span {
  switch (verdict) {
    case 'ok':
      return green(verdict);
    case 'error':
      return red(verdict);
    case 'warn':
    case 'silent':
    case 'unknown':
      return yellow(verdict);
    case 'info':
      return verdict;
  }
}
