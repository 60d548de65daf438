import { parseVersion, satisfies, type Range, parseRange } from '@moby/model';
import type { Edge } from '../edge.ts';
import { besides, contractEnd, type ContractEnd, type ContractSubject, nameOfEnd } from './contract-end.ts';
import type { Rule } from './rule.ts';

export const cniVersion: Rule<ContractSubject> = {
  id: 'cni.version',
  title: 'each plugin of a network knows the version that its configuration names',
  why:
    'The runtime hands `cniVersion` of the configuration to every plugin of the chain, and a plugin that doesn’t list it among its `supportedVersions` ends with code 1, "incompatible CNI versions". ' +
    'It is a membership, no range: a plugin that knows 1.0.0 doesn’t know 1.1.0.',
  levels: {
    ok: 'the version is one of the specification’s, and the plugins know it',
    error: 'the plugins don’t know it, or there is no such version of the specification',
    unknown: 'the plugins don’t say which versions they know',
  },
  references: ['containernetworking/cni SPEC.md, section 2, VERSION', 'containernetworking/cni pkg/version/reconcile.go'],
  isPair: true,
  examples: {
    fails: 'a configuration of version 1.1.0 with the CNI plugins 1.1.1, which end with code 1',
    passes: 'a configuration of version 0.4.0 with the same plugins',
  },
  check: ({ ends }) =>
    ends.flatMap((user) => {
      const range = user.requires[plugins] ?? user.recommends[plugins];
      if (range === undefined) return [];
      return besides(ends, user).flatMap((other) => (other.provides[plugins] === undefined ? [] : [judge(user, range, other)]));
    }),
};

const plugins = 'cni:plugins';

/** Every version that the specification has had. */
const specification: readonly string[] = ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'];

function judge(user: ContractEnd, range: Range, other: ContractEnd): Edge {
  const asked = specification.filter((version) => isIn(version, range));
  const known = parseRange(other.provides[plugins] ?? '');
  const from = contractEnd(user, `requires ${plugins}`);
  const by = contractEnd(other, `provides ${plugins}`);
  const base = { rule: 'cni.version', root: user.root, from, by, need: `cniVersion ${range}` } as const;
  if (known === undefined) {
    const sentence = `nobody knows which versions of CNI ${nameOfEnd(other)} knows`;
    return { ...base, verdict: 'unknown', evidence: 'assumed', sentence };
  }
  const supported = specification.filter((version) => isIn(version, known));
  const common = asked.filter((version) => supported.includes(version));
  const offer = supported.join(', ');
  const newest = common.at(-1);
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

function isIn(text: string, range: Range): boolean {
  const version = parseVersion(text);
  return version !== undefined && satisfies(version, range);
}
