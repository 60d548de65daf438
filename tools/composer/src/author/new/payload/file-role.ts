/**
 * What a file of a package is to a component, by its place alone:
 *
 * - `program`: in a folder of PATH;
 * - `library`: a shared object in a folder that every program searches;
 * - `support`: what lies elsewhere below /usr/lib and /usr/libexec: plugins, and programs that others start;
 * - `data`: below a folder of /usr/share that is called like the package;
 * - `configuration`: below /etc;
 * - `unit`, `sysusers`, `tmpfiles`: read for what the service needs, not kept;
 * - `aside`: documentation, translations, completions, what other systems than ours read, what compilers read.
 */
export type FileRole = 'program' | 'library' | 'support' | 'data' | 'configuration' | 'unit' | 'sysusers' | 'tmpfiles' | 'aside';

/** `names` are those of the component, its packages and their source. Paths are canonical. */
export function roleOf(path: string, names: readonly string[]): FileRole {
  const [top = '', second = '', third = '', ...rest] = path.split('/');
  if (top === 'etc') return asideInEtc.has(second) ? 'aside' : 'configuration';
  if (top !== 'usr') return 'aside';
  if ((second === 'bin' || second === 'sbin') && rest.length === 0) return 'program';
  if (second === 'share') return rest.length > 0 && !asideInShare.has(third) && isCalledLike(third, names) ? 'data' : 'aside';
  if (second === 'libexec') return 'support';
  // The C library's loader is asked for by its path there.
  if (/^lib(?:32|64|x32)$/.test(second)) return rest.length === 0 && loader.test(third) ? 'library' : 'aside';
  return second === 'lib' ? roleBelowLib(path, third, rest) : 'aside';
}

function roleBelowLib(path: string, first: string, rest: readonly string[]): FileRole {
  if (first === 'systemd') return rest[0] === 'system' && rest.length === 2 && /\.(?:service|socket)$/.test(path) ? 'unit' : 'aside';
  if (first === 'sysusers.d') return 'sysusers';
  if (first === 'tmpfiles.d') return 'tmpfiles';
  if (asideInLib.has(first) || /\.(?:a|la|o|pc|py|pyc|cmake|h|pl|pm|debug)$/.test(path)) return 'aside';
  const isSystemFolder = rest.length === 0 || (rest.length === 1 && /-linux-gnu\w*$/.test(first));
  const below = rest.length === 0 ? first : (rest[0] ?? '');
  if (isSystemFolder) return /\.so\.[0-9][0-9.]*$|-[0-9][0-9.]*\.so$/.test(below) || loader.test(below) ? 'library' : lonelyRole(below);
  return asideInLib.has(below) ? 'aside' : 'support';
}

const loader = /^ld(?:64)?-.*\.so/;

/** A plugin has no number; a name without one that begins with `lib` is what compilers read. */
function lonelyRole(name: string): FileRole {
  return name.endsWith('.so') && !name.startsWith('lib') ? 'support' : 'aside';
}

/** `git-core` is called like `git`, and `postgresql` like `postgresql-17`. */
function isCalledLike(folder: string, names: readonly string[]): boolean {
  return names.some((name) => folder === name || folder.startsWith(`${name}-`) || folder === name.replace(/-?[0-9][0-9.]*$/, ''));
}

/** What init systems, schedulers, shells, firewalls and other packages read. */
const asideInEtc: ReadonlySet<string> = new Set(
  (
    'NetworkManager X11 alternatives apparmor apparmor.d apt bash_completion.d cron.d cron.daily cron.hourly cron.monthly cron.weekly ' +
    'dbus-1 default dhcp emacs fail2ban fonts ifplugd init init.d initramfs-tools insserv.conf.d kernel ld.so.conf.d logcheck logrotate.d ' +
    'modprobe.d modules-load.d network polkit-1 ppp profile.d resolvconf rsyslog.d runit sudoers.d supercat sv sysctl.d systemd udev ufw vim xdg'
  ).split(' '),
);

/** Never a component's own data, whatever it is called. */
const asideInShare: ReadonlySet<string> = new Set('bash-completion bug doc doc-base fish info lintian locale man zsh'.split(' '));

/** Also below a multiarch folder. */
const asideInLib: ReadonlySet<string> = new Set(
  (
    'NetworkManager binfmt.d bash-completion cmake cmake-3 debug dracut environment.d girepository-1.0 initramfs-tools kernel lsb mime modprobe.d ' +
    'modules modules-load.d networkd-dispatcher pam.d perl5 pkgconfig pm-utils python3 resolvconf rpm sysctl.d systemd sysusers.d tmpfiles.d udev valgrind'
  ).split(' '),
);
