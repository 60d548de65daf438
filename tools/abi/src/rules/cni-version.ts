import { type ConfigFacts, parseRange, parseVersion, type Range, satisfies } from '@moby/model';
import type { Edge } from '../edge.ts';
import {
  besides,
  configEnd,
  type ConfigEnd,
  configsOf,
  contractEnd,
  type ContractEnd,
  type ContractSubject,
  nameOfConfig,
  nameOfEnd,
} from './contract-end.ts';
import type { Rule } from './rule.ts';

export const cniVersion: Rule<ContractSubject> = {
  id: 'cni.version',
  title: 'each plugin of a network is there, and knows the version that its configuration names',
  why:
    'The runtime hands `cniVersion` of the configuration to every plugin of the chain, and a plugin that doesn’t list it among its `supportedVersions` ends with code 1, "incompatible CNI versions". ' +
    'It is a membership, no range: a plugin that knows 1.0.0 doesn’t know 1.1.0. Of several `cniVersions` the runtime takes the newest that it knows itself. ' +
    'The versions are read from the files in /etc/cni/net.d of the root, or declared by who asks for plugins.',
  levels: {
    ok: 'the version is one of the specification’s, and runtime and plugins know it',
    error:
      'the runtime or a plugin doesn’t know it, a plugin of the chain isn’t in the root, or there is no such version of the specification',
    unknown: 'a plugin’s component doesn’t say which versions it knows, the file can’t be read, or a component of the root has no facts',
  },
  references: [
    'containernetworking/cni SPEC.md, sections 1 and 2, VERSION',
    'containernetworking/cni pkg/version/reconcile.go and libcni/conf.go',
  ],
  isPair: true,
  examples: {
    fails: 'a configuration of version 1.1.0 with the CNI plugins 1.1.1, which end with code 1',
    passes: 'a configuration of version 0.4.0 with the same plugins',
  },
  check: ({ ends }) => [
    ...ends.flatMap((user) => {
      const range = user.requires[plugins] ?? user.recommends[plugins];
      if (range === undefined) return [];
      return besides(ends, user).flatMap((other) => (other.provides[plugins] === undefined ? [] : [judgeDeclared(user, range, other)]));
    }),
    ...configsOf(ends).flatMap(({ end, path, config }) => (config.format === 'cni' ? judgeNetwork(ends, { end, path, config }) : [])),
  ],
};

/** Provided by plugins, and by programs that start them. */
const [plugins, runtime] = ['cni:plugins', 'cni:runtime'];

/** Every version that the specification has had. */
const specification: readonly string[] = ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'];

/** Where plugins lie: Debian's folder, and that of the projects themselves. */
const pluginFolders: readonly string[] = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];

type Network = ConfigEnd<Extract<ConfigFacts, { readonly format: 'cni' }>>;

function judgeDeclared(user: ContractEnd, range: Range, other: ContractEnd): Edge {
  const asked = specification.filter((version) => isIn(version, range));
  const supported = knownTo(other, plugins);
  const from = contractEnd(user, `requires ${plugins}`);
  const base = {
    rule: 'cni.version',
    root: user.root,
    from,
    by: contractEnd(other, `provides ${plugins}`),
    need: `cniVersion ${range}`,
  } as const;
  if (supported === undefined) return { ...base, ...undeclared(other) };
  const newest = asked.filter((version) => supported.includes(version)).at(-1);
  const offer = supported.join(', ');
  if (newest !== undefined)
    return {
      ...base,
      verdict: 'ok',
      evidence: 'declared',
      offer,
      sentence: `${nameOfEnd(other)} knows CNI ${newest}, which ${nameOfEnd(user)} uses`,
    };
  const sentence =
    asked.length === 0
      ? `${nameOfEnd(user)} uses CNI ${range}, a version that the specification never had`
      : `${nameOfEnd(user)} uses CNI ${range}; ${nameOfEnd(other)} knows ${offer}`;
  return { ...base, verdict: 'error', evidence: 'declared', offer, sentence };
}

