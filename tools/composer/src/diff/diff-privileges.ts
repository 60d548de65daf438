import type { ServiceDefaults } from '@moby/model';
import type { Granted } from './lock-diff.ts';
import type { Snapshot } from './snapshot.ts';

/** What containers may do beyond the least: capabilities, root, places of the machine, system calls, a network that was none. */
export function diffPrivileges(before: Snapshot, after: Snapshot): Granted {
  return diffContainers(before, after, ({ name, service, entry }) =>
    [...(service === undefined ? [] : ofService(service)), ...(entry?.capabilities ?? [])].map((what) => `${name}: ${what}`),
  );
}

/** What services listen on, and published ports. */
export function diffPorts(before: Snapshot, after: Snapshot): Granted {
  return diffContainers(before, after, ({ name, service, entry }) => [
    ...(service?.ports ?? []).map((port) => `${name} listens on ${port}`),
    ...(entry?.ports ?? []).map(({ host, machine }) => `${name} is published: ${host} → ${machine}`),
  ]);
}

/** What is told of containers of both sides. What isn't known of one side is not compared, so that it looks neither added nor gone. */
function diffContainers(before: Snapshot, after: Snapshot, tell: (container: Container) => readonly string[]): Granted {
  const withEntries = isWhole(before) && isWhole(after);
  const [old, now] = [before, after].map((side) => containersOf(side, withEntries));
  const unknown = new Set([...(old ?? []), ...(now ?? [])].flatMap(({ name, isKnown }) => (isKnown ? [] : [name])));
  const [was, is] = [old, now].map((side) => new Set((side ?? []).filter(({ name }) => !unknown.has(name)).flatMap(tell)));
  return {
    added: [...(is ?? [])].filter((one) => was?.has(one) !== true).sort(),
    removed: [...(was ?? [])].filter((one) => is?.has(one) !== true).sort(),
  };
}

function isWhole({ assembly, assemblyDiffers }: Snapshot): boolean {
  return assembly !== undefined && !assemblyDiffers;
}

function ofService(service: ServiceDefaults): readonly string[] {
  return [
    ...(isPrivileged(service) ? ['privileged'] : []),
    ...service.capabilities,
    ...(service.user.uid === 0 ? ['runs as root'] : []),
    ...(service.readonlyRoot ? [] : ['writable root']),
    ...(service.noNewPrivileges ? [] : ['may gain privileges']),
    ...(service.network === 'machine' ? ['the machine’s network'] : []),
    ...service.binds.map((bind) => `${bind.source} on ${bind.path}${bind.readonly ? ', read-only' : ''}${propagationOf(bind)}`),
    ...service.syscalls.map((name) => `system call ${name}`),
  ];
}

function isPrivileged(service: object): boolean {
  return 'privileged' in service && service.privileged === true;
}

function propagationOf(bind: object): string {
  return 'propagation' in bind && typeof bind.propagation === 'string' && bind.propagation !== 'private' ? `, ${bind.propagation}` : '';
}

interface Container {
  readonly name: string;
  readonly service: ServiceDefaults | undefined;
  /** The library has its component as it was locked. */
  readonly isKnown: boolean;
  readonly entry: NonNullable<Snapshot['assembly']>['entries'][number] | undefined;
}

/** The container's own component has its name, or is what the assembly wishes for there; else the only one that has a service. */
function containersOf({ lock, manifests, assembly }: Snapshot, withEntries: boolean): readonly Container[] {
  return Object.entries(lock.roots).flatMap(([name, chosen]): readonly Container[] => {
    const entry = assembly?.entries.find((candidate) => candidate.name === name);
    const wished = entry?.wish.name ?? name;
    const services = Object.entries(chosen).flatMap(([component, { version }]) => {
      const service = manifests.get(`${component}@${version}`)?.service;
      return service === undefined ? [] : [{ component, service }];
    });
    const version = chosen[wished]?.version;
    const isKnown = version === undefined || manifests.get(`${wished}@${version}`) !== undefined;
    const own = services.find(({ component }) => component === wished) ?? (services.length === 1 ? services[0] : undefined);
    if (own === undefined && entry === undefined && isKnown) return [];
    return [{ name, service: own?.service, isKnown, entry: withEntries ? entry : undefined }];
  });
}
