import type { Edge } from '../edge.ts';
import { endOf } from '../end-of.ts';
import { programAt } from '../program-case.ts';
import { programPath } from '../program-path.ts';
import type { RootFile, RootTree } from '../root-tree.ts';
import { configStates } from './kernel-config.ts';
import { type KernelEnd, kernelEnd, nameOf } from './kernel-end.ts';
import type { Rule } from './rule.ts';

export interface NetfilterSubject {
  readonly kernel: KernelEnd;
  /** Roots in which somebody starts iptables. */
  readonly roots: readonly {
    readonly root: string;
    readonly tree: RootTree;
    /** Who does: components with `iptables` under `exec`. */
    readonly users: readonly { readonly component: string; readonly version: string }[];
  }[];
}

export const netfilterBackend: Rule<NetfilterSubject> = {
  id: 'netfilter.backend',
  title: 'the kernel has the packet filter that iptables writes to',
  why:
    '`iptables` is a link, to a program that writes rules of nftables or to one that fills the old tables, and each needs other options of the kernel. With the wrong one the program says "Could not fetch rule set generation id" or ' +
    '"can’t initialize iptables table `nat`", and an engine ends at its start. Newer kernels have an option for the old tables (IP_NF_IPTABLES_LEGACY), which many leave off.',
  levels: {
    ok: 'the options are on, built in or as modules',
    error: 'one of them is off or does not exist',
    unknown: 'the kernel has no facts of its configuration, or iptables is a program that nobody knows',
  },
  references: [
    'iptables xtables-nft(8) and xtables-legacy(8)',
    'Linux net/ipv4/netfilter/Kconfig, IP_NF_IPTABLES_LEGACY',
    'Linux net/netfilter/Kconfig, NFT_COMPAT',
  ],
  isPair: true,
  examples: {
    fails: 'iptables 1.8.11 linked to xtables-legacy-multi on a configuration without IP_NF_IPTABLES_LEGACY',
    passes: 'iptables 1.8.11 linked to xtables-nft-multi on Debian’s cloud kernels 6.1, 6.12 and 7.2',
  },
  check: ({ kernel, roots }) => roots.flatMap(({ root, tree, users }) => judgeRoot({ kernel, root, tree, users })),
};

type Need = readonly [option: string, instead?: string];

/** Options by program; the second one decides where it exists. */
const needs: Readonly<Record<string, readonly Need[]>> = {
  'xtables-nft-multi': [['NF_TABLES'], ['NFT_COMPAT']],
  'xtables-legacy-multi': [['IP_NF_IPTABLES', 'IP_NF_IPTABLES_LEGACY'], ['IP_NF_FILTER'], ['IP_NF_NAT']],
};

function judgeRoot({ kernel, root, tree, users }: NetfilterSubject['roots'][number] & { readonly kernel: KernelEnd }): readonly Edge[] {
  const program = programAt({ tree, path: programPath }, 'iptables');
  const [user] = users;
  // That there is no such program is exec.path's.
  if (program === undefined || user === undefined) return [];
  return [judgeProgram({ kernel, root, program, user })];
}

function judgeProgram(options: {
  readonly kernel: KernelEnd;
  readonly root: string;
  readonly program: RootFile;
  readonly user: NetfilterSubject['roots'][number]['users'][number];
}): Edge {
  const { kernel, root, program, user } = options;
  const name = program.path.slice(program.path.lastIndexOf('/') + 1);
  const wanted = needs[name];
  const by = kernelEnd(kernel, 'config');
  const base = { rule: 'netfilter.backend', root, from: endOf(program, 'links'), by } as const;
  const starts = `${nameOf(user)} starts iptables, which is ${name} of ${program.component.name} ${program.component.version}`;
  const config = kernel.facts?.config;
  if (wanted === undefined || config === undefined) {
    const why = wanted === undefined ? 'a program that no rule knows' : `and nobody knows how ${nameOf(kernel)} was configured`;
    return { ...base, verdict: 'unknown', evidence: 'assumed', need: 'a packet filter', sentence: `${starts}, ${why}` };
  }
  const states = configStates(config);
  const decisive = wanted.map(([option, instead]) => (instead !== undefined && states.has(instead) ? instead : option));
  const missing = decisive.filter((option) => (states.get(option) ?? 'n') === 'n');
  const need = decisive.map((option) => `CONFIG_${option}`).join(', ');
  const [first] = missing;
  if (first === undefined)
    return {
      ...base,
      verdict: 'ok',
      evidence: 'binary',
      need,
      sentence: `${starts}, for which ${nameOf(kernel)} has ${decisive.join(' and ')}`,
    };
  const offer = missing.map((option) => (states.has(option) ? `CONFIG_${option} is not set` : `no option CONFIG_${option}`)).join(', ');
  const other = name === 'xtables-nft-multi' ? 'xtables-legacy-multi' : 'xtables-nft-multi';
  return {
    ...base,
    verdict: 'error',
    evidence: 'binary',
    need,
    offer,
    sentence: `${starts}; ${nameOf(kernel)} lacks CONFIG_${first} for it`,
    hints: [`link \`usr/sbin/iptables\` to ${other}, or choose a kernel with the option`],
  };
}