/** A file with the runtimes of its root, and with each plugin of its chain; plugins of one component are one edge. */
function judgeNetwork(ends: readonly ContractEnd[], network: Network): readonly Edge[] {
  const { end, config } = network;
  const here = ends.filter(({ root }) => root === end.root);
  const base = { rule: 'cni.version', root: end.root, from: configEnd(network) } as const;
  if (config.versions.length === 0) {
    const sentence = `nobody can read which version of CNI ${nameOfConfig(network)} has`;
    return [{ ...base, verdict: 'unknown', evidence: 'assumed', need: 'a cniVersion', sentence }];
  }
  const runtimes = here.filter(({ provides }) => provides[runtime] !== undefined);
  const chosen = chosenVersion(config.versions, runtimes);
  const members = new Map<ContractEnd, string>();
  const missing: Edge[] = [];
  for (const type of config.plugins) {
    const found = here.find(({ programs }) => pluginFolders.some((folder) => programs?.includes(`${folder}/${type}`) === true));
    if (found === undefined) missing.push({ ...base, ...absent(network, here, type) });
    else if (!members.has(found)) members.set(found, type);
  }
  return [
    ...runtimes.map((one) => ({ ...base, ...judgeMember(network, { version: chosen, member: one, capability: runtime }) })),
    ...[...members.keys()].map((one) => ({ ...base, ...judgeMember(network, { version: chosen, member: one, capability: plugins }) })),
    ...missing,
  ];
}

/** The newest that every runtime of the root knows; of those that none does, the newest. */
function chosenVersion(versions: readonly string[], runtimes: readonly ContractEnd[]): string {
  const sorted = [...versions].sort((a, b) => specification.indexOf(a) - specification.indexOf(b));
  const known = sorted.filter((version) => runtimes.every((one) => knownTo(one, runtime)?.includes(version) !== false));
  return known.at(-1) ?? sorted.at(-1) ?? '';
}

type Judged = Omit<Edge, 'rule' | 'root' | 'from'>;

function judgeMember(
  network: Network,
  options: { readonly version: string; readonly member: ContractEnd; readonly capability: string },
): Judged {
  const { version, member, capability } = options;
  const known = knownTo(member, capability);
  const base = { need: `cniVersion ${version}`, by: contractEnd(member, `provides ${capability}`) };
  if (known === undefined) return { ...base, ...undeclared(member) };
  const offer = known.join(', ');
  const names = nameOfConfig(network);
  if (known.includes(version))
    return {
      ...base,
      verdict: 'ok',
      evidence: 'declared',
      offer,
      sentence: `${nameOfEnd(member)} knows CNI ${version}, which ${names} names`,
    };
  const sentence = specification.includes(version)
    ? `${names} is of CNI ${version}; ${nameOfEnd(member)} knows ${offer}`
    : `${names} is of CNI ${version}, a version that the specification never had`;
  return { ...base, verdict: 'error', evidence: 'declared', offer, sentence };
}

function absent(network: Network, here: readonly ContractEnd[], type: string): Judged {
  const verdict = here.some(({ programs }) => programs === undefined) ? 'unknown' : 'error';
  const sentence = `${nameOfConfig(network)} names the plugin ${type}, which isn't in ${pluginFolders.join(', ')}`;
  return { verdict, evidence: 'binary', need: `the plugin ${type}`, sentence };
}

function undeclared(member: ContractEnd): Pick<Edge, 'verdict' | 'evidence' | 'sentence' | 'hints'> {
  const hints = [`declare them: \`"${plugins}": ">=0.1.0 <=1.1.0"\``];
  return { verdict: 'unknown', evidence: 'assumed', sentence: `nobody knows which versions of CNI ${nameOfEnd(member)} knows`, hints };
}

/** The specification's versions within the window that a component declares; undefined without one. */
function knownTo({ provides }: ContractEnd, capability: string): readonly string[] | undefined {
  const range = parseRange(provides[capability] ?? '?');
  return range === undefined ? undefined : specification.filter((version) => isIn(version, range));
}

function isIn(text: string, range: Range): boolean {
  const version = parseVersion(text);
  return version !== undefined && satisfies(version, range);
}
