import { freeLicenses, licenseExceptions } from './licenses.ts';
import type { Waiver } from './waiver.ts';

/** What the project has decided, as data: rules say how a release is judged, the policy says by which measure. */
export interface Policy {
  /** Scopes of npm that components may have; the first is the project's own. */
  readonly scopes: readonly string[];
  /** Names that nobody may take without a steward, without a scope. */
  readonly reservedNames: readonly string[];
  /** Well-known names of software, which a new name may not be mistaken for. */
  readonly popularNames: readonly string[];
  /** Names on public indexes are compared with new names; where true, nothing passes without `Question.names.publicNames`. */
  readonly comparesPublicNames: boolean;
  /** How a line may be called: `N`, `N.M`, `N.M.P`. */
  readonly lineForms: readonly LineForm[];
  /** Top-level keys of package.json. The schema may know fewer, never more. */
  readonly packageKeys: readonly string[];
  /** SPDX identifiers; `LicenseRef-…` stands for what has no identifier. */
  readonly licenses: { readonly packaging: readonly string[]; readonly payload: readonly string[]; readonly exceptions: readonly string[] };
  /** Hosts that a package's own repository may lie on. */
  readonly repositoryHosts: readonly string[];
  /** Suites of Debian, by code name, and areas of its archive that packages may come from. */
  readonly suites: readonly string[];
  readonly archiveAreas: readonly string[];
  /** Beginnings of paths that no payload may write below. */
  readonly forbiddenTargets: readonly string[];
  /** Numbers of the forms that are read: of a payload, of facts.json, of symbols.json. */
  readonly forms: { readonly payload: readonly number[]; readonly facts: readonly number[]; readonly symbols: readonly number[] };
  readonly maxDescriptionCharacters: number;
  /** How large a change may be to be judged without a steward. */
  readonly changeLimits: ChangeLimits;
  /** Whether a release has to come with its publisher's signed statement. */
  readonly signature: 'required' | 'optional';
  /** Who may bring a component that nobody answers for yet: a steward, or (where no library says who owns what) whoever comes first. */
  readonly newComponents: 'by-steward' | 'first-come';
  /** Components that count as critical, with all that they need; names without a scope. */
  readonly criticalRoots: readonly string[];
  /** Components that one pull request may change together. */
  readonly batchGroups: readonly BatchGroup[];
  /** Files, and folders with a slash behind, that change with a steward only. */
  readonly sensitivePaths: readonly string[];
  /** Who holds the roles that are not a component's own. */
  readonly roles: Readonly<Record<HeldRole, readonly RoleHolder[]>>;
  /** What was decided for single releases. */
  readonly waivers: readonly Waiver[];
}

export interface ChangeLimits {
  readonly paths: number;
  readonly components: number;
  /** Of one file. */
  readonly blobBytes: number;
  /** Of all files that are new or other. */
  readonly addedBytes: number;
}

export interface BatchGroup {
  readonly name: string;
  readonly components: readonly string[];
  readonly reason: string;
}

export type HeldRole = 'steward' | 'security-team' | 'proven-maintainer' | 'bot';

export interface RoleHolder {
  readonly name: string;
  /** Their number at the forge, which stays when they rename themselves. */
  readonly id?: number;
  readonly github?: string;
  /** Their user name at the registry. */
  readonly registry?: string;
}

export type LineForm = 'N' | 'N.M' | 'N.M.P';

/** What holds where nobody has decided otherwise. */
export const defaultPolicy: Policy = {
  scopes: ['@moby'],
  reservedNames: [
    'admin',
    'all',
    'api',
    'base',
    'catalogue',
    'core',
    'default',
    'files',
    'latest',
    'machine',
    'main',
    'moby',
    'moby-compose',
    'next',
    'npm',
    'official',
    'package',
    'registry',
    'root',
    'security',
    'system',
    'test',
  ],
  popularNames: [
    'apache',
    'bash',
    'caddy',
    'coredns',
    'coreutils',
    'curl',
    'dbus',
    'elasticsearch',
    'envoy',
    'etcd',
    'fluentd',
    'grafana',
    'haproxy',
    'kubernetes',
    'mariadb',
    'memcached',
    'mongodb',
    'mosquitto',
    'mysql',
    'nginx',
    'nodejs',
    'openssh',
    'perl',
    'postgresql',
    'prometheus',
    'python',
    'rabbitmq',
    'ruby',
    'systemd',
    'telegraf',
    'traefik',
    'unbound',
    'valkey',
    'varnish',
    'vault',
    'zookeeper',
  ],
  comparesPublicNames: false,
  lineForms: ['N', 'N.M', 'N.M.P'],
  packageKeys: ['name', 'version', 'description', 'license', 'private', 'homepage', 'repository', 'keywords', 'files', 'component'],
  licenses: {
    packaging: ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0', 'ISC', 'MIT', 'MPL-2.0'],
    payload: freeLicenses,
    exceptions: licenseExceptions,
  },
  repositoryHosts: ['bitbucket.org', 'codeberg.org', 'git.sr.ht', 'github.com', 'gitlab.com', 'salsa.debian.org'],
  suites: ['bookworm', 'trixie', 'forky'],
  archiveAreas: ['main'],
  forbiddenTargets: ['c/', 'd/', 'dev/', 'proc/', 'sys/'],
  forms: { payload: [1], facts: [1], symbols: [1] },
  maxDescriptionCharacters: 120,
  changeLimits: { paths: 500, components: 20, blobBytes: 5 * 1024 ** 2, addedBytes: 20 * 1024 ** 2 },
  signature: 'optional',
  newComponents: 'by-steward',
  criticalRoots: [],
  batchGroups: [],
  sensitivePaths: ['docs/governance/', 'schemas/', 'tools/', '.ci/', '.github/', 'nx.json', 'package.json', 'package-lock.json'],
  roles: { steward: [], 'security-team': [], 'proven-maintainer': [], bot: [] },
  waivers: [],
};
