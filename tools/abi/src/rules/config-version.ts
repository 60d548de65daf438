import { parseRange, satisfies, type Version } from '@moby/model';
import type { Edge, EdgeEnd } from '../edge.ts';
import {
  besides,
  configEnd,
  configsOf,
  contractEnd,
  type ContractEnd,
  type ContractSubject,
  nameOfConfig,
  nameOfEnd,
} from './contract-end.ts';
import type { Rule } from './rule.ts';

export const configVersion: Rule<ContractSubject> = {
  id: 'config.version',
  title: 'containerd knows the version of the configuration that it is given',
  why:
    'config.toml has a version of its own: containerd knows up to 2 (until 1.7), 3 (2.0 to 2.2) or 4 (from 2.3), and migrates older ones. A newer one is refused by 1.6.32, 1.7.17 and all of 2; ' +
    'releases before those start without a word and ignore what they don’t know, so that a mirror of a registry or another runtime isn’t there. ' +
    'The file’s version is read from /etc/containerd/config.toml of the root, or declared by who brings it.',
  levels: {
    ok: 'the version is at most the daemon’s newest',
    silent: 'it is newer, and the daemon starts and ignores what it doesn’t know',
    error: 'it is newer, and the daemon refuses to start',
    unknown: 'the daemon doesn’t say which versions it knows, or the file can’t be read',
  },
  references: ['containerd cmd/containerd/server/config/config.go, ValidateVersion', 'containerd docs/man/containerd-config.toml.5.md'],
  isPair: true,
  examples: {
    fails: 'a configuration of version 4 with containerd 2.0.10',
    passes: 'a configuration of version 2 with containerd 2.1.9',
  },
  check: ({ ends }) => [
    ...ends.flatMap((holder) => {
      const asked = holder.recommends[config] ?? holder.requires[config];
      if (asked === undefined) return [];
      const version = /^[=^~]?(\d{1,3})(?:\.0){0,2}$/.exec(asked)?.[1];
      const asking = { from: contractEnd(holder, config), claim: `${nameOfEnd(holder)} has a config.toml`, root: holder.root, version };
      return daemonsOf(besides(ends, holder)).map((daemon) => judge(asking, daemon));
    }),
    ...configsOf(ends).flatMap((file) => {
      if (file.config.format !== 'containerd') return [];
      const [version] = file.config.versions;
      const asking = { from: configEnd(file), claim: `${nameOfConfig(file)} is`, root: file.end.root, version };
      return daemonsOf(ends.filter(({ root }) => root === file.end.root)).map((daemon) => judge(asking, daemon));
    }),
  ],
};

const config = 'config:containerd';
/** Before these, a daemon ignores what it doesn't know. */
const ignoring = '<1.6.32 || >=1.7.0-0 <1.7.17';

/** A file, or a component that says which version the file has that it brings. */
interface Asking {
  readonly from: EdgeEnd;
  /** `containerd-config 1.0.0 has a config.toml`: the begin of a sentence that ends with the version. */
  readonly claim: string;
  readonly root: string;
  /** A whole number; undefined where nobody knows. */
  readonly version: string | undefined;
}

function daemonsOf(ends: readonly ContractEnd[]): readonly ContractEnd[] {
  return ends.filter(({ component }) => component === 'containerd');
}

function judge({ from, claim, root, version }: Asking, daemon: ContractEnd): Edge {
  const by = contractEnd(daemon, `provides ${config}`);
  const base = { rule: 'config.version', root, from, by, need: `version ${version ?? '?'} of config.toml` } as const;
  const newest = /<=(\d{1,3})(?:\.0){0,2}$/.exec(daemon.provides[config] ?? '')?.[1];
  if (version === undefined || newest === undefined) {
    const sentence =
      version === undefined
        ? `${claim} of a version that nobody knows`
        : `nobody knows which versions of config.toml ${nameOfEnd(daemon)} knows`;
    return {
      ...base,
      verdict: 'unknown',
      evidence: 'assumed',
      sentence,
      hints: [`declare it: \`"${config}": ">=1 <=3"\` of a daemon, \`"3"\` of a file`],
    };
  }
  const offer = `up to version ${newest}`;
  const sentence = `${claim} of version ${version}; ${nameOfEnd(daemon)} knows up to ${newest}`;
  if (Number(version) <= Number(newest)) return { ...base, verdict: 'ok', evidence: 'declared', offer, sentence };
  if (isIgnoring(daemon.version))
    return { ...base, verdict: 'silent', evidence: 'declared', offer, sentence: `${sentence}, and ignores the rest without a word` };
  return { ...base, verdict: 'error', evidence: 'declared', offer, sentence };
}

function isIgnoring(version: Version): boolean {
  const range = parseRange(ignoring);
  return range !== undefined && satisfies(version, range);
}
