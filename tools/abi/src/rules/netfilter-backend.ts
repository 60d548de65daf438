import { parseRange, satisfies, type Version } from '@moby/model';
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
  /** Roots in which somebody starts iptables, or is told which packet filter to write to. */
  readonly roots: readonly NetfilterRoot[];
  /** Who makes a swarm of engines: components that require `swarm:docker`. */
  readonly swarms: readonly { readonly component: string; readonly version: string; readonly root: string }[];
}

export interface NetfilterRoot {
  readonly root: string;
  readonly tree: RootTree;
  /** What the root's container is started with. */
  readonly args: readonly string[];
  /** Who starts iptables: components with `iptables` under `exec`. */
  readonly users: readonly { readonly component: string; readonly version: string }[];
  /** The engine, whose packet filter `--firewall-backend` chooses. */
  readonly engine: { readonly component: string; readonly version: Version } | undefined;
}

export const netfilterBackend: Rule<NetfilterSubject> = {
  id: 'netfilter.backend',
  title: 'the kernel has the packet filter that iptables writes to',
  why:
    '`iptables` is a link, to a program that writes rules of nftables or to one that fills the old tables, and each needs other options of the kernel. With the wrong one the program says "Could not fetch rule set generation id" or ' +
    '"can’t initialize iptables table `nat`", and an engine ends at its start. Newer kernels have an option for the old tables (IP_NF_IPTABLES_LEGACY), which many leave off. ' +
    'An engine of 29.0 or later writes rules of nftables itself where it is started with `--firewall-backend=nftables`; it then refuses a swarm, whose overlay networks still have rules of iptables. ' +
    'Who makes a swarm says so by `requires` `swarm:docker`.',
  levels: {
    ok: 'the options are on, built in or as modules',
    error:
      'one of them is off or does not exist; the engine is too old for `--firewall-backend`; or it is `nftables`, and somebody makes a swarm',
    unknown: 'the kernel has no facts of its configuration, or iptables is a program that nobody knows',
  },
  references: [
    'iptables xtables-nft(8) and xtables-legacy(8)',
    'Linux net/ipv4/netfilter/Kconfig, IP_NF_IPTABLES_LEGACY',
    'Linux net/netfilter/Kconfig, NFT_COMPAT',
    'Docker, engine/network/firewall-nftables',
    'moby contrib/check-config.sh at 29.7',
  ],
  isPair: true,
  examples: {
    fails:
      'iptables 1.8.11 linked to xtables-legacy-multi on a configuration without IP_NF_IPTABLES_LEGACY; docker 29.0.0 with `--firewall-backend=nftables` and a swarm',
    passes: 'iptables 1.8.11 linked to xtables-nft-multi on Debian’s cloud kernels 6.1, 6.12 and 7.2',
  },
  check: ({ kernel, roots, swarms }) =>
    roots.flatMap((root) => [...judgeIptables(kernel, root), ...judgeBackend({ kernel, root, swarms })]),
};

type Need = readonly [option: string, instead?: string];

/** Options by program; the second one decides where it exists. */
const needs: Readonly<Record<string, readonly Need[]>> = {
  'xtables-nft-multi': [['NF_TABLES'], ['NFT_COMPAT']],
  'xtables-legacy-multi': [['IP_NF_IPTABLES', 'IP_NF_IPTABLES_LEGACY'], ['IP_NF_FILTER'], ['IP_NF_NAT']],
};

/** Of an engine's own rules of nftables (its check-config.sh). */
const nftablesNeeds: readonly Need[] = [['NF_TABLES'], ['NFT_CT'], ['NFT_FIB'], ['NFT_FIB_IPV4'], ['NFT_MASQ'], ['NFT_NAT']];
const [backendFlag, backendSince] = ['--firewall-backend', '>=29.0.0-0'];

/** What an engine is told to write its rules with: the last `--firewall-backend`; undefined where it isn't told. */
function backendOf({ args, engine }: NetfilterRoot): string | undefined {
  const values = args.flatMap((arg, index) => {
    if (arg === backendFlag) return [args[index + 1] ?? ''];
    return arg.startsWith(`${backendFlag}=`) ? [arg.slice(backendFlag.length + 1)] : [];
  });
  return engine === undefined ? undefined : values.at(-1);
}

function judgeIptables(kernel: KernelEnd, place: NetfilterRoot): readonly Edge[] {
  const { root, tree } = place;
  const program = programAt({ tree, path: programPath }, 'iptables');
  const [user] = place.users.filter(({ component }) => backendOf(place) !== 'nftables' || component !== place.engine?.component);
  // That there is no such program is exec.path's.
  if (program === undefined || user === undefined) return [];
  return [judgeProgram({ kernel, root, program, user })];
}

