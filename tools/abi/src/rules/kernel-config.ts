import { type ConfigNeed, type ConfigOption, type KernelConfig, satisfies } from '@moby/model';
import type { Edge, Verdict } from '../edge.ts';
import { type ConfigEnd, type KernelEnd, kernelEnd, nameOf } from './kernel-end.ts';
import type { Rule } from './rule.ts';

export interface KernelConfigSubject {
  readonly kernel: KernelEnd;
  /** Components that ask for options, in the order of their names. */
  readonly asking: readonly ConfigEnd[];
}

export const kernelConfig: Rule<KernelConfigSubject> = {
  id: 'kernel.config',
  title: 'the kernel was built with the options that a component needs',
  why:
    'An option that is off takes a part of the kernel away: a system call fails, a file system can’t be mounted, a packet filter has no table. Programs notice at run time, mostly with ' +
    'a message that doesn’t name the option. Off (`is not set`) and unknown to the kernel (no line) are different facts: an option may have been renamed, or have become a matter of course.',
  levels: {
    ok: 'the option is built in or a module',
    info: 'a wish for an option that does not exist in this kernel',
    warn: 'a wish for an option that is off',
    error: 'a needed option is off or does not exist; of alternatives, every one',
    unknown: 'the kernel has no facts of its configuration',
  },
  references: ['moby contrib/check-config.sh', 'Linux Documentation/kbuild/kconfig-language.rst'],
  isPair: true,
  examples: {
    fails: 'the options of docker 28.5.2 on a configuration with BRIDGE_NETFILTER off',
    passes: 'the options of docker 20.10, 26.1, 28.5 and 29.7 on Debian’s cloud kernels 6.1, 6.12 and 7.2',
  },
  check: ({ kernel, asking }) => {
    const states = statesOf(kernel, asking);
    return asking.flatMap((end) => judgeComponent(kernel, end, states));
  },
};

function judgeComponent(kernel: KernelEnd, end: ConfigEnd, states: ConfigStates | undefined): readonly Edge[] {
  const needs = configNeeds(kernel, end);
  if (needs.length === 0) return [];
  if (states === undefined) return [unknownConfig(kernel, end, needs.length)];
  return needs.flatMap((need) => judgeNeed({ kernel, end, states, ...need }));
}

export interface PlacedNeed {
  readonly list: 'needs' | 'wants';
  readonly need: ConfigNeed;
}

/** What a component asks of this kernel: entries for other versions are left out. */
export function configNeeds(kernel: KernelEnd, end: ConfigEnd): readonly PlacedNeed[] {
  const placed = [
    ...end.needs.map((need) => ({ list: 'needs', need }) as const),
    ...end.wants.map((need) => ({ list: 'wants', need }) as const),
  ];
  return placed.filter(({ need }) => need.kernel === undefined || satisfies(kernel.version, need.kernel));
}

/** Option → `y`, `m`, `n` or its value; an option that does not exist has none. */
export type ConfigStates = ReadonlyMap<string, string>;

/** Of the kernel's 11,000 options; undefined where nobody knows them. */
export function statesOf({ facts }: KernelEnd, asking: readonly ConfigEnd[]): ConfigStates | undefined {
  if (facts?.config === undefined) return undefined;
  return asking.length === 0 ? new Map() : configStates(facts.config);
}

export function configStates(config: KernelConfig): ConfigStates {
  const states =
    known.get(config) ??
    new Map([
      ...Object.entries(config.values),
      ...(['y', 'm', 'n'] as const).flatMap((state) => config[state].map((name) => [name, state] as const)),
    ]);
  known.set(config, states);
  return states;
}

/** Several rules ask, and a resolution is judged many times; facts are never changed. */
const known = new WeakMap<KernelConfig, ConfigStates>();

interface Judgement extends PlacedNeed {
  readonly kernel: KernelEnd;
  readonly end: ConfigEnd;
  readonly states: ConfigStates;
}

