import { describe, expect, it } from 'vitest';
import { readSysusers, uidOf } from '../../../src/author/new/package/system-users.ts';
import { mergeDirectories, readTmpfiles } from '../../../src/author/new/package/wanted-directory.ts';
import { chooseUnit, socketPorts } from '../../../src/author/new/unit/choose-unit.ts';
import { unitCommand } from '../../../src/author/new/unit/unit-command.ts';
import { readUnitFile, type UnitFile } from '../../../src/author/new/unit/unit-file.ts';

const unit = (name: string, ...lines: readonly string[]): UnitFile => readUnitFile(name, ['[Service]', ...lines, ''].join('\n'));
const command = (of: UnitFile, files: Readonly<Record<string, string>> = {}): ReturnType<typeof unitCommand> =>
  unitCommand({ unit: of, readFile: (path) => files[path] });

describe('what a unit starts', () => {
  it('is its first command without prefixes, quotes honoured', () => {
    expect(command(unit('nginx.service', "ExecStart=-!/usr/sbin/nginx -g 'daemon on; master_process on;'", 'ExecStart=/bin/true'))).toEqual(
      {
        args: ['/usr/sbin/nginx', '-g', 'daemon on; master_process on;'],
        environment: {},
      },
    );
  });

  it('has the variables of the unit and of its environment files put in, and says the others', () => {
    const dropbear = unit(
      'dropbear.service',
      'Environment=DROPBEAR_PORT=22 DROPBEAR_RECEIVE_WINDOW=65536 OTHER="a b"',
      'EnvironmentFile=-/etc/default/dropbear',
      'ExecStart=/usr/sbin/dropbear -EF -p "$DROPBEAR_PORT" -W ${DROPBEAR_RECEIVE_WINDOW} $DROPBEAR_EXTRA_ARGS \\',
      '  $MISSING --end',
    );
    expect(command(dropbear, { '/etc/default/dropbear': '# DROPBEAR_PORT=99\nDROPBEAR_EXTRA_ARGS="-w  -s"\n' })).toEqual({
      args: ['/usr/sbin/dropbear', '-EF', '-p', '22', '-W', '65536', '-w', '-s', '--end'],
      environment: { OTHER: 'a b' },
    });
  });

  it('leaves out what only a running machine knows, and knows its own name', () => {
    const etcd = unit(
      'etcd.service',
      'Environment=ETCD_NAME=%H DATA=/var/lib/%p',
      'EnvironmentFile=/etc/default/%p',
      'ExecStart=/usr/bin/etcd $A',
    );
    expect(command(etcd, { '/etc/default/etcd': 'A=--x\n' })).toEqual({
      args: ['/usr/bin/etcd', '--x'],
      environment: { DATA: '/var/lib/etcd' },
    });
  });

  it('is nothing where there is no command, or an empty one takes it back', () => {
    expect(command(unit('x.service', 'Type=simple'))).toBeUndefined();
    expect(command(unit('x.service', 'ExecStart=/bin/a', 'ExecStart='))).toBeUndefined();
  });
});

describe('the service among units', () => {
  const starts = 'ExecStart=/usr/sbin/x';
  it('is the one that is called like the component, no template, and none that ends', () => {
    const units = [
      unit('a.service', starts),
      unit('x@.service', starts),
      unit('x.service', starts),
      unit('w.service', starts, 'Type=oneshot'),
    ];
    expect(chooseUnit(units, ['other', 'x'])?.name).toBe('x.service');
    expect(chooseUnit(units, ['w'])?.name).toBe('a.service');
    expect(chooseUnit([unit('tor.service', starts, 'Type=oneshot'), unit('tor@default.service', starts)], ['tor'])?.name).toBe(
      'tor@default.service',
    );
    expect(chooseUnit([unit('x@.service', starts)], ['x'])).toBeUndefined();
  });

  it('listens on the ports of its socket', () => {
    const socket = readUnitFile(
      'ssh.socket',
      '[Socket]\nListenStream=22\nListenStream=[::]:2222\nListenStream=/run/ssh.sock\nListenStream=99999\n',
    );
    expect(socketPorts([socket], unit('ssh.service', starts))).toEqual([22, 2222]);
    expect(socketPorts([socket], unit('other.service', starts))).toEqual([]);
  });
});

it('reads users of sysusers.d, and numbers that are fixed', () => {
  const users = readSysusers('# comment\nu sshd -:nogroup "sshd user" /run/sshd\nu! fixed 77 - -\ng group -\n');
  expect(users).toEqual([{ name: 'sshd' }, { name: 'fixed', uid: 77 }]);
  expect(['sshd', 'fixed', 'www-data', 'constructor'].map((name) => uidOf(name, users))).toEqual([100, 77, 33, 100]);
});

it('reads directories of tmpfiles.d, and keeps those that hold no other', () => {
  const found = readTmpfiles(
    'd /run/haproxy 2775 haproxy haproxy -\nd /var/cache/x 0750 www-data www-data -\nd /var/cache/x/uploads - - -\nx /tmp/y\nf /run/z\n',
  );
  expect(mergeDirectories([...found, { path: '/run/haproxy', mode: '0700' }])).toEqual([
    { path: '/run/haproxy', mode: '2775', owner: 'haproxy' },
    { path: '/var/cache/x/uploads' },
  ]);
});