function judgeBackend(options: Pick<NetfilterSubject, 'kernel' | 'swarms'> & { readonly root: NetfilterRoot }): readonly Edge[] {
  const { kernel, swarms } = options;
  const { engine, root } = options.root;
  const backend = backendOf(options.root);
  if (engine === undefined || backend === undefined) return [];
  const from = { component: engine.component, version: engine.version, fact: 'args' };
  const base = { rule: 'netfilter.backend', root, evidence: 'declared' } as const;
  const range = parseRange(backendSince);
  if (range === undefined || !satisfies(engine.version, range)) {
    const sentence = `${nameOf(engine)} is started with ${backendFlag}, which engines have since 29.0`;
    return [{ ...base, from, verdict: 'error', need: backendFlag, offer: 'no such option', sentence, hints: ['leave it out'] }];
  }
  if (backend !== 'nftables') return [];
  const swarming = swarms.map((user): Edge => {
    const sentence = `${nameOf(user)} makes a swarm, which ${nameOf(engine)} refuses where it is started with ${backendFlag}=nftables`;
    const ends = { from: { ...user, fact: 'requires swarm:docker' }, by: { ...from, root } };
    return {
      ...base,
      ...ends,
      verdict: 'error',
      need: 'a swarm',
      offer: `${backendFlag}=nftables`,
      sentence,
      hints: [`leave out ${backendFlag}`],
    };
  });
  const start = `${nameOf(engine)} writes rules of nftables`;
  return [
    judgeOptions({ kernel, wanted: nftablesNeeds, edge: { ...base, from }, start, hints: ['choose a kernel with the option'] }),
    ...swarming,
  ];
}

function judgeProgram(options: {
  readonly kernel: KernelEnd;
  readonly root: string;
  readonly program: RootFile;
  readonly user: NetfilterRoot['users'][number];
}): Edge {
  const { kernel, root, program, user } = options;
  const name = program.path.slice(program.path.lastIndexOf('/') + 1);
  const wanted = needs[name];
  const by = kernelEnd(kernel, 'config');
  const base = { rule: 'netfilter.backend', root, from: endOf(program, 'links'), by } as const;
  const starts = `${nameOf(user)} starts iptables, which is ${name} of ${program.component.name} ${program.component.version}`;
  if (wanted === undefined) {
    const sentence = `${starts}, a program that no rule knows`;
    return { ...base, verdict: 'unknown', evidence: 'assumed', need: 'a packet filter', sentence };
  }
  const other = name === 'xtables-nft-multi' ? 'xtables-legacy-multi' : 'xtables-nft-multi';
  const hints = [`link \`usr/sbin/iptables\` to ${other}, or choose a kernel with the option`];
  return judgeOptions({ kernel, wanted, edge: { ...base, evidence: 'binary' }, start: starts, hints });
}

/** One edge for all options that are wanted for one purpose; `start` begins its sentence. */
function judgeOptions(options: {
  readonly kernel: KernelEnd;
  readonly wanted: readonly Need[];
  readonly edge: Pick<Edge, 'rule' | 'root' | 'from' | 'evidence'>;
  readonly start: string;
  readonly hints: readonly string[];
}): Edge {
  const { kernel, wanted, start, hints } = options;
  const edge = { ...options.edge, by: kernelEnd(kernel, 'config') };
  const config = kernel.facts?.config;
  if (config === undefined) {
    const sentence = `${start}, and nobody knows how ${nameOf(kernel)} was configured`;
    return { ...edge, verdict: 'unknown', evidence: 'assumed', need: 'a packet filter', sentence };
  }
  const states = configStates(config);
  const decisive = wanted.map(([option, instead]) => (instead !== undefined && states.has(instead) ? instead : option));
  const missing = decisive.filter((option) => (states.get(option) ?? 'n') === 'n');
  const need = decisive.map((option) => `CONFIG_${option}`).join(', ');
  const [first] = missing;
  if (first === undefined)
    return { ...edge, verdict: 'ok', need, sentence: `${start}, for which ${nameOf(kernel)} has ${decisive.join(' and ')}` };
  const offer = missing.map((option) => (states.has(option) ? `CONFIG_${option} is not set` : `no option CONFIG_${option}`)).join(', ');
  return { ...edge, verdict: 'error', need, offer, sentence: `${start}; ${nameOf(kernel)} lacks CONFIG_${first} for it`, hints };
}