/** Alternatives are one edge; without any, each option is an edge of its own. */
function judgeNeed(judgement: Judgement): readonly Edge[] {
  const { anyOf } = judgement.need;
  if (anyOf.length === 1) return (anyOf[0] ?? []).map((option) => judgeOption(judgement, option));
  const met = anyOf.find((all) => all.every(({ option }) => isOn(judgement.states.get(option))));
  const words = anyOf.map((all) => all.map(({ option }) => option).join(' and ')).join(', or ');
  const verdict = met === undefined ? (judgement.list === 'needs' ? 'error' : 'warn') : 'ok';
  const { kernel, end, need } = judgement;
  const sentence =
    met === undefined
      ? `${nameOf(end)} needs ${words} for ${need.reason}, and ${nameOf(kernel)} has none of them on`
      : `${nameOf(kernel)} has ${met.map(({ option }) => option).join(' and ')} for ${need.reason}`;
  return [edgeOf(judgement, { need: words, offer: met === undefined ? 'none of them' : stateOf(judgement, met), verdict, sentence })];
}

function stateOf({ states }: Judgement, all: readonly ConfigOption[]): string {
  return all.map(({ option }) => shown(option, states.get(option))).join(' ');
}

function judgeOption(judgement: Judgement, { option }: ConfigOption): Edge {
  const { kernel, end, list, need, states } = judgement;
  const state = states.get(option);
  const offer = shown(option, state);
  const base = { need: `CONFIG_${option}`, offer };
  if (isOn(state)) return edgeOf(judgement, { ...base, verdict: 'ok', sentence: `${nameOf(kernel)} has ${offer} for ${need.reason}` });
  const verb = list === 'needs' ? 'needs' : 'would use';
  if (state === 'n')
    return edgeOf(judgement, {
      ...base,
      verdict: list === 'needs' ? 'error' : 'warn',
      sentence: `${nameOf(end)} ${verb} CONFIG_${option} for ${need.reason}, and ${nameOf(kernel)} was built without it`,
    });
  return edgeOf(judgement, {
    ...base,
    verdict: list === 'needs' ? 'error' : 'info',
    sentence: `${nameOf(end)} ${verb} CONFIG_${option} for ${need.reason}, an option that ${nameOf(kernel)} doesn't have`,
    ...(list === 'needs'
      ? { hints: [`where kernels of that age do it without the option, say so with the entry's \`kernel\` range in ${end.component}`] }
      : {}),
  });
}

function isOn(state: string | undefined): boolean {
  return state !== undefined && state !== 'n';
}

function shown(option: string, state: string | undefined): string {
  if (state === undefined) return `no option CONFIG_${option}`;
  return state === 'n' ? `CONFIG_${option} is not set` : `CONFIG_${option}=${state}`;
}

function edgeOf(
  { kernel, end, list }: Judgement,
  rest: {
    readonly need: string;
    readonly offer: string;
    readonly verdict: Verdict;
    readonly sentence: string;
    readonly hints?: readonly string[];
  },
): Edge {
  return {
    rule: 'kernel.config',
    evidence: 'binary',
    root: 'machine',
    from: { component: end.component, version: end.version, fact: `kernel.config.${list}` },
    by: kernelEnd(kernel, 'config'),
    ...rest,
  };
}

function unknownConfig(kernel: KernelEnd, end: ConfigEnd, count: number): Edge {
  return {
    rule: 'kernel.config',
    verdict: 'unknown',
    evidence: 'assumed',
    root: 'machine',
    from: { component: end.component, version: end.version, fact: 'kernel.config' },
    need: `${count} of the kernel's options`,
    by: kernelEnd(kernel, 'config'),
    sentence: `nobody knows how ${nameOf(kernel)} was configured, and ${nameOf(end)} asks for ${count} options`,
    hints: ['keep `boot/config-*` of the kernel’s package, and run `moby-compose component build`'],
  };
}
