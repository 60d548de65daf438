import { platforms } from '@moby/model';
import { validateOciConfig } from '@moby/testkit';
import { describe, expect, test } from 'vitest';
import { defaultPids, formatOciConfig, mountPointsOf, ociConfig, type SeccompRule } from '../../src/build/guest/index.ts';
import { serviceOf } from './service-of.ts';

const everything = serviceOf({
  args: ['/usr/bin/program', '', 'two words', 'ünïcode'],
  env: { TZ: 'UTC', EMPTY: '' },
  capabilities: ['CAP_NET_RAW', 'CAP_CHOWN'],
  network: 'none',
  readonlyRoot: false,
  noNewPrivileges: false,
  tmpfs: [
    { path: '/run/x', sizeBytes: 4096, mode: '0700' },
    { path: '/data', sizeBytes: 1 << 20, mode: '1777' },
  ],
  binds: [{ source: '/run/resolv', path: '/run/resolv', readonly: false, propagation: 'private' }],
  syscalls: ['mount', 'personality'],
  memoryBytes: 64 << 20,
  pids: 7,
});

const privileged = serviceOf({
  privileged: true,
  noNewPrivileges: false,
  user: { uid: 0, gid: 0, name: 'root' },
  tmpfs: [{ path: '/run/x', sizeBytes: 4096, mode: '0700' }],
  binds: [
    { source: '/mnt/data', path: '/var/lib', readonly: false, propagation: 'rshared' },
    { source: '/run/y', path: '/run/y', readonly: true, propagation: 'rslave' },
  ],
});

