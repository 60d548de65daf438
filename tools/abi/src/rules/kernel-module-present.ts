import type { ConfigOption } from '@moby/model';
import type { AskedModule } from '../check-modules.ts';
import type { Edge } from '../edge.ts';
import { moduleName } from '../kernel/module-info.ts';
import { configNeeds, type ConfigStates, type KernelConfigSubject, type PlacedNeed, statesOf } from './kernel-config.ts';
import { type ConfigEnd, type KernelEnd, kernelEnd, nameOf } from './kernel-end.ts';
import type { Rule } from './rule.ts';

export interface ModulePresentSubject extends KernelConfigSubject {
  /** The modules that the machine carries, by name; undefined where nobody has chosen yet: then the payload's count. */
  readonly carried: ReadonlySet<string> | undefined;
}

export const kernelModulePresent: Rule<ModulePresentSubject> = {
  id: 'kernel.module-present',
  title: 'an option that is a module has its file in the machine',
  why:
    '`CONFIG_OVERLAY_FS=m` says only that the kernel’s package was built with overlay.ko. A payload keeps some of the modules, and a machine carries those that somebody asks for, with what they depend on. ' +
    'Without the file the kernel behaves as if the option were off.',
  levels: {
    ok: 'the module is a file of the machine, or built in',
    warn: 'the module of an option that a component only wishes for is missing',
    error:
      'a needed option is `=m`, and its module is not in the payload or not in the machine; or a module that somebody asks for is neither a file nor built in',
    unknown: 'the kernel has no facts',
  },
  references: ['kmod modprobe(8)', 'Linux Documentation/kbuild/kconfig-language.rst, tristate'],
  isPair: true,
  examples: {
    fails: 'Debian’s 6.12 with overlay.ko left out: OVERLAY_FS=m, and no module',
    passes: 'the same kernel with `overlay` among the machine’s modules',
  },
  check: ({ kernel, asking, carried }) => {
    const states = statesOf(kernel, asking);
    return states === undefined ? [] : asking.flatMap((end) => judgeComponent({ kernel, end, carried }, states));
  },
};

interface Machine {
  readonly kernel: KernelEnd;
  readonly end: ConfigEnd;
  readonly carried: ReadonlySet<string> | undefined;
}

function judgeComponent(machine: Machine, states: ConfigStates): readonly Edge[] {
  const { kernel, end } = machine;
  return configNeeds(kernel, end).flatMap((placed) =>
    chosen(placed, states).flatMap((option) => {
      if (option.module === undefined || states.get(option.option) !== 'm') return [];
      return [judgeModule({ machine, placed, option: option.option, name: moduleName(option.module) })];
    }),
  );
}

/** The kernel's modules that hold what components can't do without, with who asks: a machine carries them unasked. */
export function modulesOfNeeds(kernel: KernelEnd, asking: readonly ConfigEnd[]): readonly AskedModule[] {
  const states = statesOf(kernel, asking);
  const modules = kernel.facts?.modules ?? {};
  if (states === undefined) return [];
  return asking.flatMap((end) =>
    configNeeds(kernel, { ...end, wants: [] })
      .flatMap((placed) => chosen(placed, states))
      .flatMap(({ option, module }) => (module !== undefined && states.get(option) === 'm' ? [moduleName(module)] : []))
      .filter((name) => Object.hasOwn(modules, name))
      .map((name) => ({ name, component: end.component, version: end.version })),
  );
}

/** Of alternatives, the first that the configuration has: the others are not what the component stands on. */
function chosen({ need }: PlacedNeed, states: ConfigStates): readonly ConfigOption[] {
  if (need.anyOf.length === 1) return need.anyOf[0] ?? [];
  return need.anyOf.find((all) => all.every(({ option }) => (states.get(option) ?? 'n') !== 'n')) ?? [];
}

function judgeModule(options: {
  readonly machine: Machine;
  readonly placed: PlacedNeed;
  readonly option: string;
  readonly name: string;
}): Edge {
  const { machine, placed, option, name } = options;
  const { kernel, end, carried } = machine;
  const facts = kernel.facts;
  const file = facts !== undefined && Object.hasOwn(facts.modules, name) ? facts.modules[name] : undefined;
  const isBuiltin = facts?.builtin.includes(name) === true;
  const base = {
    rule: 'kernel.module-present',
    evidence: 'binary',
    root: 'machine',
    from: { component: end.component, version: end.version, fact: `kernel.config.${placed.list}` },
    need: name,
    by: { ...kernelEnd(kernel, 'modules'), ...(file === undefined ? {} : { path: file.path }) },
  } as const;
  if (isBuiltin || (file !== undefined && (carried === undefined || carried.has(name))))
    return { ...base, verdict: 'ok', sentence: `the module ${name} of CONFIG_${option}=m is ${file?.path ?? 'built in'}` };
  const verdict = placed.list === 'needs' ? 'error' : 'warn';
  const why = `${nameOf(end)} ${placed.list === 'needs' ? 'needs' : 'would use'} CONFIG_${option} for ${placed.need.reason}`;
  if (file === undefined)
    return {
      ...base,
      verdict,
      offer: 'no such module',
      sentence: `${why}, which is a module of ${nameOf(kernel)}, and its payload has no ${name}`,
      hints: [`keep \`usr/lib/modules/**\` of the kernel's package`],
    };
  return {
    ...base,
    verdict,
    offer: 'not in the machine',
    sentence: `${why}, and the machine doesn't carry the module ${name}`,
    hints: [`add \`${name}\` to the assembly's \`kernel.modules\``],
  };
}
