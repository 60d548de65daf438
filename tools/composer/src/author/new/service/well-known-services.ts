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
}

export function wellKnownService(program: string): WellKnownService | undefined {
  return Object.hasOwn(services, program) ? services[program] : undefined;
}

const services: Readonly<Record<string, WellKnownService>> = {
  caddy: { tcp: [80] },
  chronyd: { foreground: ['-d'], capabilities: ['CAP_SYS_TIME'], root: true },
  cron: { foreground: ['-f'], root: true, capabilities: ['CAP_SETGID', 'CAP_SETUID'] },
  dnsmasq: { tcp: [53], foreground: ['-k'] },
  dropbear: { tcp: [22], foreground: ['-F'], root: true, capabilities: ['CAP_CHOWN', 'CAP_SETGID', 'CAP_SETUID'] },
  etcd: { tcp: [2379] },
  haproxy: { foreground: ['-W'], root: true, capabilities: ['CAP_SETGID', 'CAP_SETUID', 'CAP_SYS_CHROOT'] },
  lighttpd: { tcp: [80], foreground: ['-D'], user: 'www-data' },
  memcached: { tcp: [11211] },
  mosquitto: { tcp: [1883] },
  named: { tcp: [53], foreground: ['-f'] },
  nginx: {
    tcp: [80],
    foreground: ['-g', 'daemon off;'],
    replaces: '-g',
    user: 'www-data',
  },
  'prometheus-node-exporter': { tcp: [9100] },
  'redis-server': { tcp: [6379] },
  rsync: { tcp: [873], foreground: ['--no-detach'] },
  squid: { tcp: [3128], foreground: ['--foreground'], user: 'proxy' },
  sshd: { tcp: [22], foreground: ['-D'], root: true, capabilities: ['CAP_CHOWN', 'CAP_SETGID', 'CAP_SETUID', 'CAP_SYS_CHROOT'] },
  tor: { tcp: [9050] },
  unbound: { tcp: [53], foreground: ['-d'] },
};