describe('config.json', () => {
  test.each(platforms)('is valid for %s, with nothing and with everything declared', (platform) => {
    for (const service of [serviceOf(), everything, privileged]) {
      expect(validateOciConfig(JSON.parse(formatOciConfig(ociConfig({ name: 'x', service, platform }))))).toEqual([]);
    }
  });

  test('is refused by the same schema where a key is misspelt', () => {
    const { noNewPrivileges, ...process } = ociConfig({ name: 'x', service: serviceOf(), platform: 'linux/amd64' }).process;
    const broken = {
      ...ociConfig({ name: 'x', service: serviceOf(), platform: 'linux/amd64' }),
      process: { ...process, noNewPriviliges: noNewPrivileges },
    };
    expect(validateOciConfig(broken)).toEqual(['/process: must NOT have additional properties']);
  });

  test('denies by default', () => {
    const config = ociConfig({ name: 'x', service: serviceOf(), platform: 'linux/amd64' });
    expect(config.root).toEqual({ path: 'rootfs', readonly: true });
    expect(config.process.noNewPrivileges).toBe(true);
    expect(Object.values(config.process.capabilities).flat()).toEqual([]);
    expect(config.linux.resources).toEqual({ devices: [{ allow: false, access: 'rwm' }], pids: { limit: defaultPids } });
    expect(config.linux.namespaces.map(({ type }) => type)).toEqual(['pid', 'ipc', 'uts', 'mount', 'cgroup']);
    expect(config.linux.seccomp?.defaultAction).toBe('SCMP_ACT_ERRNO');
    expect(config.mounts.filter(({ type }) => type === 'bind')).toEqual([
      { destination: '/etc/resolv', type: 'bind', source: '/run/resolv', options: ['bind', 'nosuid', 'nodev', 'ro', 'private'] },
    ]);
    expect(config.mounts.find(({ destination }) => destination === '/sys')?.options).toContain('ro');
  });

  test('gives what is declared, and nothing of the machine to a service without a network', () => {
    const config = ociConfig({ name: 'x', service: everything, platform: 'linux/amd64' });
    expect(config.root.readonly).toBe(false);
    expect(config.linux.resources.memory).toEqual({ limit: 64 << 20 });
    expect(config.linux.resources.pids).toEqual({ limit: 7 });
    expect(config.linux.namespaces).toContainEqual({ type: 'network' });
    expect(config.process.env).toEqual(['EMPTY=', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin', 'TZ=UTC']);
    expect(config.mounts.find(({ destination }) => destination === '/data')?.options).toEqual([
      'nosuid',
      'nodev',
      'noexec',
      'mode=1777',
      'uid=100',
      'gid=101',
      'size=1048576',
    ]);
    expect(mountPointsOf(everything)).not.toContain('/etc/resolv');
  });

  test('carries capabilities over execve only where the program is not root', () => {
    const ordinary = ociConfig({ name: 'x', service: serviceOf({ capabilities: ['CAP_NET_BIND_SERVICE'] }), platform: 'linux/amd64' });
    expect(ordinary.process.capabilities.ambient).toEqual(['CAP_NET_BIND_SERVICE']);
    const root = ociConfig({
      name: 'x',
      service: serviceOf({ capabilities: ['CAP_NET_BIND_SERVICE'], user: { uid: 0, gid: 0, name: 'root' } }),
      platform: 'linux/amd64',
    });
    expect(root.process.capabilities).toEqual({
      bounding: ['CAP_NET_BIND_SERVICE'],
      effective: ['CAP_NET_BIND_SERVICE'],
      permitted: ['CAP_NET_BIND_SERVICE'],
      inheritable: [],
      ambient: [],
    });
  });

  test('confines a privileged service by namespaces alone', () => {
    const config = ociConfig({ name: 'x', service: privileged, platform: 'linux/amd64' });
    const { bounding, effective, ambient } = config.process.capabilities;
    expect(bounding).toHaveLength(41);
    expect(bounding).toContain('CAP_SYS_ADMIN');
    expect(effective).toEqual(bounding);
    expect(ambient).toEqual([]);
    expect(config.linux.seccomp).toBeUndefined();
    expect([...config.linux.maskedPaths, ...config.linux.readonlyPaths]).toEqual([]);
    expect(config.linux.resources).toEqual({ devices: [{ allow: true, access: 'rwm' }], pids: { limit: -1 } });
    expect(config.linux.namespaces.map(({ type }) => type)).toEqual(['pid', 'ipc', 'uts', 'mount', 'cgroup']);
    expect(config.mounts.flatMap(({ destination, options }) => (options.includes('ro') ? [destination] : []))).toEqual([
      '/etc/resolv',
      '/run/y',
    ]);
    expect(config.mounts.find(({ destination }) => destination === '/dev')).toEqual({
      destination: '/dev',
      type: 'bind',
      source: '/dev',
      options: ['rbind', 'rprivate', 'rw'],
    });
    expect(config.mounts.find(({ destination }) => destination === '/run/x')?.options).toEqual([
      'mode=0700',
      'uid=0',
      'gid=0',
      'size=4096',
    ]);
  });

  test('passes mounts on where a bind says so, and leaves the root connected for it', () => {
    const { mounts, linux } = ociConfig({ name: 'x', service: privileged, platform: 'linux/amd64' });
    const options = (path: string): readonly string[] | undefined => mounts.find(({ destination }) => destination === path)?.options;
    expect(options('/var/lib')).toEqual(['rbind', 'rw', 'rshared']);
    expect(options('/run/y')).toEqual(['rbind', 'ro', 'rslave']);
    expect(linux.rootfsPropagation).toBe('rshared');
    const [, ...slaves] = privileged.binds;
    const of = (binds: typeof slaves): string | undefined =>
      ociConfig({ name: 'x', service: serviceOf({ binds }), platform: 'linux/amd64' }).linux.rootfsPropagation;
    expect(of(slaves)).toBe('rslave');
    expect(of([])).toBeUndefined();
  });

  test('mounts what lies deeper later, whatever order it was declared in', () => {
    const service = serviceOf({
      tmpfs: [
        { path: '/run/a/b', sizeBytes: 1, mode: '0755' },
        { path: '/run', sizeBytes: 1, mode: '0755' },
      ],
    });
    expect(mountPointsOf(service).filter((path) => path.startsWith('/run'))).toEqual(['/run', '/run/a/b']);
  });
});

describe('seccomp', () => {
  const rulesOf = (service = serviceOf()): readonly SeccompRule[] =>
    ociConfig({ name: 'x', service, platform: 'linux/amd64' }).linux.seccomp?.syscalls ?? [];
  const rulesFor = (name: string, syscalls: readonly string[] = []): readonly unknown[] =>
    rulesOf(serviceOf({ syscalls }))
      .filter(({ names }) => names.includes(name))
      .map(({ action, errnoRet, args }) => ({ action, errnoRet, args: args?.length ?? 0 }));

  test('allows the ordinary, refuses the privileged as a missing privilege, and does not know the rest', () => {
    expect(rulesFor('openat')).toEqual([{ action: 'SCMP_ACT_ALLOW', args: 0 }]);
    expect(rulesFor('mount')).toEqual([{ action: 'SCMP_ACT_ERRNO', errnoRet: 1, args: 0 }]);
    expect(rulesFor('clone3')).toEqual([]);
    expect(ociConfig({ name: 'x', service: serviceOf(), platform: 'linux/amd64' }).linux.seccomp?.defaultErrnoRet).toBe(38);
  });

  test('allows what a service asks for without conditions', () => {
    expect(rulesFor('mount', ['mount'])).toEqual([{ action: 'SCMP_ACT_ALLOW', args: 0 }]);
    expect(rulesFor('clone', ['clone'])).toEqual([{ action: 'SCMP_ACT_ALLOW', args: 0 }]);
  });

  test('lets nobody make namespaces with clone', () => {
    expect(
      ociConfig({ name: 'x', service: serviceOf(), platform: 'linux/s390x' }).linux.seccomp?.syscalls.find(({ names }) =>
        names.includes('clone'),
      )?.args,
    ).toEqual([{ index: 1, value: 0x7e020000, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }]);
    expect(rulesFor('clone')).toEqual([{ action: 'SCMP_ACT_ALLOW', args: 1 }]);
  });

  test('names no call twice in one rule, and none in two lists', () => {
    for (const { names } of rulesOf(everything)) expect(new Set(names).size).toBe(names.length);
    const names = rulesOf()
      .filter(({ args }) => args === undefined)
      .flatMap((rule) => rule.names);
    expect(new Set(names).size).toBe(names.length);
  });
});
