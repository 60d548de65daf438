import { type Diagnostic, Failure, type KernelFacts, type ModuleFacts, nearest } from '@moby/model';
import type { Edge, EdgeEnd } from './edge.ts';
import { moduleName } from './kernel/module-info.ts';

export interface AskedModule {
  readonly name: string;
  /** Who asks: a component, or the assembly. */
  readonly component: string;
  readonly version: string;
}

export interface CheckModulesOptions {
  readonly asked: readonly AskedModule[];
  /** The kernel's component; `facts` is undefined where nothing was extracted. */
  readonly kernel: { readonly component: string; readonly version: string; readonly facts: KernelFacts | undefined };
}

export interface ModulePlan {
  /** What is loaded, in this order; each with its path in the kernel's tree, as shipped (`.ko.xz`). */
  readonly ordered: readonly { readonly name: string; readonly path: string }[];
  readonly edges: readonly Edge[];
  /** The failing edges as messages. */
  readonly findings: readonly Diagnostic[];
}

const maxAsked = 1000;

/**
 * Whether the kernel has the modules that are asked for, as a file or built in, and the order to load them in: for each
 * asked one, in the order asked, first what it `depends` on and its `softdep pre:` where that is a module. A cycle is cut
 * where it closes.
 */
export function checkModules(options: CheckModulesOptions): ModulePlan {
  const { component, version, facts } = options.kernel;
  const kernel: EdgeEnd = { component, version };
  const { asked } = options;
  if (asked.length > maxAsked)
    throw new Failure({ code: 'limit', message: `${asked.length} kernel modules are asked for, more than ${maxAsked}` });
  if (facts === undefined) {
    const edges = asked.map((need) =>
      edgeOf(need, {
        verdict: 'unknown',
        evidence: 'assumed',
        sentence: `${component} ${version} has no facts, so nobody knows whether it has the module ${need.name}`,
      }),
    );
    return { ordered: [], edges, findings: [] };
  }
  const walk: Walk = { facts, kernel, placed: new Set(), ordered: [], edges: [] };
  for (const need of asked) judgeAsked(walk, need);
  return { ordered: walk.ordered, edges: walk.edges, findings: walk.edges.filter((edge) => edge.verdict === 'error').map(findingOf) };
}

interface Walk {
  readonly facts: KernelFacts;
  readonly kernel: EdgeEnd;
  readonly placed: Set<string>;
  readonly ordered: { name: string; path: string }[];
  readonly edges: Edge[];
}

function judgeAsked(walk: Walk, need: AskedModule): void {
  const { facts, kernel } = walk;
  const name = moduleName(need.name);
  const module = moduleOf(facts, name);
  if (module === undefined && facts.builtin.includes(name)) {
    walk.edges.push(
      edgeOf(need, { verdict: 'ok', evidence: 'binary', by: kernel, sentence: `the module ${name} is built into ${facts.release}` }),
    );
  } else if (module === undefined) {
    const meant = nearest(name, [...Object.keys(facts.modules), ...facts.builtin]);
    const hints = meant === undefined ? {} : { hints: [`did you mean \`${meant}\`?`] };
    walk.edges.push(
      edgeOf(need, {
        verdict: 'error',
        evidence: 'binary',
        offer: 'no such module',
        by: kernel,
        sentence: `${need.component} asks for the module \`${name}\`, which ${kernel.component} ${kernel.version} has neither as a file nor built in`,
        ...hints,
      }),
    );
  } else {
    walk.edges.push(
      edgeOf(need, {
        verdict: 'ok',
        evidence: 'binary',
        by: { ...kernel, path: module.path },
        sentence: `the module ${name} is ${module.path}`,
      }),
    );
    place(walk, name, module);
  }
}

/** Post-order, with a stack of its own: a chain may be as long as there are modules. */
function place(walk: Walk, name: string, module: ModuleFacts): void {
  const stack = [{ name, module, next: 0 }];
  if (walk.placed.has(name)) return;
  walk.placed.add(name);
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const before = [...top.module.before, ...top.module.depends];
    const wanted = before[top.next++];
    if (wanted === undefined) {
      walk.ordered.push({ name: top.name, path: top.module.path });
      stack.pop();
      continue;
    }
    const found = moduleOf(walk.facts, wanted);
    if (found !== undefined && !walk.placed.has(wanted)) {
      walk.placed.add(wanted);
      stack.push({ name: wanted, module: found, next: 0 });
    }
    if (found === undefined && top.module.depends.includes(wanted) && !walk.facts.builtin.includes(wanted))
      walk.edges.push(brokenDependency(walk, top, wanted));
  }
}

function brokenDependency(walk: Walk, top: { readonly name: string; readonly module: ModuleFacts }, wanted: string): Edge {
  return {
    rule: 'kernel.module-depends',
    verdict: 'error',
    evidence: 'binary',
    offer: 'no such module',
    root: 'machine',
    from: { ...walk.kernel, path: top.module.path },
    need: wanted,
    by: walk.kernel,
    sentence: `the module ${top.name} needs the module ${wanted}, which ${walk.kernel.component} ${walk.kernel.version} has neither as a file nor built in`,
  };
}

function moduleOf(facts: KernelFacts, name: string): ModuleFacts | undefined {
  return Object.hasOwn(facts.modules, name) ? facts.modules[name] : undefined;
}

function edgeOf(need: AskedModule, rest: Pick<Edge, 'verdict' | 'evidence' | 'sentence' | 'hints' | 'by' | 'offer'>): Edge {
  return {
    rule: 'kernel.module-present',
    root: 'machine',
    from: { component: need.component, version: need.version },
    need: moduleName(need.name),
    ...rest,
  };
}

function findingOf(edge: Edge): Diagnostic {
  const code = edge.rule === 'kernel.module-present' ? 'unknown-module' : 'incomplete-kernel';
  return { severity: 'error', code, message: edge.sentence, ...(edge.hints === undefined ? {} : { hints: edge.hints }) };
}
