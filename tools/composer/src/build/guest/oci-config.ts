import type { BindMount, Platform, ServiceDefaults, TmpfsMount } from '@moby/model';
import { type SeccompProfile, seccompProfile } from './seccomp.ts';
import { compareCodeUnits } from './tree-entry.ts';

export interface OciConfigInput {
  readonly name: string;
  /** The component's defaults, with what the assembly says laid over them. */
  readonly service: ServiceDefaults;
  readonly platform: Platform;
}

/** The part of the OCI runtime specification's config.json that is written here (config.md, config-linux.md). */
export interface OciConfig {
  readonly ociVersion: string;
  readonly root: { readonly path: string; readonly readonly: boolean };
  readonly hostname: string;
  readonly process: OciProcess;
  readonly mounts: readonly OciMount[];
  readonly linux: OciLinux;
}

export interface OciProcess {
  readonly terminal: false;
  readonly user: { readonly uid: number; readonly gid: number };
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly capabilities: Readonly<Record<'bounding' | 'effective' | 'permitted' | 'inheritable' | 'ambient', readonly string[]>>;
  readonly rlimits: readonly { readonly type: string; readonly soft: number; readonly hard: number }[];
  readonly noNewPrivileges: boolean;
  readonly oomScoreAdj: number;
}

export interface OciMount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

export interface OciLinux {
  readonly cgroupsPath: string;
  readonly namespaces: readonly { readonly type: string }[];
  readonly resources: {
    readonly devices: readonly { readonly allow: boolean; readonly access: string }[];
    readonly memory?: { readonly limit: number };
    readonly pids: { readonly limit: number };
  };
  /** A privileged container has none. */
  readonly seccomp?: SeccompProfile;
  /** How mounts pass between the machine and the container, where a bind says that they do; else they don't. */
  readonly rootfsPropagation?: 'rslave' | 'rshared';
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];
}

/** How many processes and threads a container may have that does not say. */
export const defaultPids = 1024;
/** config-linux.md, pids. */
const unlimited = -1;

/** Default-deny: whatever the service does not declare, it does not get. */
export function ociConfig(input: OciConfigInput): OciConfig {
  const { name, service, platform } = input;
  return {
    ociVersion: '1.1.0',
    root: { path: 'rootfs', readonly: service.readonlyRoot },
    hostname: name,
    process: processOf(service),
    mounts: mountsOf(service),
    linux: {
      cgroupsPath: `/${name}`,
      namespaces: namespacesOf(service),
      resources: {
        // The runtime adds null, zero, full, random, urandom, tty and the pseudo-terminals.
        devices: [{ allow: service.privileged, access: 'rwm' }],
        ...(service.memoryBytes === undefined ? {} : { memory: { limit: service.memoryBytes } }),
        pids: { limit: service.pids ?? (service.privileged ? unlimited : defaultPids) },
      },
      ...(service.privileged
        ? { maskedPaths: [], readonlyPaths: [] }
        : { seccomp: seccompProfile(platform, service.syscalls), maskedPaths, readonlyPaths }),
      ...rootPropagation(service),
    },
  };
}

/** config.json, byte-stable. */
export function formatOciConfig(config: OciConfig): string {
  return `${JSON.stringify(config, null, 1)}\n`;
}

/** Where a container mounts something: what its tree needs as a folder, because a read-only root can't get one later. */
export function mountPointsOf(service: ServiceDefaults): readonly string[] {
  return mountsOf(service).map((mount) => mount.destination);
}

/** The folder, beside `/etc/resolv.conf` which links into it, that shows the machine's `/run/resolv`. */
export const resolvFolder = '/etc/resolv';

