import type { ServiceDefaults } from '@moby/model';

/** A service that declares nothing but what it runs. */
export function serviceOf(declared: Partial<ServiceDefaults> = {}): ServiceDefaults {
  return {
    args: ['/usr/bin/program'],
    env: {},
    cwd: '/',
    user: { uid: 100, gid: 101, name: 'program' },
    capabilities: [],
    network: 'machine',
    readonlyRoot: true,
    noNewPrivileges: true,
    privileged: false,
    tmpfs: [],
    binds: [],
    syscalls: [],
    ports: [],
    restart: 'always',
    after: [],
    ...declared,
  };
}
