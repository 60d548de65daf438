import { type Edge, type EdgeRule, isWorse, type Verdict, verdicts } from './edge.ts';
import { compareText } from './order.ts';
import { wordsOf } from './symbol-words.ts';

/** What the line `check` says, and what must be shown below it. */
export interface CheckSummary {
  readonly edges: number;
  /** Met, as read from the bytes of both ends. */
  readonly proven: number;
  /** Met, as somebody declared on one end. */
  readonly declared: number;
  readonly counts: Readonly<Record<Verdict, number>>;
  /** Everything but `ok` and `info`, worst first, then by component. */
  readonly groups: readonly EdgeGroup[];
}

/** Edges with one rule and verdict between the same two components: one message. */
export interface EdgeGroup {
  /** The rule as a message's code: `elf-version`. */
  readonly code: string;
  readonly verdict: Verdict;
  /** `redis 8.0.6 doesn't fit glibc 2.41`. */
  readonly title: string;
  readonly edges: readonly Edge[];
}

/** The lines of one message: who, `needs` or `offers`, what. */
export interface EdgeDescription {
  readonly rows: readonly { readonly subject: string; readonly verb: 'needs' | 'offers'; readonly what: string }[];
  /** `read from both files`. */
  readonly evidence: string;
  readonly hints: readonly string[];
}

export function summarizeEdges(edges: readonly Edge[]): CheckSummary {
  const count = (verdict: Verdict): number => edges.filter((edge) => edge.verdict === verdict).length;
  const counts: Record<Verdict, number> = { ok: 0, info: 0, warn: 0, silent: 0, error: 0, unknown: 0 };
  for (const verdict of verdicts) counts[verdict] = count(verdict);
  const met = edges.filter((edge) => edge.verdict === 'ok' || edge.verdict === 'info');
  const proven = met.filter((edge) => edge.evidence === 'binary' || edge.evidence === 'observed').length;
  return { edges: edges.length, proven, declared: met.length - proven, counts, groups: groupEdges(edges) };
}

function groupEdges(edges: readonly Edge[]): readonly EdgeGroup[] {
  const groups = new Map<string, Edge[]>();
  for (const edge of edges) {
    if (edge.verdict === 'ok' || edge.verdict === 'info') continue;
    const key = [edge.rule, edge.verdict, nameOf(edge.from), edge.by === undefined ? '' : nameOf(edge.by)].join('\0');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [edge]);
    else group.push(edge);
  }
  return [...groups.values()]
    .flatMap((group): readonly EdgeGroup[] => {
      const [first] = group;
      return first === undefined ? [] : [{ code: codeOf(first.rule), verdict: first.verdict, title: titleOf(first), edges: group }];
    })
    .sort((a, b) =>
      isWorse(a.verdict, b.verdict) ? -1 : isWorse(b.verdict, a.verdict) ? 1 : compareText(a.title, b.title) || compareText(a.code, b.code),
    );
}

/** `elf.version` → `elf-version`: the permanent name of the message. */
export function codeOf(rule: EdgeRule): string {
  return rule.replaceAll('.', '-');
}

function titleOf(edge: Edge): string {
  const from = nameOf(edge.from);
  if (edge.verdict === 'unknown')
    return edge.rule === 'facts.present' ? `${from} has no facts` : `nobody knows whether ${from} has what it needs in ${edge.root}`;
  if (edge.rule === 'elf.machine' && edge.by === undefined) return `${from} is for another machine than ${edge.offer ?? 'this one'}`;
  if (edge.by === undefined || nameOf(edge.by) === from) return `${from} lacks what it needs in ${edge.root}`;
  return `${from} doesn't fit ${nameOf(edge.by)}`;
}

function nameOf(end: { readonly component: string; readonly version: string }): string {
  return `${end.component} ${end.version}`;
}

/** The rows of one edge; a provider's row stands where there is one, or says that nothing offers it. */
export function describeEdge(edge: Edge): EdgeDescription {
  const subject = edge.from.path ?? nameOf(edge.from);
  const needs = { subject, verb: 'needs', what: readableNeed(edge) } as const;
  const offers =
    edge.by === undefined
      ? ({ subject: `root ${edge.root}`, verb: 'offers', what: edge.offer ?? 'no such file' } as const)
      : ({ subject: edge.by.path ?? nameOf(edge.by), verb: 'offers', what: edge.offer ?? edge.need } as const);
  return { rows: edge.rule === 'facts.present' ? [needs] : [needs, offers], evidence: evidenceOf(edge), hints: edge.hints ?? [] };
}

/** `libm.so.6(GLIBC_2.43)` → `sqrtf@GLIBC_2.43 from libm.so.6`, or `GLIBC_2.43 from libm.so.6` where the symbol isn't known. */
export function readableNeed(edge: Edge): string {
  const match = edge.rule === 'elf.version' ? /^(.*)\((.*)\)$/.exec(edge.need) : null;
  return match === null ? edge.need : `${wordsOf(edge.symbols ?? [], match[2] ?? '')} from ${match[1]}`;
}

function evidenceOf(edge: Edge): string {
  switch (edge.evidence) {
    case 'observed':
      return 'observed';
    case 'binary':
      return edge.by?.path === undefined || edge.from.path === undefined ? 'read from the bytes' : 'read from both files';
    case 'declared':
      return 'declared in the manifest';
    case 'assumed':
      return 'assumed';
  }
}
