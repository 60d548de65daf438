import { expect, it } from 'vitest';
import { readMaintainerScripts } from '../../../src/author/new/package/maintainer-scripts.ts';

it('finds the user that adduser makes, by the value of its variable', () => {
  const script = `#!/bin/sh
set -e
USER="memcache"
GROUP=memcache
if [ "$1" = configure ]; then
  if ! getent group $GROUP >/dev/null; then
    addgroup --system $GROUP >/dev/null
  fi
  adduser \\
    --system --disabled-login --ingroup "$GROUP" --home /nonexistent \\
    --gecos "Memcached,,," --no-create-home $USER >/dev/null
fi
`;
  expect(readMaintainerScripts([script]).users).toEqual([{ name: 'memcache' }]);
});

it('finds what useradd makes, with its number, and takes no group for a user', () => {
  const script =
    'useradd --system --gid caddy --create-home --home-dir /var/lib/caddy --shell /usr/sbin/nologin --uid 987 caddy\nadduser www caddy\n';
  expect(readMaintainerScripts([script]).users).toEqual([{ name: 'caddy', uid: 987 }]);
});

it('finds directories with mode and owner, in the places that change while a machine runs', () => {
  const script = `
mkdir -p /var/lib/etcd /usr/share/etcd "$UNKNOWN/x"
install -d -o _chrony -g _chrony -m 0750 /var/log/chrony
chown debian-tor:debian-tor /var/lib/tor; chmod 02700 /var/lib/tor
dpkg-statoverride --update --add redis redis 2750 /var/run/redis
mkdir -p /var/lib/../etc
`;
  expect(readMaintainerScripts([script]).directories).toEqual([
    { path: '/var/lib/etcd' },
    { path: '/var/log/chrony', mode: '0750', owner: '_chrony' },
    { path: '/var/lib/tor', owner: 'debian-tor' },
    { path: '/run/redis', mode: '2750', owner: 'redis' },
  ]);
});

it('finds the links of update-alternatives', () => {
  const script = 'update-alternatives --install /usr/sbin/squid squid /usr/sbin/squid-gnutls 50 --slave /usr/share/x x /usr/share/y\n';
  expect(readMaintainerScripts([script]).alternatives).toEqual({
    '/usr/sbin/squid': '/usr/sbin/squid-gnutls',
    '/usr/share/x': '/usr/share/y',
  });
});

it('passes over what the text does not say: variables without a value, substitutions, comments', () => {
  const script =
    '# adduser --system ghost\nadduser --system "$NAME"\nadduser --system `cat name`\nmkdir /var/$i/tor\nadduser --system Bad-Name!\n';
  expect(readMaintainerScripts([script])).toEqual({ users: [], directories: [], alternatives: {}, links: {} });
});

it('finds links that ln makes of two absolute paths', () => {
  const script = `
[ -e /etc/x/on ] || ln -s /etc/x/available /etc/x/on
ln -sf /usr/share/x/y /etc/x/z
ln -s relative /etc/x/r; ln /etc/x/hard /etc/x/h; ln -s /etc/x/a /etc/x/folder/; ln -s "$UNKNOWN" /etc/x/u
`;
  expect(readMaintainerScripts([script]).links).toEqual({ '/etc/x/on': '/etc/x/available', '/etc/x/z': '/usr/share/x/y' });
});
