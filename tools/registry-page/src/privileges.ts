import type { BindMount, ServiceDefaults } from '@moby/model';
import { capabilityWords } from './capability-words.ts';
import type { Privilege, Reach } from './documents.ts';
import type { PageComponent } from './page-registry.ts';

const order: readonly Reach[] = ['machine', 'beyond', 'inside'];

/** What a component may do, in words that a person understands; the most dangerous first. */
export function privilegesOf({ manifest, facts }: PageComponent): readonly Privilege[] {
  const { kind, service } = manifest;
  const brings = Object.values(facts?.platforms ?? {}).some(({ modules }) => Object.keys(modules ?? {}).length > 0);
  const found: readonly Privilege[] = [
    ...ofKind(kind),
    ...(brings ? [machine('Brings kernel modules', 'they run inside of the kernel, with every right')] : []),
    ...(service === undefined ? [] : ofService(service)),
  ];
  if (found.length === 0)
    return [inside('None of its own', 'nothing of it is started by itself: it may do what the container that it stands in may do')];
  return order.flatMap((reach) => found.filter((privilege) => privilege.reach === reach));
}

function ofKind(kind: PageComponent['manifest']['kind']): readonly Privilege[] {
  switch (kind) {
    case 'kernel':
      return [machine('Is the machine’s kernel', 'everything that runs there runs on it')];
    case 'init':
      return [machine('Is the machine’s first process', 'it starts and ends all others, as root')];
    case 'runtime':
      return [machine('Makes the containers', 'it runs in the machine’s own root, as root')];
    case 'library':
    case 'service':
    case 'task':
    case 'tool':
    case 'config':
      return [];
  }
}

function ofService(service: ServiceDefaults): readonly Privilege[] {
  const { privileged, user, network, memoryBytes, pids } = service;
  return [
    ...(privileged
      ? [
          machine(
            'Privileged',
            'it has every capability, every device and every system call; namespaces alone hold it, so whoever takes it over has the machine',
          ),
        ]
      : capabilitiesOf(service)),
    ...(service.diskArgument === undefined ? [] : [beyond('Mounts a disk of the machine', 'it reads and writes all of it')]),
    ...service.binds.map(ofBind),
    ...(user.uid === 0
      ? [beyond('Runs as root', 'of the files of the machine that it sees, it has those of every user')]
      : [inside(`Runs as ${user.name}`, `user ${user.uid}, group ${user.gid}`)]),
    network === 'machine'
      ? beyond('Uses the machine’s network', 'it reaches what the machine reaches, and its ports are open at the machine’s addresses')
      : inside('Has no network', 'its network is empty'),
    ...(service.syscalls.length === 0
      ? []
      : [beyond('Calls more of the kernel', `system calls beyond the usual list: ${service.syscalls.join(', ')}`)]),
    ...(service.noNewPrivileges ? [] : [inside('May gain privileges', 'a program with the set-user-id bit makes another user of it')]),
    ...(service.readonlyRoot ? [] : [inside('Changes its own files', 'its root can be written')]),
    ...(memoryBytes === undefined ? [inside('Has no limit of memory', 'it may use all that the machine has')] : []),
    ...(pids === undefined && privileged ? [inside('Has no limit of processes', 'it may start as many as it likes')] : []),
  ];
}

function capabilitiesOf({ capabilities }: ServiceDefaults): readonly Privilege[] {
  if (capabilities.length === 0) return [inside('No capabilities', 'it may do what any user may')];
  return [...capabilities].sort().map((capability) => ({ what: capability, ...capabilityWords(capability) }));
}

const roots = ['/', '/etc', '/usr', '/boot', '/proc', '/sys', '/dev'];

function ofBind({ source, path, readonly, propagation }: BindMount): Privilege {
  const place = source === path ? source : `${source}, as ${path}`;
  const passed =
    propagation === 'rshared'
      ? '; what it mounts there, the machine sees too'
      : propagation === 'rslave'
        ? '; it sees what is mounted there later'
        : '';
  if (/^\/dev(?:\/|$)/.test(source))
    return { reach: readonly ? 'beyond' : 'machine', what: 'Uses devices', why: `${place}${readonly ? ', read-only' : ''}${passed}` };
  if (readonly) return beyond('Reads files of the machine', `${place}${passed}`);
  const sees: Privilege = beyond('Changes files of the machine', `${place}${passed}`);
  return roots.includes(source) ? { ...sees, reach: 'machine' } : sees;
}

function machine(what: string, why: string): Privilege {
  return { reach: 'machine', what, why };
}

function beyond(what: string, why: string): Privilege {
  return { reach: 'beyond', what, why };
}

function inside(what: string, why: string): Privilege {
  return { reach: 'inside', what, why };
}
