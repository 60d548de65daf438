import { readableNeed, rules, type Edge, type EdgeEnd } from '@moby/abi';
import type { Diagnostic } from '@moby/model';
import { bold, dim, type Line } from '../reporter/line.ts';
import { coloured } from './checked.ts';

/** Hex digits of a digest that are shown; `--json` has all. */
const shownDigits = 12;

const evidences: Readonly<Record<Edge['evidence'], string>> = {
  observed: 'observed: it was run',
  binary: 'binary: read from the bytes',
  declared: 'declared: a manifest says so',
  assumed: 'assumed: nobody has read it',
};

/** Every edge with its proof, by rule: who needs what, who gives it, by which facts of which payloads, and why the rule is there. */
export function explainedLines(edges: readonly Edge[]): readonly Line[] {
  const byRule = new Map<string, Edge[]>();
  for (const edge of edges) byRule.set(edge.rule, [...(byRule.get(edge.rule) ?? []), edge]);
  return [...byRule]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([rule, own]): readonly Line[] => [...ruleLines(rule, own.length), ...groupedByFile(own).flatMap(fileLines), []]);
}

function ruleLines(rule: string, count: number): readonly Line[] {
  const known = rules.find(({ id }) => id === rule);
  const head: Line = [bold(rule), `: ${known?.title ?? 'what is known at all'} · ${count} ${count === 1 ? 'edge' : 'edges'}`];
  return known === undefined ? [head] : [head, [dim(`  why: ${known.why}`)], [dim(`  docs/reference/rules/${rule}.md`)]];
}

/** The edges of one file of one root stand together. */
function groupedByFile(edges: readonly Edge[]): readonly (readonly Edge[])[] {
  const groups = new Map<string, Edge[]>();
  for (const edge of edges) {
    const key = [edge.root, edge.from.component, edge.from.path ?? ''].join('\0');
    groups.set(key, [...(groups.get(key) ?? []), edge]);
  }
  return [...groups.values()];
}

function fileLines(edges: readonly Edge[]): readonly Line[] {
  const [first] = edges;
  if (first === undefined) return [];
  return [[`  ${first.root}: ${endWords(first.from)}`], ...edges.flatMap(edgeLines)];
}

function edgeLines(edge: Edge): readonly Line[] {
  const { verdict, by, offer, evidence, from } = edge;
  const fact = from.fact === undefined ? '' : dim(` (${from.fact})`);
  const gives: Line =
    by === undefined
      ? [`nobody${offer === undefined ? '' : `: ${offer}`}`]
      : [endWords(by), ...(by.fact === undefined ? [] : [dim(` (${by.fact})`)])];
  const offered = by === undefined || offer === undefined ? '' : ` · offers ${offer}`;
  return [
    ['    ', coloured(verdict), ` needs ${readableNeed(edge)}`, fact],
    ['       from ', ...gives, offered, dim(` · ${evidences[evidence]}`)],
    ...(verdict === 'ok' ? [] : [['       ', edge.sentence]]),
  ];
}

function endWords({ component, version, path, payload }: EdgeEnd): string {
  const where = `${component} ${version}${payload === undefined ? '' : ` (payload ${payload.slice(0, 'sha256:'.length + shownDigits)}…)`}`;
  return path === undefined ? where : `${path} of ${where}`;
}

/** A finding with why its rule is there. */
export function withReason(finding: Diagnostic): Diagnostic {
  const rule = rules.find(({ id }) => id.replaceAll('.', '-') === finding.code);
  if (rule === undefined) return finding;
  return { ...finding, details: [...(finding.details ?? []), `why: ${rule.why}`, `docs/reference/rules/${rule.id}.md`] };
}

/** Rule → what it demands and why, of those that have spoken. */
export function reasonsOf(edges: readonly Edge[]): object {
  const used = new Set<string>(edges.map(({ rule }) => rule));
  return Object.fromEntries(rules.filter(({ id }) => used.has(id)).map(({ id, title, why }) => [id, { title, why }]));
}
