import type { Platform } from '@moby/model';
import { type Edge, isWorse } from './edge.ts';
import { type ElfFile, isElfFile, loadElf } from './load.ts';
import type { LoadCase } from './load-case.ts';
import { compareText } from './order.ts';
import { programAt, type ProgramNeed } from './program-case.ts';
import { programPath } from './program-path.ts';
import { buildRootTree, type RootComponent, type RootFile, type RootOptions, type RootTree } from './root-tree.ts';
import { cpuIsa } from './rules/cpu-isa.ts';
import { elfDlopen } from './rules/elf-dlopen.ts';
import { elfInterp } from './rules/elf-interp.ts';
import { elfMachine } from './rules/elf-machine.ts';
import { elfNeeded } from './rules/elf-needed.ts';
import { elfSymbol } from './rules/elf-symbol.ts';
import { elfVersion } from './rules/elf-version.ts';
import { execInterpreter } from './rules/exec-interpreter.ts';
import { execPath } from './rules/exec-path.ts';
import { rpcService } from './rules/rpc-service.ts';
import { shimBootstrap } from './rules/shim-bootstrap.ts';
import { shimCases } from './shim-case.ts';

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
  /** The x86-64 level of the machine's processor, 1 to 4; unknown by default. */
  readonly cpuLevel?: number;
  /** Every script is judged, not only those that somebody is said to start. */
  readonly allScripts?: boolean;
  readonly tree?: RootOptions;
  /** Told of each program and plugin with the edges of its load, before edges on one need are made one. */
  readonly onStart?: (start: ElfFile, edges: readonly Edge[]) => void;
}

const loadRules = [elfMachine, elfInterp, elfNeeded, elfVersion, elfSymbol, elfDlopen, cpuIsa] as const;

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
  const tree = buildRootTree(components, options.tree);
  const missing = components.every((component) => component.facts !== undefined) ? 'error' : 'unknown';
  const edges = openEdges();
  for (const component of components) {
    if (component.facts === undefined) edges.add(withoutFacts(component, { root, platform }));
  }
  const elfFiles = tree.files.filter(isElfFile);
  const reached = new Set<ElfFile>();
  const judge = (start: ElfFile, whenMissing: LoadCase['missing']): void => {
    const result = loadElf(tree, start);
    for (const file of result.files) reached.add(file);
    const load: LoadCase = { root, platform, tree, start, result, missing: whenMissing, cpuLevel: options.cpuLevel };
    const found = loadRules.flatMap((rule) => rule.check(load));
    found.forEach(edges.add);
    options.onStart?.(start, found);
  };
  for (const file of elfFiles) {
    if (file.elf.interpreter !== undefined) judge(file, missing);
  }
  for (const file of elfFiles) {
    if (!reached.has(file)) judge(file, missing === 'error' ? 'warn' : missing);
  }
  for (const one of shimCases(root, elfFiles)) [...shimBootstrap.check(one), ...rpcService.check(one)].forEach(edges.add);
  judgePrograms(options, { tree, missing }).forEach(edges.add);
  return edges.sorted();
}

/** What is started by name or by path, and scripts. */
function judgePrograms(
  options: CheckRootOptions,
  known: { readonly tree: RootTree; readonly missing: 'error' | 'unknown' },
): readonly Edge[] {
  const { root, path = programPath } = options;
  const { tree, missing } = known;
  const scripts = new Set<RootFile>();
  const edges = options.programs.flatMap((need) => {
    const program = programAt({ tree, path }, need.program);
    if (program?.script !== undefined) scripts.add(program);
    return execPath.check({ root, tree, need, path, missing });
  });
  for (const file of scripts) edges.push(...execInterpreter.check({ root, tree, file, path, missing }));
  if (options.allScripts !== true) return edges;
  const onPath = new Set(path.map((folder) => tree.resolve(folder)));
  for (const file of tree.files) {
    if (file.script === undefined || scripts.has(file)) continue;
    const isFound = onPath.has(file.path.slice(0, file.path.lastIndexOf('/')));
    edges.push(...execInterpreter.check({ root, tree, file, path, missing: isFound || missing === 'unknown' ? missing : 'warn' }));
  }
  return edges;
}

/** Edges by rule, file and need; of two on one need the worse is kept. */
function openEdges(): { readonly add: (edge: Edge) => void; readonly sorted: () => readonly Edge[] } {
  const edges = new Map<string, Edge>();
  return {
    add: (edge) => {
      const key = `${edge.rule}\0${edge.from.component}\0${edge.from.path}\0${edge.need}`;
      const known = edges.get(key);
      if (known === undefined || isWorse(edge.verdict, known.verdict)) edges.set(key, edge);
    },
    sorted: () => [...edges.values()].sort(compareEdges),
  };
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
