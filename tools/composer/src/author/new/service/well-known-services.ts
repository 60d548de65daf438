import type { ComponentExpectationJson } from '@moby/model';

/** What is known of a daemon by its program's name alone; all of it is a guess about a package's build and configuration. */
export interface WellKnownService {
  /** TCP ports that it listens on where nothing else is said. */
  readonly tcp?: readonly number[];
  /** Arguments that keep it in the foreground, added where the unit does not have them. */
  readonly foreground?: readonly string[];
  /** An argument that starts what `foreground` takes the place of, with the word behind it. */
  readonly replaces?: string;
  /** It has to begin as root, whatever user its package makes. */
  readonly root?: true;
  /** One of the users that every Debian system has, to which its configuration would change from root. */
  readonly user?: string;
  readonly capabilities?: readonly string[];
  /** How it answers on the first of its ports as it is configured by its package. */
  readonly expect?: ComponentExpectationJson;
}

export function wellKnownService(program: string): WellKnownService | undefined {
  return Object.hasOwn(services, program) ? services[program] : undefined;
}

/** Programs that something is known of. */
export function wellKnownPrograms(): readonly string[] {
  return Object.keys(services);
}

const services: Readonly<Record<string, WellKnownService>> = {
  caddy: { tcp: [80], expect: { http: 80 } },
  chronyd: { foreground: ['-d'], capabilities: ['CAP_SYS_TIME'], root: true },
  cron: { foreground: ['-f'], root: true, capabilities: ['CAP_SETGID', 'CAP_SETUID'] },
  dnsmasq: { tcp: [53], foreground: ['-k'] },
  dropbear: {
    tcp: [22],
    foreground: ['-F'],
    root: true,
    capabilities: ['CAP_CHOWN', 'CAP_SETGID', 'CAP_SETUID'],
    expect: { tcp: 22, receive: 'SSH-2.0-' },
  },
  etcd: { tcp: [2379], expect: { http: 2379, path: '/health', body: 'true' } },
  haproxy: { foreground: ['-W'], root: true, capabilities: ['CAP_SETGID', 'CAP_SETUID', 'CAP_SYS_CHROOT'] },
  lighttpd: { tcp: [80], foreground: ['-D'], user: 'www-data' },
  memcached: { tcp: [11211], expect: { tcp: 11_211, send: 'version\r\n', receive: 'VERSION ' } },
  mosquitto: { tcp: [1883] },
  named: { tcp: [53], foreground: ['-f'] },
  nginx: {
    tcp: [80],
    foreground: ['-g', 'daemon off;'],
    replaces: '-g',
    user: 'www-data',
    expect: { http: 80 },
  },
  'prometheus-node-exporter': { tcp: [9100], expect: { http: 9100, path: '/metrics', body: 'node_' } },
  'redis-server': { tcp: [6379], expect: { tcp: 6379, send: 'PING\r\n', receive: '+PONG' } },
  rsync: { tcp: [873], foreground: ['--no-detach'], expect: { tcp: 873, receive: '@RSYNCD:' } },
  // It is asked as an origin, which a proxy refuses: ERR_INVALID_URL.
  squid: { tcp: [3128], foreground: ['--foreground'], user: 'proxy', expect: { http: 3128, status: 400 } },
  sshd: {
    tcp: [22],
    foreground: ['-D'],
    root: true,
    capabilities: ['CAP_CHOWN', 'CAP_SETGID', 'CAP_SETUID', 'CAP_SYS_CHROOT'],
    expect: { tcp: 22, receive: 'SSH-2.0-' },
  },
  tor: { tcp: [9050] },
  unbound: { tcp: [53], foreground: ['-d'] },
};