const maskedPaths = [
  '/proc/acpi',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/sys/firmware',
];
const readonlyPaths = ['/proc/asound', '/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];
/** capabilities(7), in the kernel's order; all of them are known since Linux 5.9. */
const allCapabilities = words(`
  CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN
  NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME
  SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ
  PERFMON BPF CHECKPOINT_RESTORE
`).map((name) => `CAP_${name}`);
const standardPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin';

function processOf(service: ServiceDefaults): OciProcess {
  const capabilities = [...(service.privileged ? allCapabilities : service.capabilities)].sort(compareCodeUnits);
  // A program without root's id keeps a capability over execve only as an ambient one (capabilities(7)).
  const carried = service.user.uid === 0 ? [] : capabilities;
  return {
    terminal: false,
    user: { uid: service.user.uid, gid: service.user.gid },
    args: service.args,
    env: environmentOf(service),
    cwd: service.cwd,
    capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities, inheritable: carried, ambient: carried },
    rlimits: [
      { type: 'RLIMIT_CORE', soft: 0, hard: 0 },
      { type: 'RLIMIT_NOFILE', soft: 1024, hard: service.privileged ? 524_288 : 65_536 },
    ],
    noNewPrivileges: service.noNewPrivileges,
    // The init protects itself from a machine short of memory; its children would inherit that.
    oomScoreAdj: 0,
  };
}

function environmentOf(service: ServiceDefaults): readonly string[] {
  const all: Record<string, string> = { PATH: standardPath, ...service.env };
  return Object.keys(all)
    .sort(compareCodeUnits)
    .map((key) => `${key}=${all[key] ?? ''}`);
}

function namespacesOf(service: ServiceDefaults): readonly { readonly type: string }[] {
  const types = ['pid', 'ipc', 'uts', 'mount', 'cgroup'];
  return [...types, ...(service.network === 'none' ? ['network'] : [])].map((type) => ({ type }));
}

/** In the order of their places, so that a mount never hides one before it. */
function mountsOf(service: ServiceDefaults): readonly OciMount[] {
  const own = [
    ...service.tmpfs.map((mount) => tmpfsOf(mount, service)),
    ...service.binds.map((bind) => bindOf(bind, service)),
    ...(service.network === 'machine' ? [bindOf(resolvBind, service)] : []),
  ];
  return [
    ...(service.privileged ? privilegedMounts : standardMounts),
    ...own.sort((a, b) => compareCodeUnits(a.destination, b.destination)),
  ];
}

// A bind of the machine's /sys would leave its cgroups writable below the read-only mount.
const standardMounts: readonly OciMount[] = [
  { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
  { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'] },
  { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'] },
  { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k'] },
  { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
  { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
  { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'] },
];

/** All of the machine's devices; /sys and the container's own cgroups can be written. */
const privilegedMounts: readonly OciMount[] = standardMounts.map((mount): OciMount => {
  if (mount.destination === '/dev') return { ...mount, type: 'bind', source: '/dev', options: ['rbind', 'rprivate', 'rw'] };
  return { ...mount, options: mount.options.filter((option) => option !== 'ro') };
});

function tmpfsOf(mount: TmpfsMount, service: ServiceDefaults): OciMount {
  const { uid, gid } = service.user;
  const options = [
    ...(service.privileged ? [] : ['nosuid', 'nodev', 'noexec']),
    `mode=${mount.mode}`,
    `uid=${uid}`,
    `gid=${gid}`,
    `size=${mount.sizeBytes}`,
  ];
  return { destination: mount.path, type: 'tmpfs', source: 'tmpfs', options };
}

const resolvBind: BindMount = { source: '/run/resolv', path: resolvFolder, readonly: true, propagation: 'private' };

function bindOf({ source, path, readonly, propagation }: BindMount, { privileged }: ServiceDefaults): OciMount {
  const confined = privileged ? [] : ['nosuid', 'nodev'];
  const kind = propagation === 'private' ? 'bind' : 'rbind';
  return { destination: path, type: 'bind', source, options: [kind, ...confined, readonly ? 'ro' : 'rw', propagation] };
}

/**
 * The runtime cuts a container's mounts off from the machine's before it binds anything, unless it is told to leave them
 * connected; its own root stays private either way.
 */
function rootPropagation({ binds }: ServiceDefaults): Pick<OciLinux, 'rootfsPropagation'> {
  for (const rootfsPropagation of ['rshared', 'rslave'] as const)
    if (binds.some(({ propagation }) => propagation === rootfsPropagation)) return { rootfsPropagation };
  return {};
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
