import type { Platform } from '@moby/model';
import { type Edge, isWorse } from './edge.ts';
import { judgeLoad } from './judge-load.ts';
import { isElfFile, loadElf, type ElfFile } from './load.ts';
import { compareText } from './order.ts';
import { judgeProgram, type ProgramNeed } from './judge-program.ts';
import { buildRootTree, type RootComponent } from './root-tree.ts';

export interface CheckRootOptions {
  /** A container's name, or `machine`. */
  readonly root: string;
  readonly platform: Platform;
  /** In overlay order: the first one's files hide those of the later ones. */
  readonly components: readonly RootComponent[];
  /** What must be found on the root's PATH, or at an absolute path. */
  readonly programs: readonly ProgramNeed[];
  /** The folders of PATH; `programPath` by default. */
  readonly path?: readonly string[];
}

/** The PATH that a container gets unless its service says otherwise. */
export const programPath: readonly string[] = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * Judges one root from facts alone: every program and every library in it is loaded as ld.so would do it.
 *
 * - Every ELF file is judged, not the package: of four redis programs two may fit a C library that the others don't.
 * - A need is judged once for each file; where several programs load the file and it comes out differently, the worst counts.
 * - A library that no program of the root leads to is judged by itself, and what it misses is `warn`, not `error`: only
 *   dlopen can load it, and whoever does so may have loaded what it misses. Of 1,562 such libraries of a working Debian system
 *   56 miss something, most of them libjvm.so, which java has loaded by then; of its 963 native programs none does.
 * - In a root with a component without facts, what isn't found is `unknown`: it may lie there.
 */
export function checkRoot(options: CheckRootOptions): readonly Edge[] {
  const { root, platform, components } = options;
  const tree = buildRootTree(components);
  const missing = components.every((component) => component.facts !== undefined) ? 'error' : 'unknown';
  const edges = new Map<string, Edge>();
  const add = (edge: Edge): void => {
    const key = [edge.rule, edge.from.component, edge.from.path, edge.need].join('\0');
    const known = edges.get(key);
    if (known === undefined || isWorse(edge.verdict, known.verdict)) edges.set(key, edge);
  };
  for (const component of components) {
    if (component.facts === undefined) add(withoutFacts(component, { root, platform }));
  }
  const elfFiles = tree.files.filter(isElfFile);
  const reached = new Set<ElfFile>();
  const judge = (start: ElfFile, whenMissing: 'error' | 'warn' | 'unknown'): void => {
    const result = loadElf(tree, start);
    for (const file of result.files) reached.add(file);
    for (const edge of judgeLoad({ root, platform, tree, start, result, missing: whenMissing })) add(edge);
  };
  for (const file of elfFiles) {
    if (file.elf.interpreter !== undefined) judge(file, missing);
  }
  for (const file of elfFiles) {
    if (!reached.has(file)) judge(file, missing === 'error' ? 'warn' : missing);
  }
  for (const need of options.programs) {
    for (const edge of judgeProgram({ root, tree, need, missing, path: options.path ?? programPath })) add(edge);
  }
  return [...edges.values()].sort(compareEdges);
}

function withoutFacts(component: RootComponent, place: { readonly root: string; readonly platform: Platform }): Edge {
  const { name, version } = component;
  return {
    rule: 'facts.present',
    verdict: 'unknown',
    evidence: 'assumed',
    root: place.root,
    from: { component: name, version },
    need: 'facts',
    sentence: `${name} ${version} has no facts for ${place.platform}, so nothing in it is proven`,
    hints: [`moby-compose component build ${name}`],
  };
}

function compareEdges(a: Edge, b: Edge): number {
  return (
    compareText(a.from.component, b.from.component) ||
    compareText(a.from.path ?? '', b.from.path ?? '') ||
    compareText(a.rule, b.rule) ||
    compareText(a.need, b.need)
  );
}
