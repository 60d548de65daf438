import { readService, type Manifest, type Propagation, type ServiceDefaults } from '@moby/model';

export const privilegeKinds = [
  'privileged',
  'capability',
  'syscall',
  'bind',
  'root',
  'network',
  'confinement',
  'port',
  'disk',
  'module',
] as const;

export type PrivilegeKind = (typeof privilegeKinds)[number];

/** Something that a component may do, and its release before couldn't. */
export interface GrownPrivilege {
  readonly kind: PrivilegeKind;
  /** The capability, path, call or number. */
  readonly about: string;
  /** Where package.json says it. */
  readonly at: readonly string[];
  /** A phrase about the release: `may use the capability CAP_SYS_ADMIN`. */
  readonly sentence: string;
}

type Holder = Pick<Manifest, 'service' | 'kernel'>;
type Grown = readonly [kind: PrivilegeKind, key: string, about: string, sentence: string];

/** What grew of mounts, capabilities, devices, calls, users, network and confinement; a component without a service has none of it. */
export function grownPrivileges(before: Holder, after: Holder): readonly GrownPrivilege[] {
  const [old, now] = [before.service ?? { ...readService({}), network: 'none' as const }, after.service];
  const modules = newOf(before.kernel?.modules ?? [], after.kernel?.modules ?? []).map((name): GrownPrivilege => ({
    kind: 'module',
    about: name,
    at: ['component', 'kernel', 'modules'],
    sentence: `loads the kernel module ${name}`,
  }));
  if (now === undefined) return modules;
  const grown = [...confinement(old, now), ...lists(old, now), ...binds(old, now)].map(([kind, key, about, sentence]): GrownPrivilege => ({
    kind,
    about,
    at: ['component', 'service', key],
    sentence,
  }));
  return [...grown, ...modules];
}

function confinement(old: ServiceDefaults, now: ServiceDefaults): readonly Grown[] {
  const isRoot = ({ user }: ServiceDefaults): boolean => user.uid === 0 || user.gid === 0;
  const is: readonly (readonly [boolean, Grown])[] = [
    [now.privileged && !old.privileged, ['privileged', 'privileged', 'privileged', 'is confined by namespaces alone']],
    [isRoot(now) && !isRoot(old), ['root', 'user', 'root', 'runs as root']],
    [now.network === 'machine' && old.network === 'none', ['network', 'network', 'machine', 'has the machine’s network']],
    [!now.readonlyRoot && old.readonlyRoot, ['confinement', 'readonlyRoot', 'readonlyRoot', 'may write to its root']],
    [
      !now.noNewPrivileges && old.noNewPrivileges && !now.privileged,
      ['confinement', 'noNewPrivileges', 'noNewPrivileges', 'may gain privileges by the programs that it starts'],
    ],
    [now.diskArgument !== undefined && old.diskArgument === undefined, ['disk', 'diskArgument', String(now.diskArgument), 'mounts a disk']],
  ];
  return is.flatMap(([isSo, grown]) => (isSo ? [grown] : []));
}

function lists(old: ServiceDefaults, now: ServiceDefaults): readonly Grown[] {
  return [
    ...newOf(old.capabilities, now.capabilities).map((one): Grown => ['capability', 'capabilities', one, `may use the capability ${one}`]),
    ...newOf(old.syscalls, now.syscalls).map((one): Grown => ['syscall', 'syscalls', one, `may call ${one}`]),
    ...newOf(old.ports.map(String), now.ports.map(String)).map((one): Grown => ['port', 'ports', one, `listens on port ${one}`]),
  ];
}

const propagations: readonly Propagation[] = ['private', 'rslave', 'rshared'];

function binds(old: ServiceDefaults, now: ServiceDefaults): readonly Grown[] {
  return now.binds.flatMap(({ source, path, readonly, propagation }): readonly Grown[] => {
    const known = old.binds.filter((one) => one.source === source);
    const grown = (sentence: string): readonly Grown[] => [['bind', 'binds', source, sentence]];
    if (known.length === 0) return grown(`sees ${source} of the machine, at ${path}`);
    if (!readonly && known.every((one) => one.readonly)) return grown(`may write to ${source} of the machine`);
    const wider = known.every((one) => propagations.indexOf(one.propagation) < propagations.indexOf(propagation));
    return wider ? grown(`passes on mounts below ${source} as ${propagation}`) : [];
  });
}

function newOf(old: readonly string[], now: readonly string[]): readonly string[] {
  const known = new Set(old);
  return [...new Set(now)].filter((one) => !known.has(one)).sort();
}
