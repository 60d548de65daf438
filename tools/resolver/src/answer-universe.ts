import type { Diagnostic, Document } from '@moby/model';
import { explain } from './explain.ts';
import { parseUniverse, type UniverseText } from './parse-universe.ts';
import type { DroppedRecommendation, GaveUp, Resolved, RootFact, Unsolvable } from './result.ts';
import { formatRootFact, inScope } from './root-facts.ts';
import { solve, type SolveOptions } from './solve.ts';

/** The documents of docs/reference/universe.md. */
export type UniverseDocument =
  | { readonly status: 'solved'; readonly versions: Readonly<Record<string, string>>; readonly dropped: readonly string[] }
  | { readonly status: 'unsolvable'; readonly explanation: string; readonly relax: readonly (readonly string[])[] }
  | { readonly status: 'gave-up'; readonly steps: number; readonly explanation: string };

export interface UniverseAnswer {
  /** 0 solved, 1 unsolvable or given up, 2 malformed. */
  readonly exitCode: 0 | 1 | 2;
  /** Missing where the file is malformed. */
  readonly document?: UniverseDocument;
  readonly findings: readonly Diagnostic[];
}

/** Solves a universe file: what `resolve --universe FILE` prints, and with which exit code it ends. */
export async function answerUniverse(source: UniverseText, options: SolveOptions = {}): Promise<UniverseAnswer> {
  const parsed = await parseUniverse(source);
  if (!parsed.ok) return { exitCode: 2, findings: parsed.findings };
  const answer = solve(parsed.value.universe, options);
  const { findings } = parsed;
  switch (answer.status) {
    case 'solved':
      return { exitCode: 0, document: solved(answer), findings };
    case 'unsolvable':
      return { exitCode: 1, document: unsolvable(answer, parsed.value.document), findings };
    case 'gave-up':
      return { exitCode: 1, document: gaveUp(answer), findings };
  }
}

function solved({ status, versions, dropped }: Resolved): UniverseDocument {
  return { status, versions, dropped: [...new Set(dropped.map(droppedName))] };
}

/** Where it would have been: `engine/builder`; `builder` on the machine or as a peer. */
function droppedName({ from, need, in: place }: DroppedRecommendation): string {
  const slash = from.indexOf('/');
  return inScope(place === 'root' && slash >= 0 ? from.slice(0, slash) : '', need);
}

function unsolvable(answer: Unsolvable, document: Document): UniverseDocument {
  const file = document.file.slice(document.file.lastIndexOf('/') + 1);
  const explanation = explain(answer, { placeOf: (fact) => `${file}:${document.placeOf(pathOf(fact), { key: true }).line}` });
  const relax = answer.relax.filter((facts) => facts.every(({ kind }) => kind === 'root-requires' || kind === 'root-constrains'));
  return { status: answer.status, explanation, relax: relax.map((facts) => facts.map(formatRootFact)) };
}

function pathOf(fact: RootFact): readonly string[] {
  switch (fact.kind) {
    case 'root-requires':
      return fact.scope === '' ? ['root', 'requires', fact.need] : ['root', 'scopes', fact.scope, fact.need];
    case 'root-constrains':
      return ['root', 'constraints', fact.scope, fact.need];
    case 'root-conflicts':
      return ['root', 'conflicts', fact.need];
    case 'root-overrides':
      return ['root', 'overrides', fact.need];
  }
}

function gaveUp({ status, steps, busiest }: GaveUp): UniverseDocument {
  const where = busiest.length === 0 ? '' : `; it failed most often at ${busiest.join(', ')}`;
  return { status, steps, explanation: `no answer after ${steps} decisions and conflicts${where}` };
}
